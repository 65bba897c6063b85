// SPDX-License-Identifier: Apache-2.0
// The way to keys in an array of flat_slots. A loop that searches with a copy of this keeps it in
// registers, whatever else the loop writes to.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "api/flat_slot.hpp"
#include "api/hash_range.hpp"
#include "api/prefetch.hpp"

namespace weir {

template <class Key, class T>
struct slot_search {
  using slot = flat_slot<Key, T>;

  // How many keys ahead memory is asked for, some 100 ns.
  static constexpr std::size_t prefetch_distance = 16;

  slot* slots = nullptr;
  hash_range range;
  std::uint64_t spread = 0;
  std::size_t mask = 0;

  std::size_t home(std::uint64_t hash) const noexcept { return range.position_of(hash, spread); }
  // Throws task_failure if the hash is not in the range.
  std::size_t checked_home(std::uint64_t hash) const {
    if (!range.contains(hash)) [[unlikely]]
      fail_misrouted_key(hash);
    return home(hash);
  }

  // Only a hint, and so harmless for any position. Every fourth search or so looks at the next slot
  // too, which may be in another line.
  void prefetch(std::size_t position) const noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(slots) + position * sizeof(slot);
    prefetch_line(reinterpret_cast<const void*>(address));
    prefetch_line(reinterpret_cast<const void*>(address + 2 * sizeof(slot) - 1));
  }

  // The position of the slot that holds `key`, whose home is `position`, or of the empty one where
  // it belongs.
  std::size_t probe(std::size_t position, const Key& key, std::uint64_t hash) const {
    // Whether a key is at home is hard to predict: a wrong branch costs more than the whole search.
    position += static_cast<std::size_t>(slots[position].is_taken_by_another(key, hash));
    position &= mask;
    while (!slots[position].holds(key, hash) && !slots[position].is_empty()) {
      position = (position + 1) & mask;
    }
    return position;
  }

  // For `next`, up to hashes.size() and as long as f returns true: f(next, key, position), where
  // key == key_at(next) and a probe for it ended at `position`, or on_zero(next). The memory of the
  // keys ahead is on its way. Returns where to go on.
  // REQUIRES: unless f returns false, the array stays where it is.
  template <class KeyAt, class F, class OnZero>
  std::size_t probe_batch(std::span<const std::uint64_t> hashes, std::size_t& next, KeyAt& key_at,
                          F f, OnZero on_zero) const {
    const std::size_t n = hashes.size();
    std::array<std::size_t, prefetch_distance> homes;
    const auto fetch = [&](std::size_t i) {
      const std::size_t position = checked_home(hashes[i]);
      prefetch(position);
      homes[i % prefetch_distance] = position;
    };
    std::size_t i = next;
    for (std::size_t ahead = i; ahead < std::min(n, i + prefetch_distance); ++ahead) fetch(ahead);
    for (; i < n; ++i) {
      next = i;
      const std::size_t position = homes[i % prefetch_distance];
      if (i + prefetch_distance < n) fetch(i + prefetch_distance);
      const Key& key = key_at(i);
      if (is_zero_key(key)) [[unlikely]] {
        on_zero(i);
      } else if (!f(i, key, probe(position, key, hashes[i]))) [[unlikely]] {
        return i + 1;
      }
    }
    return n;
  }
};

}  // namespace weir
