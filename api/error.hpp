// SPDX-License-Identifier: Apache-2.0
// Errors: expected failures are values that say what was being done, to what, and what happened.
//
// Three kinds, three fates. An expected failure (a missing file, a malformed row) is a `result` and
// the caller decides. A broken invariant of the engine stops the process (`WEIR_ASSERT`, on in
// release builds). A user's function may throw; the operator's error policy decides
// (api/error_policy.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace weir {

enum class error_code : std::uint8_t {
  invalid_argument,  // The caller asked for something that cannot be.
  not_found,
  permission_denied,
  malformed_record,  // Input that is not what its format says.
  corrupt_data,      // Bytes of our own that are not what was written.
  io_failure,
  plan_error,     // The job graph cannot be run as it is.
  user_function,  // An exception left a user's function.
  cancelled,
  internal,
  in_use,         // Somebody else has it.
  poison_record,  // It has failed the job as often as a record may.
};

std::string_view to_string(error_code code);

// What failed, in one sentence that also says where and what to do about it.
struct error {
  error_code code = error_code::internal;
  std::string message;

  friend bool operator==(const error&, const error&) = default;
};

// Prefixes the message with what was being done: "read orders.csv: line 7: ...".
[[nodiscard]] error within(std::string_view activity, error cause);

// A value or the error that kept it from being one.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : state_{std::in_place_index<0>, std::move(value)} {}  // NOLINT: implicit.
  result(error failure) : state_{std::in_place_index<1>, std::move(failure)} {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok().
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok().
  const error& failure() const { return *std::get_if<1>(&state_); }

private:
  std::variant<T, error> state_;
};

template <>
class [[nodiscard]] result<void> {
public:
  result() = default;
  result(error failure) : failure_{std::move(failure)}, ok_{false} {}  // NOLINT: implicit.

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  // REQUIRES: !ok().
  const error& failure() const { return failure_; }

private:
  error failure_;
  bool ok_ = true;
};

using status = result<void>;

// Stops the process with the place and the broken condition. Never returns.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace weir

// States an invariant of the engine. Checked in every build.
#define WEIR_ASSERT(condition) \
  (static_cast<bool>(condition) ? void() : ::weir::assertion_failed(#condition, __FILE__, __LINE__))
