// SPDX-License-Identifier: Apache-2.0
// The slots of a flat_table, which never stop to rehash: to grow, they open an array of twice the
// size and move the old one over bit by bit. Meanwhile:
//
// 1. The old array is moved from one empty slot, circularly, run by run: `moved_` slots so far.
// 2. A key is in the old array if its home there has not been moved yet, else in the new one.
//
// They may be frozen: what is about to change a slot says so before.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "api/frozen_slots.hpp"
#include "api/loaded_extents.hpp"

namespace weir {

template <class Key, class T, class Hash>
class growing_slots {
public:
  using array = flat_slots<Key, T, Hash>;

  static constexpr std::size_t smallest_capacity = array::block_size;
  static constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

  // `memory` outlives the slots.
  growing_slots(page_memory& memory, const hash_range& range)
      : memory_{&memory}, range_{range}, newest_{memory, range, smallest_capacity} {}

  const hash_range& range() const noexcept { return range_; }
  bool is_growing() const noexcept { return old_.is_open(); }
  // The only array, or the one that grows.
  array& newest() noexcept { return newest_; }
  // The array where a key belongs that has this hash.
  array& of(std::uint64_t hash) noexcept {
    if (is_growing()) [[unlikely]] {
      const std::size_t distance = (old_.home(hash) - move_start_) & (old_.capacity() - 1);
      if (distance >= moved_) return old_;
    }
    return newest_;
  }

  // A slot of `in` is about to change.
  void before_change(array& in, std::size_t position) {
    in.mark_changed(position);
    if (frozen_) [[unlikely]]
      preserve(in, position);
  }

  // The same for all in [first, first + count). REQUIRES: count is from 1 to block_size.
  void before_change(array& in, std::size_t first, std::size_t count) {
    in.mark_changed(first);
    in.mark_changed(first + count - 1);
    for (std::size_t i = first; frozen_ && i < first + count; ++i) preserve(in, i);
  }

  // Takes the key out that is at `position`.
  void erase(array& in, std::size_t position) {
    // What lies behind moves up.
    for (std::size_t next = position; frozen_ && !in.at(next).is_empty(); ++next) {
      preserve(in, next);
    }
    in.erase(position);
  }

  // Whether a new key may go where a probe for it has ended in `in`, of a table that has `size`
  // others.
  bool has_room_at(const array& in, std::size_t position, std::uint64_t hash,
                   std::size_t size) const noexcept {
    return !is_growing() && size < keys_in(in.capacity()) &&
           in.distance_from_home(position, hash) <= crowded_distance;
  }

  // Where in of(hash) a new key is to go, of a table that has `size` others. May move everything.
  std::size_t make_room(const Key& key, std::uint64_t hash, std::size_t size) {
    if (size >= keys_in(newest_.capacity())) grow_to(newest_.capacity() * 2);
    if (is_growing()) move(slots_moved_per_insertion);
    std::size_t position = of(hash).probe(key, hash);
    while (of(hash).distance_from_home(position, hash) > crowded_distance &&
           newest_.capacity() <= size * most_capacity_per_key) {
      if (!is_growing()) grow_to(newest_.capacity() * 2);
      move_all();
      position = newest_.probe(key, hash);
    }
    return position;
  }

  // How many keys there is room for, those that are there among them.
  std::size_t room() const noexcept { return keys_in(newest_.capacity()); }
  // Makes room for so many keys at once.
  void reserve(std::size_t keys) {
    if (keys <= keys_in(newest_.capacity())) return;
    if (is_growing()) move_all();
    grow_to(std::bit_ceil((keys + 4) / 5 * 8));
    move_all();
  }

  // Moves at least `count` slots of the old array, and then on to the next empty one. Returns how
  // many.
  // REQUIRES: is_growing().
  std::size_t move(std::size_t count) {
    const std::size_t moved_before = moved_;
    for (;;) {
      const std::size_t position = move_start_ + moved_;
      ++moved_;
      if (!old_.at(position).is_empty()) {
        if (frozen_) [[unlikely]]
          preserve_move(position);
        newest_.take(old_, position);
      } else if (moved_ >= old_.capacity()) {
        old_ = {};
        break;
      } else if (count <= 1) {
        break;
      }
      if (count > 1) --count;
    }
    return moved_ - moved_before;
  }

  // Forgets the entries, of which there are `size`. Keeps the memory, unless hardly any of it was
  // in use.
  void clear(std::size_t size) {
    old_ = {};
    const std::size_t capacity = newest_.capacity();
    const bool was_sparse = capacity > smallest_capacity && size < capacity / 16;
    if (was_sparse || frozen_) {
      newest_ = array{*memory_, range_, was_sparse ? smallest_capacity : capacity};
      frozen_.reset();  // It keeps the arrays that were.
    } else {
      newest_.clear();
    }
  }

  // --- Filled from a checkpoint

  // A block is loaded: on_landed for each of its entries, with its position; while the slots grow,
  // it does not matter. `is_empty`: nothing has been inserted.
  void begin_block(bool is_empty) {
    loaded_.begin_block(loaded_array(), newest_.changes().extents(), is_empty);
  }
  void on_landed(std::size_t position) noexcept {
    if (loaded_.is_on()) loaded_.on_landed(newest_.changes().extent_of(position));
  }
  void on_landed_elsewhere() noexcept {
    if (loaded_.is_on()) loaded_.on_landed(newest_.changes().extents());
  }
  void end_block(std::uint32_t number) { loaded_.end_block(loaded_array(), number); }
  // See state_table::name_loaded.
  std::vector<loaded_part> name_loaded() {
    const auto loaded = std::exchange(loaded_, {});
    return loaded.is_on() ? loaded.parts(newest_.name_extents()) : std::vector<loaded_part>{};
  }

  // Adds the arrays to `frozen`, which preserves them from now on. If an earlier one is still being
  // read, all that has not been read of it is copied now.
  template <class Frozen>
  void freeze(const std::shared_ptr<Frozen>& frozen) {
    if (frozen_) frozen_->preserve_all();
    if (is_growing()) frozen->add(old_);
    frozen->add(newest_);
    frozen_ = frozen;
  }
  // Lets go of what nobody reads any more.
  void drop_finished_freeze() {
    if (frozen_ && frozen_->is_over()) [[unlikely]]
      frozen_.reset();
  }

private:
  // Completes the move within an eighth of the old capacity in insertions, long before the old
  // array could fill.
  static constexpr std::size_t slots_moved_per_insertion = 8;
  // So far from home a key ends up only if the keys come from a part of the hashes at a time. Then
  // the table grows though it is not full: the other parts are likely to follow.
  static constexpr std::size_t crowded_distance = 256;
  static constexpr std::size_t most_capacity_per_key = 32;

  // How many keys an array takes before it grows.
  static constexpr std::size_t keys_in(std::size_t slots) { return slots / 8 * 5; }

  void grow_to(std::size_t capacity) {
    old_ = std::exchange(newest_, array{*memory_, range_, capacity});
    move_start_ = 1;
    while (!old_.at(move_start_ - 1).is_empty()) ++move_start_;
    moved_ = 0;
  }
  void move_all() { move(everything); }

  // 0: a block that is loaded now lands in two.
  std::uint64_t loaded_array() const noexcept {
    return is_growing() ? 0 : newest_.changes().array();
  }

  void preserve(array& in, std::size_t position) {
    if (!frozen_->is_over()) {
      frozen_->preserve(&in.at(0), position & (in.capacity() - 1));
    } else {
      frozen_.reset();
    }
  }
  void preserve_move(std::size_t from) {
    const Key& key = old_.at(from).key();
    const std::size_t to = newest_.probe(key, Hash{}(key));
    preserve(old_, from);
    if (frozen_) preserve(newest_, to);
  }

  page_memory* memory_;
  hash_range range_;
  array newest_;
  array old_;                             // Open while the table grows.
  std::shared_ptr<frozen_pages> frozen_;  // While somebody may read what it shares.
  std::size_t move_start_ = 0;
  std::size_t moved_ = 0;
  loaded_extents loaded_;
};

}  // namespace weir
