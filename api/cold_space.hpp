// SPDX-License-Identifier: Apache-2.0
// Where the tables of one operator instance keep the entries that are not in memory: an entry_store
// that is opened when it is first needed, and a range of its keys for each table.
//
// A table is then a write-behind cache. What is touched is in memory, in the types of the job; the
// whole of it is written to the store when the tables together hold more than they may (see trim).
// Entries become bytes only there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/entry_store.hpp"
#include "api/snapshot.hpp"

namespace weir {

// A table with entries in a cold space.
class spilling_table {
public:
  // About what its entries take.
  virtual std::size_t bytes_in_memory() = 0;
  // Moves all entries to the store. References to them are good no more.
  virtual void spill() = 0;

protected:
  ~spilling_table() = default;
};

// Every call of the store that fails throws task_failure.
class cold_space {
public:
  // `name` is the operator's. `stores` outlives the space.
  cold_space(entry_stores& stores, entry_store_settings settings, std::size_t most_bytes_in_memory,
             std::string name);
  cold_space(const cold_space&) = delete;
  cold_space& operator=(const cold_space&) = delete;

  // A table registers itself for as long as it lives.
  void add(spilling_table& table) { tables_.push_back(&table); }
  void remove(spilling_table& table) noexcept;
  // Has the tables spill if they take more memory than they may. Between two batches.
  void trim();
  std::size_t most_bytes_in_memory() const noexcept { return most_bytes_in_memory_; }

  // A prefix for keys that no other range has.
  std::string open_range();

  bool get(std::string_view key, std::string& value);
  // These two are seen by whatever is called next; several in a row are written together.
  void put(std::string_view key, std::string_view value);
  void remove(std::string_view key);
  // Removes all keys that begin with `prefix`, which open_range returned. `discard_range` is for
  // destructors: what cannot be removed stays until the store goes. What could not be written by
  // then is the next call's failure.
  void remove_range(std::string_view prefix);
  void discard_range(std::string_view prefix) noexcept;
  // --- Files of the store as a part of a checkpoint

  // Begins with the store that a checkpoint has, if its files are of the right format.
  // REQUIRES: nothing was put here.
  void begin_with(const kept_store& kept);
  // One of its ranges becomes a table's; false: there is none such.
  bool claim(const std::string& range) { return std::erase(unclaimed_, range) > 0; }
  // Removes those that no table has claimed.
  void drop_unclaimed();
  // What is there now. REQUIRES: something was put here.
  std::unique_ptr<frozen_store> freeze() { return settled_store().freeze(); }
  std::string format() const { return stores_.format(); }

  // See entry_view.
  void read(std::string_view begin, std::string_view end, std::size_t most,
            std::vector<stored_entry>& into);
  std::unique_ptr<entry_view> view();

private:
  entry_store& store();
  // Before anything that must see what was put.
  entry_store& settled_store();

  entry_stores& stores_;
  entry_store_settings settings_;
  std::size_t most_bytes_in_memory_;
  std::string name_;
  std::unique_ptr<entry_store> store_;  // Null until it is needed.
  bool has_pending_ = false;
  status written_;  // By discard_range.
  std::uint32_t next_range_ = 0;
  std::vector<std::string> unclaimed_;
  std::vector<spilling_table*> tables_;
};

// The least string that is greater than all that begin with `prefix`, which is one of open_range.
std::string end_of_range(std::string_view prefix);

// A prefix and a hash.
inline constexpr std::size_t shortest_stored_key = 12;

// A hash in the order of numbers.
void append_hash(std::uint64_t hash, std::string& to);
// REQUIRES: append_hash has put it behind a prefix of open_range.
std::uint64_t hash_in(std::string_view key);
// What stands behind the hash.
std::string_view behind_hash(std::string_view key);

}  // namespace weir
