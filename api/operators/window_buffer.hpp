// SPDX-License-Identifier: Apache-2.0
// The aggregate behind window functions that want to see every record: it keeps them all, in order
// of arrival, with those of earlier slices first.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "api/codec.hpp"
#include "api/record_batch.hpp"

namespace weir {

// As a bool.
template <>
struct codec<boolean> {
  static constexpr bool is_canonical = true;

  static void encode(const boolean& value, std::string& out) { codec<bool>::encode(value, out); }
  static result<boolean> decode(std::string_view& bytes) {
    auto value = codec<bool>::decode(bytes);
    if (!value) return value.failure();
    return boolean{*value};
  }
  static std::string schema() { return codec<bool>::schema(); }
};

template <class T>
struct window_buffer {
  using accumulator = column<T>;
  using element = typename accumulator::value_type;
  static constexpr bool keeps_every_value = true;

  accumulator initial() const { return {}; }
  void add(accumulator& kept, const T& record) const { kept.push_back(record); }
  // As add, for a record that nobody needs any more.
  void take(accumulator& kept, element&& record) const { kept.push_back(std::move(record)); }
  void merge(accumulator& into, const accumulator& from) const {
    into.insert(into.end(), from.begin(), from.end());
  }
  // Good as long as the accumulator is.
  std::span<const element> result(const accumulator& kept) const { return kept; }
};

}  // namespace weir
