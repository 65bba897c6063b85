// SPDX-License-Identifier: Apache-2.0
// Combines slices for windows that do not overlap: a window is its one slice, and results come
// straight out of that.
#pragma once

#include <cstddef>

#include "api/aggregate.hpp"
#include "api/operators/window_slices.hpp"

namespace weir {

// A combiner holds the accumulators of the slices [begin, end) of the window that fires, and moves
// from window to window in steps: evict, include, visit. Each reduces `budget` and returns false
// when that is used up; it is then called again with the same arguments before anything else.
template <class Key, class T, class Aggregate>
class single_slice {
public:
  using accumulator = accumulator_of<Aggregate, T>;
  // What a slice keeps for each key.
  using entry = accumulator;
  using slices = window_slices<Key, entry>;

  single_slice(state_backend&, const Aggregate&) {}

  static entry entry_of(accumulator initial) { return initial; }
  static accumulator& accumulator_in(entry& of) { return of; }

  // Lets go of the slices before `first`.
  bool evict_before(slices&, slice_index first, std::size_t&) {
    if (first != first_) cursor_ = 0;
    first_ = first;
    return true;
  }
  // Takes in the slices up to `end`.
  bool include_until(slices&, slice_index, std::size_t&) { return true; }

  // Calls f(const Key&, const accumulator&) for every key in the window.
  template <class F>
  bool visit(slices& from, std::size_t& budget, F&& f) {
    auto* table = from.find(first_);
    return table == nullptr || table->visit(cursor_, budget, f);
  }

  // A late record changed `slice` by `change`; `is_new` if that made the key's entry there.
  void on_late(slices&, slice_index, const Key&, std::uint64_t, bool, const accumulator&) {}

private:
  slice_index first_ = before_all_windows;
  std::size_t cursor_ = 0;
};

}  // namespace weir
