// SPDX-License-Identifier: Apache-2.0
// Combines slices of aggregates that keep every value: each window is put together from its slices
// when it fires. That costs as much as the values it hands out; any cleverness would only keep more
// copies of them.
#pragma once

#include <cstdint>

#include "api/aggregate.hpp"
#include "api/operators/window_slices.hpp"

namespace weir {

// See single_slice for what the functions promise.
template <class Key, class T, class Aggregate>
class merging_combiner {
public:
  using accumulator = accumulator_of<Aggregate, T>;
  using entry = accumulator;
  using slices = window_slices<Key, entry>;

  merging_combiner(state_backend& backend, const Aggregate& aggregate)
      : aggregate_{aggregate}, together_{backend, initial_accumulator<T>(aggregate)} {}

  static entry entry_of(accumulator initial) { return initial; }
  static accumulator& accumulator_in(entry& of) { return of; }

  bool evict_before(slices&, slice_index first, std::size_t&) {
    if (first == first_) return true;
    together_.clear();
    cursor_ = 0;
    first_ = first;
    end_ = {first, 0};
    return true;
  }

  bool include_until(slices& from, slice_index end, std::size_t& budget) {
    const auto merge = [&](const accumulator& come, accumulator& total) {
      aggregate_.merge(total, come);
    };
    return from.template sweep<const entry>(
        end_, end, budget, [&](const auto& batch) { batch.update(together_, merge); });
  }

  template <class F>
  bool visit(slices&, std::size_t& budget, F&& f) {
    return together_.visit(cursor_, budget, f);
  }

  void on_late(slices&, slice_index, const Key&, std::uint64_t, bool, const accumulator&) {}

private:
  Aggregate aggregate_;
  flat_table<Key, accumulator> together_;
  slice_index first_ = before_all_windows;
  typename slices::position end_;
  std::size_t cursor_ = 0;
};

}  // namespace weir
