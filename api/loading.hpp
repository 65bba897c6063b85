// SPDX-License-Identifier: Apache-2.0
// What tables say about blocks that they cannot load, and how they take them apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "api/codec.hpp"
#include "api/hash_range.hpp"
#include "api/key_group.hpp"
#include "api/snapshot.hpp"

namespace weir {

// Fails as corrupt_data.
inline error damaged_block(std::string what) {
  return {error_code::corrupt_data,
          std::move(what) + "; the checkpoint is damaged, restore an older one"};
}

// Calls `load(Entry)` for each entry of the block; Entry is a tuple whose parts stand one after the
// other in it. Stops at the first failure of `load` or of decoding.
template <class Entry, class Load>
status decode_entries(const state_block& block, Load&& load) {
  std::string_view bytes = block.bytes;
  for (std::uint64_t i = 0; i < block.entries; ++i) {
    auto entry = codec<Entry>::decode(bytes);
    if (!entry) {
      return damaged_block("entry " + std::to_string(i + 1) + " of " +
                           std::to_string(block.entries) + ": " + entry.failure().message);
    }
    if (status loaded = load(*std::move(entry)); !loaded) return loaded;
  }
  if (bytes.empty()) return {};
  return damaged_block(std::to_string(bytes.size()) + " bytes are left behind the last entry");
}

// Those entries of a block that a table keeps.
template <class Key, class T>
class loaded_entries {
public:
  struct entry {
    std::uint64_t hash;
    Key key;
    T value;
  };

  explicit loaded_entries(const hash_range& range) : range_{range} {}

  // Leaves out what is not in the range.
  void add(std::uint64_t hash, Key key, T value) {
    if (!range_.contains(hash)) return;
    least_ = std::min(least_, hash);
    greatest_ = std::max(greatest_, hash);
    entries_.push_back({hash, std::move(key), std::move(value)});
  }
  std::vector<entry>& entries() { return entries_; }

  // How many entries the whole range has if it is as full as the part that these cover; 0 if they
  // are too few to tell. Entries that are inserted in order of their hashes need room from the
  // start: a table that grows as they come would have them all crowd its beginning.
  std::size_t expected_in_all() const {
    if (entries_.size() < enough_to_tell || greatest_ == least_) return 0;
    const double part = static_cast<double>(greatest_ - least_) /
                        static_cast<double>(range_.last() - range_.first());
    const double count = static_cast<double>(entries_.size());
    return static_cast<std::size_t>(std::min(count / part, count * most_times_more));
  }

private:
  static constexpr std::size_t enough_to_tell = 64;
  static constexpr double most_times_more = 1 << 20;

  hash_range range_;
  std::vector<entry> entries_;
  std::uint64_t least_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t greatest_ = 0;
};

// Inserts the entries into a table of `range`, which may have none of them. `number` is that of
// their block if these are all there are in it, else 0.
template <class Table, class Key, class T>
status take_in(Table& table, const hash_range& range, loaded_entries<Key, T>& loaded,
               std::uint32_t number) {
  const std::size_t expected = loaded.expected_in_all();
  if (table.spills() && !table.has_room_in_memory(expected)) {
    for (auto& each : loaded.entries()) table.put_aside(each.key, each.hash, each.value);
    return {};
  }
  table.reserve_about(expected);
  const bool has_all = table.absent() == 0;
  table.begin_block();
  for (auto& each : loaded.entries()) {
    // What is elsewhere of the key is older.
    const bool is_new = has_all ? table.insert_loaded(each.key, each.hash, std::move(each.value))
                                : table.insert_new(each.key, each.hash, std::move(each.value));
    if (!is_new) {
      return damaged_block("a key of key group " +
                           std::to_string(key_group_of(each.hash, range.max_parallelism())) +
                           " comes twice");
    }
  }
  table.end_block(number);
  return {};
}

// Decodes the keys and values of a block and inserts those of `range` into the table.
template <class Key, class T, class Hash, class Table>
status load_entries(Table& table, const hash_range& range, const state_block& block) {
  loaded_entries<Key, T> loaded{range};
  status decoded = decode_entries<std::tuple<Key, T>>(block, [&](std::tuple<Key, T> entry) {
    const std::uint64_t hash = Hash{}(std::get<0>(entry));
    loaded.add(hash, std::move(std::get<0>(entry)), std::move(std::get<1>(entry)));
    return status{};
  });
  if (!decoded) return decoded;
  const bool is_all = loaded.entries().size() == block.entries;
  return take_in(table, range, loaded, is_all ? block.number : 0);
}

}  // namespace weir
