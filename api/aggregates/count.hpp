// SPDX-License-Identifier: Apache-2.0
// How many records there were.
#pragma once

#include <cstdint>

namespace weir {

struct count_aggregate {
  using accumulator = std::uint64_t;

  accumulator initial() const { return 0; }
  template <class T>
  void add(accumulator& so_far, const T&) const {
    ++so_far;
  }
  void merge(accumulator& into, const accumulator& from) const { into += from; }
  void subtract(accumulator& from, const accumulator& part) const { from -= part; }
  std::uint64_t result(const accumulator& of) const { return of; }
};

// The number of records, as a std::uint64_t.
inline count_aggregate count() { return {}; }

}  // namespace weir
