// SPDX-License-Identifier: Apache-2.0
// What a flat_table does beside its work in memory: how it is filled from a checkpoint; and, when a
// part of its entries is elsewhere, how it takes in what is asked for, spills, and visits in the
// order of hashes. Its memory is then a write-behind cache; see api/cold_space.hpp and
// api/cold_entries.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/cold_entries.hpp"
#include "api/flat_slot.hpp"
#include "api/loading.hpp"
#include "api/state_backend.hpp"

namespace weir {

// The base of `Table`, which has find_in_memory, visit_in_order, insert, reserve, clear_memory,
// size_in_memory, form, freeze_memory and its slots_.
template <class Key, class T, class Hash, class Table>
class spilling_part : public state_table, private spilling_table {
public:
  static constexpr bool is_encodable = encodable<Key> && encodable<T>;

  bool spills() const noexcept { return cold_ != nullptr; }
  // How many entries are not in memory.
  std::size_t absent() const noexcept { return cold_ == nullptr ? 0 : cold_->absent(); }

  // --- Filled from a checkpoint

  status load(const state_block& block) override {
    if constexpr (is_encodable) {
      return load_entries<Key, T, Hash>(self(), self().slots_.range(), block);
    }
    return {};
  }
  void expect(std::size_t entries) override {
    if (spills() || entries == 0) return;
    self().reserve(entries);
    is_told_its_size_ = true;
  }
  std::vector<loaded_part> name_loaded() override { return self().slots_.name_loaded(); }

  // For take_in, which inserts the entries of a block between these two. What spills does not stay
  // where it has landed.
  void begin_block() {
    if (!spills()) self().slots_.begin_block(self().slots_are_empty());
  }
  void end_block(std::uint32_t number) { self().slots_.end_block(number); }
  // Makes room for so many entries, as one block makes believe that there will be. Blocks differ:
  // only the first, and one that sees far more, are believed.
  void reserve_about(std::size_t entries) {
    if (is_told_its_size_) return;
    const std::size_t room = self().slots_.room();
    if (self().slots_are_empty() || entries > room + room / 4) self().reserve(entries);
  }

  // The same for what spills. REQUIRES (both): spills().
  // Whether so many more fit into memory.
  bool has_room_in_memory(std::size_t entries) const noexcept {
    return bytes_of(size() + entries) <= cold_->most_bytes_in_memory();
  }
  // REQUIRES: the key is not there.
  void put_aside(const Key& key, std::uint64_t hash, const T& value) {
    cold_->put(key, hash, value);
    cold_->moved_in(1);
  }

  // The same. False: the key is in memory already.
  // REQUIRES: what else there is of the key is older.
  bool insert_new(const Key& key, std::uint64_t hash, T value) {
    if (self().find_in_memory(key, hash) != nullptr) return false;
    self().insert(key, hash, std::move(value));
    return true;
  }

  table_schema schema() const override {
    if constexpr (is_encodable) {
      return {"keyed", codec<std::pair<Key, T>>::schema()};
    } else {
      return {"keyed", "nothing"};
    }
  }
  type_notes notes() const override {
    if constexpr (is_encodable) {
      return codecs::notes_of<std::pair<Key, T>>();
    } else {
      return {};
    }
  }

  std::optional<stored_range> stored() const override {
    if constexpr (is_encodable) {
      if (cold_ != nullptr) return cold_->stored();
    }
    return std::nullopt;
  }
  std::unique_ptr<frozen_table> freeze_rest() override {
    return self().freeze_memory(self().form());
  }
  bool begin_with(const stored_range& range) override {
    if constexpr (is_encodable) return cold_ != nullptr && cold_->begin_with(range);
    return false;
  }

protected:
  spilling_part() = default;
  ~spilling_part() override = default;

  // From here on entries may be in `space`; null: nowhere.
  void spill_to(cold_space* space) {
    if constexpr (is_encodable) {
      if (space != nullptr)
        cold_ = std::make_unique<cold_entries<Key, T>>(*space, static_cast<spilling_table&>(*this));
    }
  }

  // Some entries are not in memory.
  bool has_absent() const noexcept { return absent() > 0; }

  // A key that is not in memory, if it is there; it is in memory from now on.
  [[gnu::noinline]] T* take_in(const Key& key, std::uint64_t hash) {
    if constexpr (is_encodable) {
      if (cold_ == nullptr) return nullptr;
      if (auto value = cold_->take(key, hash)) return &self().insert(key, hash, *std::move(value));
    }
    return nullptr;
  }

  bool erase_elsewhere(const Key& key, std::uint64_t hash, bool was_in_memory) {
    if constexpr (is_encodable) return cold_->erase(key, hash, was_in_memory) || was_in_memory;
    return was_in_memory;
  }
  void clear_elsewhere() {
    visits_memory_ = false;
    if (cold_ != nullptr) cold_->clear();
  }

  // Whether a visit that is at `cursor` goes through the memory: all entries were there when it
  // began, and nothing spills until it is over.
  bool visits_memory(std::size_t cursor) noexcept {
    if (cursor == 0) visits_memory_ = cold_->absent() == 0;
    return visits_memory_;
  }
  void end_of_visit() noexcept { visits_memory_ = false; }

  // The rest of Table::visit for those that do not.
  template <class F>
  [[gnu::noinline]] bool visit_elsewhere(std::size_t& cursor, std::size_t& budget, F& f) {
    if constexpr (is_encodable) {
      spill();
      const bool is_done = cold_->read(cursor, budget);
      if constexpr (entry_reader<F, Key, T>) {
        for (const auto& each : cold_->last_read()) f(each.key, each.value);
      } else {
        // What f changes is in memory from here on. All of it comes first, so that it stays.
        for (auto& each : cold_->last_read()) {
          self().insert(each.key, each.hash, std::move(each.value));
          cold_->moved_out();
        }
        for (auto& each : cold_->last_read()) {
          f(each.key, *self().find_in_memory(each.key, each.hash));
        }
      }
      return is_done;
    }
    return true;
  }
  // The same without what is in memory.
  template <class F>
  [[gnu::noinline]] bool visit_absent(std::size_t& cursor, std::size_t& budget, F& f) {
    if constexpr (is_encodable) {
      // One costs as much as many slots in memory.
      std::size_t entries = std::exchange(budget, 0) / 16;
      const bool is_done = cold_->read(cursor, entries);
      for (const auto& each : cold_->last_read()) {
        if (self().find_in_memory(each.key, each.hash) == nullptr) f(each.key, each.value);
      }
      return is_done;
    }
    return true;
  }

  template <class Form>
  std::unique_ptr<frozen_table> freeze_with_absent(Form form) {
    form.seen = std::make_shared<seen_keys>();
    return cold_->freeze(form, self().freeze_memory(form));
  }

private:
  static constexpr std::size_t calls_per_sample = 64;
  static constexpr std::size_t slots_per_sample = 64;

  Table& self() noexcept { return static_cast<Table&>(*this); }

  std::size_t size() const noexcept { return static_cast<const Table&>(*this).size_in_memory(); }
  std::size_t bytes_of(std::size_t entries) const noexcept {
    return entries * Table::bytes_per_entry + cold_->bytes_of(entries);
  }

  // What entries take beside their slots is found out now and then, from some of them.
  std::size_t bytes_in_memory() override {
    if constexpr (is_encodable && !cold_entries<Key, T>::has_fixed_size) {
      if (asked_++ % calls_per_sample == 0) {
        std::size_t budget = slots_per_sample;
        const auto weigh = [this](const Key& key, const T& of) { cold_->weigh(key, of); };
        if (self().visit_memory(sampled_, budget, weigh)) sampled_ = 0;
        cold_->weighed();
      }
    }
    return bytes_of(size());
  }

  void spill() override {
    if constexpr (is_encodable) {
      const std::size_t size = self().size_in_memory();
      if (size == 0 || visits_memory_) return;
      self().visit_in_order(
          [this](const Key& key, const T& of) { cold_->put(key, Hash{}(key), of); });
      cold_->moved_in(size);
      self().clear_memory();
    }
  }

  std::unique_ptr<cold_entries<Key, T>> cold_;  // Null: all entries are in memory, always.
  bool is_told_its_size_ = false;
  bool visits_memory_ = false;
  std::size_t asked_ = 0;
  std::size_t sampled_ = 0;  // Where the next sample begins; see Table::visit.
};

}  // namespace weir
