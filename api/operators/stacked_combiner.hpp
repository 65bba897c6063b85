// SPDX-License-Identifier: Apache-2.0
// Combines slices of aggregates that cannot subtract, such as a maximum: two stacks of slices, in
// place and for each key apart (after K. Tangwongsan et al., Two-Stacks Lite).
//
//   slices   | begin ... front_end | front_end ... end |
//   in table |       front_        |       back_       |
//
// 1. front_ holds, for each key, the slices of the front together; back_ those of the back.
// 2. An entry of a front slice keeps in `rest` what the later front slices hold for its key, if
//    anything: with that the slice leaves the front. Entries of back slices have none.
// 3. When more leaves than the front has, the back becomes the front: each entry is touched once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "api/aggregate.hpp"
#include "api/operators/window_slices.hpp"

namespace weir {

template <class Accumulator>
struct stacked_entry {
  Accumulator own{};
  std::optional<Accumulator> rest{};
};
template <class Accumulator>
constexpr auto weir_field_names(std::type_identity<stacked_entry<Accumulator>>) {
  return std::array{std::string_view{"own"}, std::string_view{"rest"}};
}
template <class Accumulator, class Value>
constexpr auto weir_tie_fields(std::type_identity<stacked_entry<Accumulator>>, Value& value) {
  return std::tie(value.own, value.rest);
}

// See single_slice for what the functions promise.
template <class Key, class T, class Aggregate>
class stacked_combiner {
public:
  using accumulator = accumulator_of<Aggregate, T>;
  using entry = stacked_entry<accumulator>;
  // A snapshot leaves `rest` out: combiners start anew, with all slices in the back.
  struct saved_form {
    using accumulator = accumulator_of<Aggregate, T>;
    static entry restored(accumulator saved) { return entry_of(std::move(saved)); }
    static const accumulator& saved(const entry& of) { return of.own; }
    static std::string_view saved_part(std::string_view stored) {
      std::string_view rest = stored;
      static_cast<void>(codec<accumulator>::decode(rest));
      return stored.substr(0, stored.size() - rest.size());
    }
  };
  using slices = window_slices<Key, entry, saved_form>;

  stacked_combiner(state_backend& backend, const Aggregate& aggregate)
      : aggregate_{aggregate},
        front_{backend, initial_accumulator<T>(aggregate)},
        back_{backend, initial_accumulator<T>(aggregate)} {}

  static entry entry_of(accumulator initial) { return {std::move(initial), std::nullopt}; }
  static accumulator& accumulator_in(entry& of) { return of.own; }

  bool evict_before(slices& from, slice_index first, std::size_t& budget) {
    if (first <= begin_.slice) return true;
    if (first >= end_.slice) {
      front_.clear();
      back_.clear();
      begin_ = end_ = {first, 0};
      front_end_ = first;
      return true;
    }
    if (first > front_end_) return turn_over(from, first, budget);
    const auto leave_front = [&](entry& gone, accumulator& front) {
      if (!gone.rest) return true;
      front = *std::move(gone.rest);
      gone.rest.reset();
      return false;
    };
    return from.template sweep<entry>(begin_, first, budget, [&](const auto& batch) {
      batch.update_or_erase(front_, leave_front);
    });
  }

  bool include_until(slices& from, slice_index end, std::size_t& budget) {
    const auto join_back = [&](const entry& come, accumulator& back) {
      aggregate_.merge(back, come.own);
    };
    return from.template sweep<const entry>(
        end_, end, budget, [&](const auto& batch) { batch.update(back_, join_back); });
  }

  template <class F>
  bool visit(slices&, std::size_t& budget, F&& f) {
    const auto with_back = [&](const Key& key, const accumulator& front, const accumulator* back) {
      if (back == nullptr) return f(key, front);
      accumulator both = front;
      aggregate_.merge(both, *back);
      f(key, both);
    };
    const auto without_front = [&](const Key& key, const accumulator& back,
                                   const accumulator* front) {
      if (front == nullptr) f(key, back);
    };
    if (!is_front_visited_) {
      is_front_visited_ = visit_in_batches<const accumulator>(
          front_, cursor_, budget, [&](const auto& batch) { batch.find(back_, with_back); });
      if (!is_front_visited_) return false;
      cursor_ = 0;
    }
    const bool done = visit_in_batches<const accumulator>(
        back_, cursor_, budget, [&](const auto& batch) { batch.find(front_, without_front); });
    if (!done) return false;
    cursor_ = 0;
    is_front_visited_ = false;
    return true;
  }

  void on_late(slices& from, slice_index slice, const Key& key, std::uint64_t hash, bool is_new,
               const accumulator& change) {
    if (slice < begin_.slice || end_.slice <= slice) return;
    if (slice >= front_end_) return merge_into(back_, key, hash, change);
    if (is_new) {
      from.find(slice)->find(key, hash)->rest = rest_after(from, slice, key, hash);
    }
    from.for_each_between(begin_.slice, slice, [&](slice_index, auto& earlier) {
      if (entry* of_key = earlier.find(key, hash)) merge_into(of_key->rest, change);
    });
    merge_into(front_, key, hash, change);
  }

private:
  using table = flat_table<Key, accumulator>;

  void merge_into(table& to, const Key& key, std::uint64_t hash, const accumulator& part) {
    to.update(key, hash, [&](accumulator& total) { aggregate_.merge(total, part); });
  }
  void merge_into(std::optional<accumulator>& to, const accumulator& part) {
    if (to) {
      aggregate_.merge(*to, part);
    } else {
      to = part;
    }
  }

  // What the front holds for a key behind `slice`.
  std::optional<accumulator> rest_after(slices& from, slice_index slice, const Key& key,
                                        std::uint64_t hash) {
    std::optional<accumulator> rest;
    from.for_each_between(slice + 1, front_end_, [&](slice_index, auto& later) {
      if (const entry* of_key = later.find(key, hash)) merge_into(rest, of_key->own);
    });
    return rest;
  }

  // Makes the slices [first, end_) the front, from the newest to the oldest.
  bool turn_over(slices& from, slice_index first, std::size_t& budget) {
    if (!is_turning_) {
      front_.clear();
      back_.clear();
      turned_ = {end_.slice - 1, 0};
      is_turning_ = true;
    }
    const auto keep_rest = [](const Key&, entry& each, const accumulator* later) {
      if (later != nullptr) each.rest = *later;
    };
    const auto join_front = [&](const entry& each, accumulator& front) {
      aggregate_.merge(front, each.own);
    };
    const bool done =
        from.template sweep_back<entry>(turned_, first, budget, [&](const auto& batch) {
          batch.find(front_, keep_rest);
          batch.update(front_, join_front);
        });
    if (!done) return false;
    begin_ = {first, 0};
    front_end_ = end_.slice;
    is_turning_ = false;
    return true;
  }

  Aggregate aggregate_;
  table front_;
  table back_;
  typename slices::position begin_;
  typename slices::position end_;
  slice_index front_end_ = before_all_windows;
  typename slices::position turned_;  // While turning: how far down.
  bool is_turning_ = false;
  bool is_front_visited_ = false;  // By `visit`, which is in the back.
  std::size_t cursor_ = 0;
};

}  // namespace weir
