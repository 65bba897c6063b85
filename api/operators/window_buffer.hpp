// SPDX-License-Identifier: Apache-2.0
// The aggregate behind window functions that want to see every record: it keeps them all, in order
// of arrival, with those of earlier slices first.
#pragma once

#include <span>
#include <utility>

#include "api/record_batch.hpp"

namespace weir {

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
