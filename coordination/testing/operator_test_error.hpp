// SPDX-License-Identifier: Apache-2.0
// How a test of operators learns that something is wrong: with what it tests, or with itself. It is
// thrown, so that a test that does not expect it fails and says why.
#pragma once

#include <stdexcept>
#include <string_view>
#include <utility>

#include "api/error.hpp"

namespace weir {

class operator_test_error final : public std::runtime_error {
public:
  explicit operator_test_error(error cause)
      : std::runtime_error{cause.message}, code_{cause.code} {}
  // user_function if a function of the job threw.
  error_code code() const { return code_; }

private:
  error_code code_;
};

// The value; or its failure is thrown, behind what was being done.
template <class T>
T value_or_throw(std::string_view activity, result<T> outcome) {
  if (!outcome) throw operator_test_error{within(activity, outcome.failure())};
  if constexpr (!std::is_void_v<T>) return std::move(outcome).value();
}

}  // namespace weir
