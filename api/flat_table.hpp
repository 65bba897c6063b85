// SPDX-License-Identifier: Apache-2.0
// The typed table of keyed state: Key -> T, without bytes, nodes or virtual calls in between.
//
// Entries lie in hash order, so a key group is one run of slots. A table never stops to rehash: at
// 5/8 full it opens an array of twice the size, and every insertion and every batch moves some of
// the old one over. While it grows:
//
// 1. The old array is moved from one empty slot, circularly, run by run: `moved_` slots so far.
// 2. A key is in the old array if its home there has not been moved yet, else in the new one.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <tuple>
#include <vector>

#include "api/frozen_slots.hpp"
#include "api/key.hpp"
#include "api/loading.hpp"

namespace weir {

struct hash_of_key {
  template <class Key>
  std::uint64_t operator()(const Key& key) const {
    return hash_key(key);
  }
};

template <class Key, class T, class Hash = hash_of_key>
class flat_table final : public state_table {
public:
  // A table for the keys of `range`; a new key starts with a copy of `initial`. `memory` outlives
  // the table.
  explicit flat_table(page_memory& memory, hash_range range = {}, T initial = {})
      : memory_{&memory},
        range_{range},
        initial_{std::move(initial)},
        slots_{memory, range, smallest_capacity} {}
  // A table for the keys that live in `backend`.
  explicit flat_table(state_backend& backend, T initial = {})
      : flat_table{backend.memory(), hash_range{backend.key_groups(), backend.max_parallelism()},
                   std::move(initial)} {}
  flat_table(const flat_table&) = delete;
  flat_table& operator=(const flat_table&) = delete;

  std::size_t size() const noexcept { return size_; }
  std::size_t entries() const override { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  // In all of the following, hash == Hash{}(key), and a hash of another subtask's key throws
  // task_failure. References are good until the next call that may insert, erase, visit or clear.

  // Fetches what a call with this hash will look at, some 100 ns later.
  void prefetch(std::uint64_t hash) noexcept { slots_of(hash).prefetch(hash); }

  // Moves some `slots` over if the table is growing. Whoever updates it without update_batch calls
  // this once for each batch, so that growing ends even if no more keys come.
  void continue_growing(std::size_t slots) {
    if (frozen_ && frozen_->is_over()) [[unlikely]]
      frozen_.reset();
    if (is_growing()) move_slots(slots);
  }

  T* find(const Key& key, std::uint64_t hash) {
    if (is_zero(key)) return zero_ ? &*zero_ : nullptr;
    slot& place = slots_of(hash).probe(key, hash);
    if (place.is_empty()) return nullptr;
    if (frozen_) [[unlikely]]
      preserve(place);
    return &place.value.get();
  }

  T& find_or_insert(const Key& key, std::uint64_t hash) {
    if (T* found = find(key, hash)) return *found;
    return insert(key, hash, T(initial_));
  }

  // Calls f(T&) for the key's value. When `f` throws, a key that was not there is still not there.
  template <class Update>
  void update(const Key& key, std::uint64_t hash, Update&& f) {
    if (T* found = find(key, hash)) [[likely]] {
      f(*found);
    } else {
      T fresh(initial_);
      f(fresh);
      insert(key, hash, std::move(fresh));
    }
  }

  // For i in [0, n): update(key_at(i), ..., [&](T& value) { f(i, value); }), with the memory of the
  // keys ahead on its way. `key_at(i)` is called once for each i, up to 16 ahead of f(i). When one
  // of them throws, f has returned for a prefix of the records and for nothing else.
  template <class KeyAt, class Update>
  void update_batch(std::size_t n, KeyAt&& key_at, Update&& f) {
    continue_growing(n);
    std::array<staged<KeyAt>, prefetch_distance> ahead;
    const auto stage = [&](std::size_t i) {
      auto& next = ahead[i % prefetch_distance];
      next.set(key_at(i));
      next.hash = Hash{}(next.key());
      prefetch(next.hash);
    };
    for (std::size_t i = 0; i < std::min(n, prefetch_distance); ++i) stage(i);
    for (std::size_t i = 0; i < n; ++i) {
      const auto& current = ahead[i % prefetch_distance];
      update(current.key(), current.hash, [&](T& value) { f(i, value); });
      if (i + prefetch_distance < n) stage(i + prefetch_distance);
    }
  }

  // Returns whether the key was there.
  bool erase(const Key& key, std::uint64_t hash) {
    if (is_zero(key)) {
      if (!zero_) return false;
      zero_.reset();
    } else {
      auto& slots = slots_of(hash);
      slot& place = slots.probe(key, hash);
      if (place.is_empty()) return false;
      if (frozen_) [[unlikely]]
        preserve_run(slots, place);
      slots.erase(place);
    }
    --size_;
    return true;
  }

  // Calls f(const Key&, T&) for every entry, in an order that the history of calls determines.
  // An f that takes a const T& leaves what is frozen alone, and so costs nothing more.
  // REQUIRES: f does not change which keys are in this table.
  template <class F>
  void for_each(F&& f) {
    std::size_t cursor = 0;
    std::size_t budget = std::numeric_limits<std::size_t>::max();
    visit(cursor, budget, f);
  }

  // As for_each, in slices: goes on from `cursor` (0 at first), looks at no more slots than
  // `budget`, which it reduces, and returns true at the end of the table. Where keys come or go
  // between two calls, some entries may be left out or come twice.
  //
  // The order leaps through the hashes, block by block: another table that takes the entries in as
  // they come, here or behind a network, fills evenly. In order of hash, all of them would first
  // crowd the beginning of it.
  template <class F>
  bool visit(std::size_t& cursor, std::size_t& budget, F&& f) {
    if (is_growing()) {
      const std::size_t moved_before = moved_;
      move_slots(budget);
      budget -= std::min(budget, moved_ - moved_before);
      if (is_growing()) return false;
    }
    if (cursor == 0) {
      visit_zero(f);
      cursor = 1;
    }
    const std::size_t end = 1 + slots_.capacity();
    while (cursor < end && budget > 0) {
      const std::size_t block = (cursor - 1) / block_size;
      const std::size_t offset = (cursor - 1) % block_size;
      slots_.prefetch_block(block + 1);
      const std::size_t first = slots_.block_start(block) + offset;
      const std::size_t count = std::min(budget, block_size - offset);
      if constexpr (!entry_reader<F, Key, T>) {
        for (std::size_t i = first; frozen_ && i < first + count; ++i) preserve(slots_.at(i));
      }
      for (std::size_t i = first; i < first + count; ++i) {
        slot& place = slots_.at(i);
        if (!place.is_empty()) hand_out<Key, T>(place, f);
      }
      cursor += count;
      budget -= count;
    }
    return cursor >= end;
  }

  // Forgets the entries. Keeps the memory, unless hardly any of it was in use.
  void clear() {
    const bool was_sparse = slots_.capacity() > smallest_capacity && size_ < slots_.capacity() / 16;
    old_ = {};
    zero_.reset();
    size_ = 0;
    if (was_sparse || frozen_) {
      slots_ = array_of_slots{*memory_, range_, was_sparse ? smallest_capacity : slots_.capacity()};
      frozen_.reset();  // It keeps the arrays that were.
    } else {
      slots_.clear();
    }
  }

  // --- Snapshots

  // Whether the next two work; tables of operators and of state are checked when they are opened.
  static constexpr bool is_encodable = encodable<Key> && encodable<T>;

  table_schema schema() const override {
    if constexpr (is_encodable) {
      return {"keyed", codec<std::pair<Key, T>>::schema()};
    } else {
      return {"keyed", "nothing"};
    }
  }

  // Costs some bytes for each KiB of slots; what it shares with the table is copied only when it
  // changes.
  std::unique_ptr<frozen_table> freeze() override {
    return freeze_as(keyed_form<Key, T>{range_.max_parallelism()});
  }

  // The same with another idea of what entries become; see keyed_form. If an earlier result is
  // still being read, all that it has not read yet is copied now.
  template <class Form>
  std::unique_ptr<frozen_table> freeze_as(Form form) {
    WEIR_ASSERT(is_encodable);
    if (frozen_) frozen_->preserve_all();
    using shared = frozen_slots<Key, T, Hash, Form>;
    auto frozen = std::make_shared<shared>(std::move(form));
    if (is_growing()) frozen->add(old_);
    frozen->add(slots_);
    visit_zero([&](const Key& zero, const T& value) { frozen->add(zero, value); });
    frozen_ = frozen;
    return std::make_unique<frozen_slots_reader<shared>>(std::move(frozen));
  }

  status load(const state_block& block) override {
    if constexpr (is_encodable) return load_entries<Key, T, Hash>(*this, range_, block);
    return {};
  }

  // Makes room for so many entries at once.
  void reserve(std::size_t entries) {
    if (entries <= slots_.capacity() / 8 * 5) return;
    if (is_growing()) move_slots(std::numeric_limits<std::size_t>::max());
    grow_to(std::bit_ceil(entries / 5 * 8 + 8));
    move_slots(std::numeric_limits<std::size_t>::max());
  }

private:
  using array_of_slots = flat_slots<Key, T, Hash>;
  using slot = typename array_of_slots::slot;

  static constexpr std::size_t block_size = array_of_slots::block_size;
  static constexpr std::size_t smallest_capacity = block_size;
  static constexpr std::size_t prefetch_distance = 16;
  // Completes the move within an eighth of the old capacity in insertions, long before the old
  // array could fill.
  static constexpr std::size_t slots_moved_per_insertion = 8;
  // So far from home a key ends up only if the keys come from a part of the hashes at a time. Then
  // the table grows though it is not full: the other parts are likely to follow.
  static constexpr std::size_t crowded_distance = 256;
  static constexpr std::size_t most_capacity_per_key = 32;

  // A key that update_batch has read ahead: by reference where the caller has it.
  template <class KeyAt>
  struct staged {
    using given = std::invoke_result_t<KeyAt&, std::size_t>;
    std::conditional_t<std::is_lvalue_reference_v<given>, const Key*, std::optional<Key>> held{};
    std::uint64_t hash = 0;
    void set(given key) {
      if constexpr (std::is_lvalue_reference_v<given>) {
        held = &key;
      } else {
        held.emplace(std::move(key));
      }
    }
    const Key& key() const noexcept { return *held; }
  };

  bool is_growing() const noexcept { return old_.is_open(); }

  // Before anything in a slot changes while the table is frozen.
  [[gnu::noinline]] void preserve(const slot& place) {
    if (!frozen_->is_over()) {
      frozen_->preserve(&place);
    } else {
      frozen_.reset();
    }
  }
  // Before an erasure, which moves up what lies behind.
  void preserve_run(array_of_slots& slots, const slot& first) {
    std::size_t position = slots.position_of(first);
    do {
      preserve(slots.at(position));
    } while (frozen_ && !slots.at(++position).is_empty());
  }

  static bool is_zero(const Key& key) noexcept {
    if constexpr (compact_key<Key>) return key == Key{};
    return false;
  }

  array_of_slots& slots_of(std::uint64_t hash) noexcept {
    if (is_growing()) [[unlikely]] {
      const std::size_t distance = (old_.home(hash) - move_start_) & (old_.capacity() - 1);
      if (distance >= moved_) return old_;
    }
    return slots_;
  }

  // REQUIRES: the key is not there.
  [[gnu::noinline]] T& insert(const Key& key, std::uint64_t hash, T value) {
    if (is_zero(key)) {
      ++size_;
      return zero_.emplace(std::move(value));
    }
    if (size_ >= slots_.capacity() / 8 * 5) grow();
    if (is_growing()) move_slots(slots_moved_per_insertion);
    slot* place = &slots_of(hash).probe(key, hash);
    while (is_crowded_before(*place, hash)) {
      if (!is_growing()) grow();
      move_slots(std::numeric_limits<std::size_t>::max());
      place = &slots_of(hash).probe(key, hash);
    }
    if (frozen_) [[unlikely]]
      preserve(*place);
    T& inserted = place->value.construct(std::move(value));
    place->set_key(key, hash);
    ++size_;
    return inserted;
  }

  bool is_crowded_before(const slot& place, std::uint64_t hash) noexcept {
    return slots_of(hash).distance_from_home(place, hash) > crowded_distance &&
           slots_.capacity() <= size_ * most_capacity_per_key;
  }

  void grow() { grow_to(slots_.capacity() * 2); }
  void grow_to(std::size_t capacity) {
    old_ = std::exchange(slots_, array_of_slots{*memory_, range_, capacity});
    move_start_ = 1;
    while (!old_.at(move_start_ - 1).is_empty()) ++move_start_;
    moved_ = 0;
  }

  // Moves at least `count` slots of the old array, and then on to the next empty one.
  void move_slots(std::size_t count) {
    for (;;) {
      slot& next = old_.at(move_start_ + moved_);
      ++moved_;
      if (!next.is_empty()) {
        if (frozen_) [[unlikely]]
          preserve_move(next);
        slots_.take(next);
      } else if (moved_ >= old_.capacity()) {
        old_ = {};
        return;
      } else if (count <= 1) {
        return;
      }
      if (count > 1) --count;
    }
  }

  void preserve_move(slot& from) {
    const slot& to = slots_.probe(from.key(), Hash{}(from.key()));
    preserve(from);
    if (frozen_) preserve(to);
  }

  template <class F>
  void visit_zero(F&& f) {
    if constexpr (compact_key<Key>) {
      if (zero_) f(Key{}, *zero_);
    }
  }

  page_memory* memory_;
  hash_range range_;
  T initial_;
  std::optional<T> zero_;  // The value of the compact key zero, which cannot mark a slot.
  array_of_slots slots_;
  array_of_slots old_;                    // Open while the table grows.
  std::shared_ptr<frozen_pages> frozen_;  // While somebody may read what it shares.
  std::size_t size_ = 0;
  std::size_t move_start_ = 0;
  std::size_t moved_ = 0;
};

}  // namespace weir
