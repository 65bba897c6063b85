// SPDX-License-Identifier: Apache-2.0
// One array of slots with linear probing, laid out in hash order: the storage of flat_table.
//
// 1. A key sits at or, circularly, behind its home, with no empty slot in between.
// 2. A slot of zero bytes is empty: fresh pages need no initialisation.
// 3. The capacity is a power of two, and at least one slot is empty.
//
// Two layouts: small integral keys are their own mark, and the key zero is kept elsewhere by the
// table; other keys have a tag from the hash beside them, so most mismatches never compare keys.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "api/hash_range.hpp"
#include "api/integral_time.hpp"
#include "api/prefetch.hpp"
#include "api/state_backend.hpp"

namespace weir {

// Keys that mark their own slot.
template <class Key>
concept compact_key = sizeof(Key) <= 8 &&
                      (std::integral<Key> || std::is_enum_v<Key> || is_integral_time<Key>);

// Room for a T that is there or not.
template <class T>
class raw_value {
public:
  T& get() noexcept { return *std::launder(reinterpret_cast<T*>(bytes_)); }
  template <class... Arguments>
  T& construct(Arguments&&... arguments) {
    return *::new (static_cast<void*>(bytes_)) T(std::forward<Arguments>(arguments)...);
  }
  void destroy() noexcept { std::destroy_at(&get()); }

private:
  alignas(T) std::byte bytes_[sizeof(T)];
};

template <class Key, class T>
struct compact_slot {
  Key mark;
  raw_value<T> value;

  bool is_empty() const noexcept { return mark == Key{}; }
  bool holds(const Key& key, std::uint64_t) const noexcept { return mark == key; }
  const Key& key() noexcept { return mark; }
  void set_key(Key key, std::uint64_t) noexcept { mark = key; }
  void destroy_key() noexcept { mark = Key{}; }
};

template <class Key, class T>
struct tagged_slot {
  std::uint32_t tag;
  raw_value<Key> stored;
  raw_value<T> value;

  static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    const auto low = static_cast<std::uint32_t>(hash);
    return low == 0 ? 1 : low;
  }
  bool is_empty() const noexcept { return tag == 0; }
  bool holds(const Key& key, std::uint64_t hash) noexcept {
    return tag == tag_of(hash) && stored.get() == key;
  }
  const Key& key() noexcept { return stored.get(); }
  template <class K>
  void set_key(K&& key, std::uint64_t hash) {
    stored.construct(std::forward<K>(key));
    tag = tag_of(hash);
  }
  void destroy_key() noexcept {
    stored.destroy();
    tag = 0;
  }
};

// A function of entries that does not change them.
template <class F, class Key, class T>
concept entry_reader = std::is_invocable_v<F&, const Key&, const T&>;

// Calls f(key, value) of a slot that is not empty.
template <class Key, class T, class Slot, class F>
void hand_out(Slot& place, F& f) {
  if constexpr (entry_reader<F, Key, T>) {
    f(place.key(), std::as_const(place.value.get()));
  } else {
    f(place.key(), place.value.get());
  }
}

template <class Key, class T, class Hash>
class flat_slots {
public:
  using slot = std::conditional_t<compact_key<Key>, compact_slot<Key, T>, tagged_slot<Key, T>>;
  static_assert(alignof(slot) <= alignof(std::max_align_t), "over-aligned state is not supported");

  static constexpr std::size_t block_size = 16;

  flat_slots() = default;
  // `memory` outlives the array. REQUIRES: capacity is a power of two.
  flat_slots(page_memory& memory, const hash_range& range, std::size_t capacity)
      : memory_{&memory},
        slots_{static_cast<slot*>(memory.allocate(capacity * sizeof(slot)))},
        range_{range},
        spread_{range.spread_over(capacity)},
        mask_{capacity - 1} {}
  flat_slots(flat_slots&& other) noexcept { swap(other); }
  flat_slots& operator=(flat_slots&& other) noexcept {
    flat_slots taken{std::move(other)};
    swap(taken);
    return *this;
  }
  ~flat_slots() {
    if (slots_ == nullptr || owner_) return;
    destroy_entries();
    memory_->release(slots_, bytes());
  }

  bool is_open() const noexcept { return slots_ != nullptr; }
  std::size_t capacity() const noexcept { return slots_ == nullptr ? 0 : mask_ + 1; }
  std::size_t bytes() const noexcept { return capacity() * sizeof(slot); }
  slot& at(std::size_t position) noexcept { return slots_[position & mask_]; }
  std::size_t home(std::uint64_t hash) const noexcept { return range_.position_of(hash, spread_); }
  // Only a hint, and so harmless for any hash.
  void prefetch(std::uint64_t hash) const noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(slots_) + home(hash) * sizeof(slot);
    prefetch_line(reinterpret_cast<const void*>(address));
  }

  // The slot that holds `key`, or the empty one where it belongs. Throws task_failure if the hash
  // is not in the range.
  slot& probe(const Key& key, std::uint64_t hash) {
    if (!range_.contains(hash)) [[unlikely]]
      fail_misrouted_key(hash);
    std::size_t position = home(hash);
    while (!slots_[position].holds(key, hash) && !slots_[position].is_empty()) {
      position = (position + 1) & mask_;
    }
    return slots_[position];
  }

  std::size_t position_of(const slot& place) const noexcept {
    return static_cast<std::size_t>(&place - slots_);
  }
  std::size_t distance_from_home(const slot& place, std::uint64_t hash) const noexcept {
    return (static_cast<std::size_t>(&place - slots_) - home(hash)) & mask_;
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

  // Empties `gone` and moves up what the gap would hide (Knuth, volume 3, algorithm 6.4R).
  void erase(slot& gone) noexcept {
    gone.value.destroy();
    gone.destroy_key();
    auto gap = static_cast<std::size_t>(&gone - slots_);
    for (std::size_t next = (gap + 1) & mask_; !slots_[next].is_empty();
         next = (next + 1) & mask_) {
      const std::size_t from_home = (next - home(Hash{}(slots_[next].key()))) & mask_;
      if (from_home < ((next - gap) & mask_)) continue;
      relocate(slots_[next], slots_[gap]);
      gap = next;
    }
  }

  // Moves an entry of `from` here.
  void take(slot& from) noexcept {
    const std::uint64_t hash = Hash{}(from.key());
    slot& to = probe(from.key(), hash);
    relocate(from, to);
  }

  // Destroys the entries and keeps the memory.
  void clear() noexcept {
    destroy_entries();
    std::memset(static_cast<void*>(slots_), 0, bytes());
  }

  // Shares the array: it lives until this and all results are gone, and its memory with it, if that
  // is owned by a std::shared_ptr. Whoever has one may read what this does not change meanwhile.
  std::shared_ptr<flat_slots> share() {
    if (!owner_) {
      auto owner = std::make_shared<flat_slots>();
      swap(*owner);
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
      for (std::size_t i = 0; i <= mask_; ++i) {
        if (slots_[i].is_empty()) continue;
        slots_[i].value.destroy();
        slots_[i].destroy_key();
      }
    }
  }
  void swap(flat_slots& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(slots_, other.slots_);
    std::swap(range_, other.range_);
    std::swap(spread_, other.spread_);
    std::swap(mask_, other.mask_);
    owner_.swap(other.owner_);
    memory_owner_.swap(other.memory_owner_);
  }
  void refer_to(const flat_slots& other) noexcept {
    memory_ = other.memory_;
    slots_ = other.slots_;
    range_ = other.range_;
    spread_ = other.spread_;
    mask_ = other.mask_;
  }

  page_memory* memory_ = nullptr;
  slot* slots_ = nullptr;
  hash_range range_;
  std::uint64_t spread_ = 0;
  std::size_t mask_ = 0;
  std::shared_ptr<flat_slots> owner_;  // Of the array, once it is shared.
  std::shared_ptr<page_memory> memory_owner_;
};

}  // namespace weir
