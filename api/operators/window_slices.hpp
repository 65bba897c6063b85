// SPDX-License-Identifier: Apache-2.0
// The slices of an aligned window operator: one table for each slice that has records, in order of
// time. Tables are used again, so a stream that goes on for ever holds no more memory than its
// busiest moments needed.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "api/flat_table.hpp"
#include "api/operators/prefetching_visitor.hpp"
#include "api/operators/window_slicing.hpp"

namespace weir {

template <class Key, class Entry>
class window_slices final : public state_table {
public:
  using table_type = flat_table<Key, Entry>;
  struct slice {
    slice_index index;
    std::unique_ptr<table_type> table;
  };
  // A place between two entries of the slices, for work that stops and goes on.
  struct position {
    slice_index slice = before_all_windows;
    std::size_t slot = 0;
  };

  // `backend` outlives the slices. A new key of a slice starts with `initial`.
  window_slices(state_backend& backend, Entry initial)
      : backend_{&backend}, initial_{std::move(initial)} {}

  std::size_t entries() const override {
    std::size_t sum = 0;
    for (const slice& each : live_) sum += each.table->size();
    return sum;
  }

  // The table of a slice, or null. Good until the slice is closed.
  table_type* find(slice_index index) const {
    const auto place = lower_bound(index);
    return place != live_.end() && place->index == index ? place->table.get() : nullptr;
  }

  // The table of a slice; an empty one if it is new.
  table_type& open(slice_index index) {
    const auto place = lower_bound(index);
    if (place != live_.end() && place->index == index) return *place->table;
    return *live_.insert(place, slice{index, fresh_table()})->table;
  }

  // The first slice from `index` on that has entries.
  const slice* first_from(slice_index index) const {
    for (auto place = lower_bound(index); place != live_.end(); ++place) {
      if (!place->table->empty()) return &*place;
    }
    return nullptr;
  }

  // Forgets the slices before `index`.
  void close_before(slice_index index) {
    const auto end = lower_bound(index);
    for (auto each = live_.begin(); each != end; ++each) {
      if (spare_.size() == most_spare_tables) break;
      each->table->clear();
      spare_.push_back(std::move(each->table));
    }
    live_.erase(live_.begin(), end);
  }

  // Calls f(slice_index, table_type&) for the slices of [first, end), in order.
  template <class F>
  void for_each_between(slice_index first, slice_index end, F&& f) {
    for (auto each = lower_bound(first); each != live_.end() && each->index < end; ++each) {
      f(each->index, *each->table);
    }
  }

  // Calls f(const Key&, hash, Entry&) for the entries of the slices [at.slice, end), in order of
  // slices; prefetches the entries of `changed` for f. Looks at no more slots than `budget`, which
  // it reduces, and leaves `at` where to go on. Returns true, with `at` at the beginning of `end`,
  // when it got there.
  // REQUIRES: f does not change these slices, nor does anybody until it got there.
  template <class Table, class F>
  bool sweep(position& at, slice_index end, std::size_t& budget, Table& changed, F&& f) {
    for (auto each = lower_bound(at.slice); each != live_.end() && each->index < end; ++each) {
      if (each->index > at.slice) at = {each->index, 0};
      if (!visit_prefetching(*each->table, at.slot, budget, changed, f)) return false;
      at = {each->index + 1, 0};
    }
    at = {end, 0};
    return true;
  }

  // The same from slice at.slice down to `first`; leaves at.slice == first - 1.
  template <class Table, class F>
  bool sweep_back(position& at, slice_index first, std::size_t& budget, Table& changed, F&& f) {
    for (auto each = lower_bound(at.slice + 1); each != live_.begin();) {
      --each;
      if (each->index < first) break;
      if (each->index < at.slice) at = {each->index, 0};
      if (!visit_prefetching(*each->table, at.slot, budget, changed, f)) return false;
      at = {each->index - 1, 0};
    }
    at = {first - 1, 0};
    return true;
  }

private:
  static constexpr std::size_t most_spare_tables = 4;

  auto lower_bound(slice_index index) const {
    return std::partition_point(live_.begin(), live_.end(),
                                [&](const slice& each) { return each.index < index; });
  }
  auto lower_bound(slice_index index) {
    return std::partition_point(live_.begin(), live_.end(),
                                [&](const slice& each) { return each.index < index; });
  }

  std::unique_ptr<table_type> fresh_table() {
    if (spare_.empty()) return std::make_unique<table_type>(*backend_, initial_);
    auto table = std::move(spare_.back());
    spare_.pop_back();
    return table;
  }

  state_backend* backend_;
  Entry initial_;
  std::vector<slice> live_;  // By index.
  std::vector<std::unique_ptr<table_type>> spare_;
};

}  // namespace weir
