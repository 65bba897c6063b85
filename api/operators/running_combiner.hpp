// SPDX-License-Identifier: Apache-2.0
// Combines slices of invertible aggregates: one running table, to which the newest slice is added
// and from which the oldest is subtracted. Each slice is touched twice, whatever the overlap.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "api/aggregate.hpp"
#include "api/operators/window_slices.hpp"

namespace weir {

// What a key has in the running table.
template <class Accumulator>
struct running_sum {
  Accumulator of{};
  std::uint32_t slices = 0;  // In how many slices the key occurs; at 0 it leaves the table.
};
template <class Accumulator>
constexpr auto weir_field_names(std::type_identity<running_sum<Accumulator>>) {
  return std::array{std::string_view{"of"}, std::string_view{"slices"}};
}
template <class Accumulator, class Value>
constexpr auto weir_tie_fields(std::type_identity<running_sum<Accumulator>>, Value& value) {
  return std::tie(value.of, value.slices);
}

// See single_slice for what the functions promise.
template <class Key, class T, class Aggregate>
class running_combiner {
public:
  using accumulator = accumulator_of<Aggregate, T>;
  using entry = accumulator;
  using slices = window_slices<Key, entry>;

  running_combiner(state_backend& backend, const Aggregate& aggregate)
      : aggregate_{aggregate}, running_{backend, {initial_accumulator<T>(aggregate), 0}} {}

  static entry entry_of(accumulator initial) { return initial; }
  static accumulator& accumulator_in(entry& of) { return of; }

  bool evict_before(slices& from, slice_index first, std::size_t& budget) {
    if (first <= begin_.slice) return true;
    if (first >= end_.slice) {
      running_.clear();
      begin_ = end_ = {first, 0};
      return true;
    }
    const auto subtract = [&](const accumulator& gone, sum& total) {
      if (--total.slices == 0) return true;
      aggregate_.subtract(total.of, gone);
      return false;
    };
    return from.template sweep<const entry>(begin_, first, budget, [&](const auto& batch) {
      batch.update_or_erase(running_, subtract);
    });
  }

  bool include_until(slices& from, slice_index end, std::size_t& budget) {
    const auto include = [&](const accumulator& come, sum& total) { add(total, come, true); };
    return from.template sweep<const entry>(
        end_, end, budget, [&](const auto& batch) { batch.update(running_, include); });
  }

  template <class F>
  bool visit(slices&, std::size_t& budget, F&& f) {
    const bool done = running_.visit(cursor_, budget,
                                     [&](const Key& key, const sum& total) { f(key, total.of); });
    if (done) cursor_ = 0;
    return done;
  }

  void on_late(slices&, slice_index slice, const Key& key, std::uint64_t hash, bool is_new,
               const accumulator& change) {
    if (slice < begin_.slice || end_.slice <= slice) return;
    running_.update(key, hash, [&](sum& total) { add(total, change, is_new); });
  }

private:
  using sum = running_sum<accumulator>;

  void add(sum& total, const accumulator& part, bool is_new) const {
    aggregate_.merge(total.of, part);
    if (is_new) ++total.slices;
  }

  Aggregate aggregate_;
  flat_table<Key, sum> running_;
  typename slices::position begin_;
  typename slices::position end_;
  std::size_t cursor_ = 0;
};

}  // namespace weir
