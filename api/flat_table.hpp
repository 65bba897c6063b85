// SPDX-License-Identifier: Apache-2.0
// The typed table of keyed state: Key -> T, without bytes, nodes or virtual calls in between.
//
// Entries lie in hash order, so a key group is one run of slots. A table never stops to rehash: at
// 5/8 full it opens an array of twice the size, and every insertion and every batch moves some of
// the old one over (growing_slots).
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "api/growing_slots.hpp"
#include "api/key.hpp"
#include "api/loading.hpp"
#include "api/spilling_part.hpp"

namespace weir {

struct hash_of_key {
  template <class Key>
  std::uint64_t operator()(const Key& key) const {
    return hash_key(key);
  }
};

template <class Key, class T, class Hash = hash_of_key>
class flat_table final : public spilling_part<Key, T, Hash, flat_table<Key, T, Hash>> {
  using part = spilling_part<Key, T, Hash, flat_table>;

public:
  // Whether it is a cache of entries that are elsewhere, and of how many; see spilling_part.
  using part::absent, part::spills;

  // A table for the keys of `range`; a new key starts with a copy of `initial`. `memory` outlives
  // the table.
  explicit flat_table(page_memory& memory, hash_range range = {}, T initial = {})
      : initial_{std::move(initial)}, slots_{memory, range} {}
  // A table for the keys that live in `backend`.
  explicit flat_table(state_backend& backend, T initial = {})
      : flat_table{backend.memory(), hash_range{backend.key_groups(), backend.max_parallelism()},
                   std::move(initial)} {
    this->spill_to(backend.cold());
  }
  flat_table(const flat_table&) = delete;
  flat_table& operator=(const flat_table&) = delete;

  std::size_t size() const noexcept { return size_ + this->absent(); }
  std::size_t entries() const override { return size(); }
  bool empty() const noexcept { return size() == 0; }

  // In all of the following, hash == Hash{}(key), and a hash of another subtask's key throws
  // task_failure. References are good until the next call that may insert, erase, visit or clear.

  // Fetches what a call with this hash will look at, some 100 ns later.
  void prefetch(std::uint64_t hash) noexcept { slots_.of(hash).prefetch(hash); }

  // Moves some `slots` over if the table is growing. Whoever updates it without update_batch calls
  // this once for each batch, so that growing ends even if no more keys come.
  void continue_growing(std::size_t slots) {
    slots_.drop_finished_freeze();
    if (slots_.is_growing()) slots_.move(slots);
  }

  T* find(const Key& key, std::uint64_t hash) {
    T* found = find_in_memory(key, hash);
    return found != nullptr || !spills() ? found : this->take_in(key, hash);
  }

  T& find_or_insert(const Key& key, std::uint64_t hash) {
    if (T* found = find(key, hash)) return *found;
    return insert(key, hash, T(initial_));
  }

  // Calls f(T&) for the key's value. When `f` throws, a key that was not there is still not there.
  template <class Update>
  void update(const Key& key, std::uint64_t hash, Update&& f) {
    if (is_zero_key(key)) [[unlikely]]
      return update_zero(f);
    array& slots = slots_.of(hash);
    update_at(slots, slots.probe(key, hash), key, hash, f);
  }

  // For `next`, up to hashes.size(): update(key_at(next), hashes[next], ...) with f(next, T&), and
  // the memory of the keys ahead on its way. When something throws, `next` tells for which record.
  template <class KeyAt, class Update>
  void update_batch(std::span<const std::uint64_t> hashes, std::size_t& next, KeyAt&& key_at,
                    Update&& f) {
    std::size_t i = next;
    if (!slots_.is_growing()) {
      const auto way = slots_.newest().way();
      i = way.probe_batch(
          hashes, next, key_at,
          [&](std::size_t at, const Key& key, std::size_t position) {
            return update_at(slots_.newest(), position, key, hashes[at],
                             [&f, at](T& of) { f(at, of); });
          },
          [&](std::size_t at) { update_zero([&f, at](T& of) { f(at, of); }); });
    }
    for (; i < hashes.size(); ++i) {
      next = i;
      if (i + prefetch_distance < hashes.size()) prefetch(hashes[i + prefetch_distance]);
      update(key_at(i), hashes[i], [&f, i](T& of) { f(i, of); });
    }
    next = hashes.size();
  }

  // For i below hashes.size(): f(i, find(key_at(i), hashes[i])), in the same way.
  // REQUIRES: f does not change which keys are in this table.
  template <class KeyAt, class F>
  void find_batch(std::span<const std::uint64_t> hashes, KeyAt&& key_at, F&& f) {
    if (slots_.is_growing() || spills()) [[unlikely]] {
      for (std::size_t i = 0; i < hashes.size(); ++i) f(i, find(key_at(i), hashes[i]));
      return;
    }
    std::size_t next = 0;
    const auto way = slots_.newest().way();
    way.probe_batch(
        hashes, next, key_at,
        [&](std::size_t i, const Key&, std::size_t position) {
          f(i, value_at(slots_.newest(), position));
          return true;
        },
        [&](std::size_t i) { f(i, zero()); });
  }

  // Returns whether the key was there.
  bool erase(const Key& key, std::uint64_t hash) {
    const bool was_in_memory = erase_in_memory(key, hash);
    return spills() ? this->erase_elsewhere(key, hash, was_in_memory) : was_in_memory;
  }

  // Calls f(const Key&, T&) for every entry, in an order that the history of calls determines.
  // An f that takes a const T& leaves what is frozen alone, and so costs nothing more.
  // REQUIRES: f does not change which keys are in this table.
  template <class F>
  void for_each(F&& f) {
    std::size_t cursor = 0;
    std::size_t budget = 0;
    do {
      budget = std::numeric_limits<std::size_t>::max();
    } while (!visit(cursor, budget, f));
  }

  // As for_each, in slices: goes on from `cursor` (0 at first), looks at no more slots than
  // `budget`, which it reduces, and returns true at the end of the table. Where keys come or go
  // between two calls, some entries may be left out or come twice.
  //
  // The order leaps through the hashes, block by block: another table that takes the entries in as
  // they come, here or behind a network, fills evenly. In order of hash, all of them would first
  // crowd the beginning of it.
  //
  // Entries are good until the next call of this table.
  template <class F>
  bool visit(std::size_t& cursor, std::size_t& budget, F&& f) {
    if (spills() && !this->visits_memory(cursor)) return this->visit_elsewhere(cursor, budget, f);
    const bool is_done = visit_memory(cursor, budget, f);
    if (is_done) this->end_of_visit();
    return is_done;
  }

  // As visit, for a reader who comes round again and again: leaves out what has been touched of
  // late, if a part of the table is not in memory.
  template <class F>
  bool visit_untouched(std::size_t& cursor, std::size_t& budget, F&& f) {
    static_assert(entry_reader<F, Key, T>);
    return this->has_absent() ? this->visit_absent(cursor, budget, f)
                              : visit_memory(cursor, budget, f);
  }

  // Forgets the entries. Keeps the memory, unless hardly any of it was in use.
  void clear() {
    clear_memory();
    this->clear_elsewhere();
  }

  // --- Snapshots

  // Whether the next two work; tables of operators and of state are checked when they are opened.
  using part::is_encodable;

  // Costs some bytes for each KiB of slots; what it shares with the table is copied only when it
  // changes.
  std::unique_ptr<frozen_table> freeze() override { return freeze_as(form()); }

  // The same with another idea of what entries become; see keyed_form. If an earlier result is
  // still being read, all that it has not read yet is copied now.
  template <class Form>
  std::unique_ptr<frozen_table> freeze_as(Form form) {
    WEIR_ASSERT(is_encodable);
    if constexpr (std::derived_from<Form, noting_form>) {
      if (this->has_absent()) return this->freeze_with_absent(std::move(form));
    }
    return freeze_memory(std::move(form));
  }

  // For take_in. False: the key is there already.
  bool insert_loaded(const Key& key, std::uint64_t hash, T value) {
    if (is_zero_key(key)) {
      if (zero_) return false;
      insert_zero(std::move(value));
      slots_.on_landed_elsewhere();
      return true;
    }
    array& slots = slots_.of(hash);
    const std::size_t position = slots.probe(key, hash);
    if (!slots.at(position).is_empty()) return false;
    if (slots_.has_room_at(slots, position, hash, size_)) {
      put(slots, position, key, hash, std::move(value));
      slots_.on_landed(position);
    } else {
      insert(key, hash, std::move(value));
      slots_.on_landed(slots_.of(hash).probe(key, hash));
    }
    return true;
  }

  // Makes room for so many entries at once.
  void reserve(std::size_t entries) { slots_.reserve(entries); }

private:
  friend class spilling_part<Key, T, Hash, flat_table>;
  using growing = growing_slots<Key, T, Hash>;
  using array = typename growing::array;

  static constexpr std::size_t bytes_per_entry = 2 * sizeof(typename array::slot);
  static constexpr std::size_t block_size = array::block_size;
  // A block takes some 60 ns to visit, memory 100 ns to come.
  static constexpr std::size_t blocks_ahead = 2;
  static constexpr std::size_t prefetch_distance = array::search::prefetch_distance;

  keyed_form<Key, T> form() const { return {{slots_.range().max_parallelism(), {}}}; }

  T* zero() noexcept { return zero_ ? &*zero_ : nullptr; }

  // --- What is in memory, which is all there is to a table that does not spill

  T* find_in_memory(const Key& key, std::uint64_t hash) {
    if (is_zero_key(key)) return zero();
    array& slots = slots_.of(hash);
    return value_at(slots, slots.probe(key, hash));
  }

  bool erase_in_memory(const Key& key, std::uint64_t hash) {
    if (is_zero_key(key)) {
      if (!zero_) return false;
      zero_.reset();
    } else {
      array& slots = slots_.of(hash);
      const std::size_t position = slots.probe(key, hash);
      if (slots.at(position).is_empty()) return false;
      slots_.erase(slots, position);
    }
    --size_;
    return true;
  }

  template <class F>
  bool visit_memory(std::size_t& cursor, std::size_t& budget, F& f) {
    if (slots_.is_growing()) {
      budget -= std::min(budget, slots_.move(budget));
      if (slots_.is_growing()) return false;
    }
    if (cursor == 0) {
      visit_zero(f);
      cursor = 1;
    }
    array& slots = slots_.newest();
    const std::size_t end = 1 + slots.capacity();
    while (cursor < end && budget > 0) {
      const std::size_t block = (cursor - 1) / block_size;
      const std::size_t offset = (cursor - 1) % block_size;
      slots.prefetch_block(block + blocks_ahead);
      const std::size_t first = slots.block_start(block) + offset;
      const std::size_t count = std::min(budget, block_size - offset);
      if constexpr (!entry_reader<F, Key, T>) {
        slots_.before_change(slots, first, count);
      }
      slots.visit(first, count, f);
      cursor += count;
      budget -= count;
    }
    return cursor >= end;
  }

  template <class Form>
  std::unique_ptr<frozen_table> freeze_memory(Form form) {
    using shared = frozen_slots<Key, T, Hash, Form>;
    auto frozen = std::make_shared<shared>(std::move(form));
    slots_.freeze(frozen);
    visit_zero([&](const Key& zero, const T& value) { frozen->add(zero, value); });
    return std::make_unique<frozen_slots_reader<shared>>(std::move(frozen));
  }

  std::size_t size_in_memory() const noexcept { return size_; }
  bool slots_are_empty() const noexcept { return size_ == (zero_ ? 1 : 0); }

  void clear_memory() {
    slots_.clear(size_);
    zero_.reset();
    size_ = 0;
  }

  // The value where a probe has ended, to be read or changed, or null if the key is not there.
  T* value_at(array& slots, std::size_t position) {
    auto& place = slots.at(position);
    if (place.is_empty()) return nullptr;
    slots_.before_change(slots, position);
    return &place.value.get();
  }

  // Updates the value of the key for which a probe has ended at `position`. Returns whether all
  // slots are where they were for sure.
  template <class Update>
  bool update_at(array& slots, std::size_t position, const Key& key, std::uint64_t hash,
                 Update&& f) {
    if (T* found = value_at(slots, position)) [[likely]] {
      f(*found);
      return true;
    }
    return update_new(slots, position, key, hash, f);
  }

  template <class Update>
  [[gnu::noinline]] bool update_new(array& slots, std::size_t position, const Key& key,
                                    std::uint64_t hash, Update& f) {
    if (this->has_absent() || !slots_.has_room_at(slots, position, hash, size_)) {
      update_absent(key, hash, f);
      return false;
    }
    T fresh(initial_);
    f(fresh);
    put(slots, position, key, hash, std::move(fresh));
    return true;
  }

  // The key is not in memory.
  template <class Update>
  [[gnu::noinline]] void update_absent(const Key& key, std::uint64_t hash, Update& f) {
    if (T* taken = this->take_in(key, hash)) return static_cast<void>(f(*taken));
    T fresh(initial_);
    f(fresh);
    insert(key, hash, std::move(fresh));
  }

  template <class Update>
  void update_zero(Update&& f) {
    if (zero_) return static_cast<void>(f(*zero_));
    update_absent(Key{}, Hash{}(Key{}), f);
  }

  T& insert_zero(T value) {
    ++size_;
    return zero_.emplace(std::move(value));
  }

  // REQUIRES: the key is not there.
  [[gnu::noinline]] T& insert(const Key& key, std::uint64_t hash, T value) {
    if (is_zero_key(key)) return insert_zero(std::move(value));
    const std::size_t position = slots_.make_room(key, hash, size_);
    return put(slots_.of(hash), position, key, hash, std::move(value));
  }

  // REQUIRES: a probe for the key has ended at `position`, where there is room.
  T& put(array& slots, std::size_t position, const Key& key, std::uint64_t hash, T value) {
    slots_.before_change(slots, position);
    auto& place = slots.at(position);
    T& inserted = place.value.construct(std::move(value));
    place.set_key(key, hash);
    ++size_;
    return inserted;
  }

  template <class F>
  void visit_zero(F&& f) {
    if constexpr (compact_key<Key>) {
      if (zero_) f(Key{}, *zero_);
    }
  }

  // Calls f(const Key&, const T&) for what is in memory, in the order of hashes but for a few.
  template <class F>
  void visit_in_order(F&& f) {
    if (slots_.is_growing()) slots_.move(slots_.everything);
    visit_zero(f);
    array& slots = slots_.newest();
    for (std::size_t i = 0; i < slots.capacity(); i += block_size) slots.visit(i, block_size, f);
  }

  T initial_;
  std::optional<T> zero_;  // The value of the compact key zero, which cannot mark a slot.
  growing slots_;
  std::size_t size_ = 0;  // Of what is in memory.
};

}  // namespace weir
