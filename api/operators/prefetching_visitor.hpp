// SPDX-License-Identifier: Apache-2.0
// Visits one table to change another: an entry is handed on only when eight more have been found
// behind it, by which time the other table's memory for it has arrived.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "api/flat_table.hpp"

namespace weir {

// For flat_table::visit; `finish` hands on what is left. Calls f(const Key&, hash, Entry&).
// REQUIRES: f does not change the visited table.
template <class Key, class Entry, class Table, class F>
class prefetching_visitor {
public:
  prefetching_visitor(Table& changed, F f) : changed_{changed}, f_{std::move(f)} {}

  void operator()(const Key& key, Entry& entry) {
    found& place = waiting_[count_ % distance];
    if (count_ >= distance) hand_on(place);
    place.set(key, entry);
    changed_.prefetch(place.hash);
    ++count_;
  }

  void finish() {
    const std::size_t left = count_ < distance ? count_ : distance;
    for (std::size_t i = count_ - left; i < count_; ++i) hand_on(waiting_[i % distance]);
    count_ = 0;
  }

private:
  static constexpr std::size_t distance = 8;

  // Compact keys come by value: the table makes up the key zero.
  struct found {
    std::conditional_t<compact_key<Key>, Key, const Key*> key;
    Entry* entry;
    std::uint64_t hash;

    void set(const Key& of, Entry& in) {
      if constexpr (compact_key<Key>) {
        key = of;
      } else {
        key = &of;
      }
      entry = &in;
      hash = hash_key(of);
    }
  };

  void hand_on(const found& each) {
    if constexpr (compact_key<Key>) {
      f_(each.key, each.hash, *each.entry);
    } else {
      f_(*each.key, each.hash, *each.entry);
    }
  }

  Table& changed_;
  F f_;
  std::array<found, distance> waiting_{};
  std::size_t count_ = 0;
};

// table.visit(cursor, budget, f), with the entries of `changed` for the same keys prefetched;
// calls f(const Key&, hash, Entry&).
template <class Key, class Entry, class Table, class F>
bool visit_prefetching(flat_table<Key, Entry>& table, std::size_t& cursor, std::size_t& budget,
                       Table& changed, F&& f) {
  constexpr bool only_reads = std::is_invocable_v<F&, const Key&, std::uint64_t, const Entry&>;
  using seen = std::conditional_t<only_reads, const Entry, Entry>;
  prefetching_visitor<Key, seen, Table, F&> visitor{changed, f};
  const bool done = table.visit(cursor, budget, visitor);
  visitor.finish();
  return done;
}

}  // namespace weir
