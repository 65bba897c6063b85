// SPDX-License-Identifier: Apache-2.0
// One array of slots with linear probing, laid out in hash order: the storage of flat_table.
//
// 1. A key sits at or, circularly, behind its home, with no empty slot in between.
// 2. A slot of zero bytes is empty: fresh pages need no initialisation.
// 3. The capacity is a power of two, and at least one slot is empty.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "api/changed_extents.hpp"
#include "api/slot_search.hpp"
#include "api/state_backend.hpp"

namespace weir {

template <class Key, class T, class Hash>
class flat_slots {
public:
  using search = slot_search<Key, T>;
  using slot = flat_slot<Key, T>;
  static_assert(alignof(slot) <= alignof(std::max_align_t), "over-aligned state is not supported");

  static constexpr std::size_t block_size = 32;

  flat_slots() = default;
  // `memory` outlives the array. REQUIRES: capacity is a power of two.
  flat_slots(page_memory& memory, const hash_range& range, std::size_t capacity)
      : memory_{&memory},
        way_{static_cast<slot*>(memory.allocate(capacity * sizeof(slot))), range,
             range.spread_over(capacity), capacity - 1},
        changes_{memory.tracks_changes()
                     ? changed_extents::tracked(memory.next_array_number(), capacity, sizeof(slot))
                     : changed_extents::untracked()} {}
  flat_slots(flat_slots&& other) noexcept { swap(other); }
  flat_slots& operator=(flat_slots&& other) noexcept {
    flat_slots taken{std::move(other)};
    swap(taken);
    return *this;
  }
  ~flat_slots() {
    if (way_.slots == nullptr || owner_) return;
    destroy_entries();
    memory_->release(way_.slots, bytes());
  }

  // REQUIRES: is_open().
  page_memory& memory() const noexcept { return *memory_; }
  bool is_open() const noexcept { return way_.slots != nullptr; }
  std::size_t capacity() const noexcept { return way_.slots == nullptr ? 0 : way_.mask + 1; }
  std::size_t bytes() const noexcept { return capacity() * sizeof(slot); }
  slot& at(std::size_t position) noexcept { return way_.slots[position & way_.mask]; }
  // How keys are found here: good until the array is moved from or destroyed.
  const search& way() const noexcept { return way_; }
  std::size_t home(std::uint64_t hash) const noexcept { return way_.home(hash); }
  // Only a hint, and so harmless for any hash.
  void prefetch(std::uint64_t hash) const noexcept { way_.prefetch(home(hash)); }

  // The position of the slot that holds `key`, or of the empty one where it belongs. Throws
  // task_failure if the hash is not in the range.
  std::size_t probe(const Key& key, std::uint64_t hash) const {
    return way_.probe(way_.checked_home(hash), key, hash);
  }

  std::size_t distance_from_home(std::size_t position, std::uint64_t hash) const noexcept {
    return (position - home(hash)) & way_.mask;
  }

  // Block number n of the order in which entries are visited: multiples of the golden section cover
  // a circle evenly.
  std::size_t block_start(std::size_t n) const noexcept {
    const std::size_t blocks = capacity() / block_size;
    const std::size_t stride = scale_to(0x9E3779B97F4A7C15ULL, blocks) | 1;
    return (n * stride & (blocks - 1)) * block_size;
  }
  void prefetch_block(std::size_t n) noexcept {
    const auto* const begin = reinterpret_cast<const char*>(&at(block_start(n)));
    for (std::size_t byte = 0; byte < block_size * sizeof(slot); byte += 64) {
      prefetch_line(begin + byte);
    }
  }

  // Calls f(key, value) for the entries in the slots [first, first + count).
  // REQUIRES: count <= block_size, and these slots do not go round the end.
  template <class F>
  void visit(std::size_t first, std::size_t count, F& f) {
    // Which slots are empty is random: to branch on each would cost more than to visit it.
    std::array<slot*, block_size> taken;
    std::size_t found = 0;
    for (std::size_t i = first; i < first + count; ++i) {
      slot& place = way_.slots[i];
      taken[found] = &place;
      found += static_cast<std::size_t>(!place.is_empty());
    }
    for (std::size_t i = 0; i < found; ++i) hand_out<Key, T>(*taken[i], f);
  }

  // Empties a slot and moves up what the gap would hide (Knuth, volume 3, algorithm 6.4R).
  void erase(std::size_t gap) noexcept {
    at(gap).value.destroy();
    at(gap).destroy_key();
    mark_changed(gap);
    for (std::size_t next = (gap + 1) & way_.mask; !at(next).is_empty();
         next = (next + 1) & way_.mask) {
      const std::size_t from_home = distance_from_home(next, Hash{}(at(next).key()));
      if (from_home < ((next - gap) & way_.mask)) continue;
      changes_.mark(next);
      relocate(at(next), at(gap));
      gap = next;
    }
  }

  // Moves an entry of another array here.
  void take(flat_slots& other, std::size_t position) noexcept {
    slot& from = other.at(position);
    other.mark_changed(position);
    const std::size_t to = probe(from.key(), Hash{}(from.key()));
    mark_changed(to);
    relocate(from, at(to));
  }

  // Whoever changes a slot says so; what changes several here does that itself.
  void mark_changed(std::size_t position) noexcept { changes_.mark(position & way_.mask); }
  // The entries as they are now, by name.
  extent_names name_extents() { return changes_.freeze(); }
  const changed_extents& changes() const noexcept { return changes_; }

  // Destroys the entries and keeps the memory.
  void clear() noexcept {
    changes_.mark_all();
    destroy_entries();
    std::memset(static_cast<void*>(way_.slots), 0, bytes());
  }

  // Shares the array: it lives until this and all results are gone, and its memory with it, if that
  // is owned by a std::shared_ptr. Whoever has one may read what this does not change meanwhile.
  std::shared_ptr<flat_slots> share() {
    if (!owner_) {
      auto owner = std::make_shared<flat_slots>();
      swap(*owner);
      std::swap(changes_, owner->changes_);  // They stay with what changes them.
      owner->memory_owner_ = owner->memory_->weak_from_this().lock();
      refer_to(*owner);
      owner_ = std::move(owner);
    }
    return owner_;
  }

private:
  static void relocate(slot& from, slot& to) noexcept {
    if constexpr (compact_key<Key>) {
      to.mark = from.mark;
    } else {
      to.stored.construct(std::move(from.stored.get()));
      to.tag = from.tag;
    }
    to.value.construct(std::move(from.value.get()));
    from.value.destroy();
    from.destroy_key();
  }
  void destroy_entries() noexcept {
    if constexpr (!std::is_trivially_destructible_v<T> || !std::is_trivially_destructible_v<Key>) {
      for (std::size_t i = 0; i <= way_.mask; ++i) {
        if (way_.slots[i].is_empty()) continue;
        way_.slots[i].value.destroy();
        way_.slots[i].destroy_key();
      }
    }
  }
  void swap(flat_slots& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(way_, other.way_);
    std::swap(changes_, other.changes_);
    owner_.swap(other.owner_);
    memory_owner_.swap(other.memory_owner_);
  }
  void refer_to(const flat_slots& other) noexcept {
    memory_ = other.memory_;
    way_ = other.way_;
  }

  page_memory* memory_ = nullptr;
  search way_;
  changed_extents changes_;
  std::shared_ptr<flat_slots> owner_;  // Of the array, once it is shared.
  std::shared_ptr<page_memory> memory_owner_;
};

}  // namespace weir
