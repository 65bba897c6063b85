// SPDX-License-Identifier: Apache-2.0
// Visits one table to change another: entries are gathered and looked up in the other one as a
// batch, while the memory of those that follow is on its way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "api/flat_table.hpp"

namespace weir {

// Entries of a table, good until it changes.
template <class Key, class Entry>
class entry_batch {
public:
  static constexpr std::size_t capacity = 128;

  std::size_t size() const noexcept { return size_; }
  bool is_full() const noexcept { return size_ == capacity; }
  std::span<const std::uint64_t> hashes() const noexcept { return {hashes_.data(), size_}; }
  // REQUIRES (both): i < size().
  const Key& key(std::size_t i) const noexcept {
    if constexpr (compact_key<Key>) {
      return keys_[i];
    } else {
      return *keys_[i];
    }
  }
  Entry& entry(std::size_t i) const noexcept { return *entries_[i]; }

  // REQUIRES: !is_full().
  void push(const Key& key, Entry& entry) {
    if constexpr (compact_key<Key>) {
      keys_[size_] = key;
    } else {
      keys_[size_] = &key;
    }
    entries_[size_] = &entry;
    hashes_[size_] = hash_key(key);
    ++size_;
  }
  void clear() noexcept { size_ = 0; }

  // table.update_batch for the keys: calls f(Entry&, T&).
  template <class T, class F>
  void update(flat_table<Key, T>& table, F&& f) const {
    std::size_t next = 0;
    table.update_batch(hashes(), next, key_at(),
                       [&](std::size_t i, T& of) { f(*entries_[i], of); });
  }
  // table.find_batch for the keys: calls f(const Key&, Entry&, T*).
  template <class T, class F>
  void find(flat_table<Key, T>& table, F&& f) const {
    table.find_batch(hashes(), key_at(),
                     [&](std::size_t i, T* found) { f(key(i), *entries_[i], found); });
  }
  // The same as `update` for keys that are all there; those for which f returns true are erased.
  template <class T, class F>
  void update_or_erase(flat_table<Key, T>& table, F&& f) const {
    std::array<std::size_t, capacity> erased;
    std::size_t count = 0;
    std::size_t next = 0;
    table.update_batch(hashes(), next, key_at(), [&](std::size_t i, T& of) {
      if (f(*entries_[i], of)) erased[count++] = i;
    });
    for (std::size_t n = 0; n < count; ++n) table.erase(key(erased[n]), hashes_[erased[n]]);
  }

private:
  auto key_at() const noexcept {
    return [this](std::size_t i) -> const Key& { return key(i); };
  }

  // Compact keys come by value: the table makes up the key zero.
  std::array<std::conditional_t<compact_key<Key>, Key, const Key*>, capacity> keys_;
  std::array<Entry*, capacity> entries_;
  std::array<std::uint64_t, capacity> hashes_;
  std::size_t size_ = 0;
};

// table.visit(cursor, budget, ...), which calls f(const entry_batch<Key, Seen>&); Seen is Entry, or
// const Entry if f changes none of them.
// REQUIRES: f does not change which keys are in the visited table.
template <class Seen, class Key, class Entry, class F>
bool visit_in_batches(flat_table<Key, Entry>& table, std::size_t& cursor, std::size_t& budget,
                      F&& f) {
  entry_batch<Key, Seen> batch;
  const bool done = table.visit(cursor, budget, [&](const Key& key, Seen& entry) {
    batch.push(key, entry);
    if (!batch.is_full()) return;
    f(batch);
    batch.clear();
  });
  f(batch);
  return done;
}

}  // namespace weir
