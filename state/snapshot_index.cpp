// SPDX-License-Identifier: Apache-2.0
// What indexes were like in older versions, and what they are in the present one.
#include "state/snapshot_index.hpp"

#include <utility>

namespace weir {

// Version 1 had all blocks in the file itself.

struct block_entry_1 {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t checksum = 0;
  key_group_range groups;
  std::uint64_t entries = 0;
};
WEIR_FIELDS(block_entry_1, offset, length, checksum, groups, entries)

struct table_entry_1 {
  std::string name;
  table_schema schema;
  std::vector<block_entry_1> blocks;
};
WEIR_FIELDS(table_entry_1, name, schema, blocks)

struct operator_entry_1 {
  operator_id id;
  std::string name;
  state_parts parts;
  std::vector<table_entry_1> tables;
};
WEIR_FIELDS(operator_entry_1, id, name, parts, tables)

struct snapshot_index_1 {
  snapshot_header about;
  std::vector<operator_entry_1> operators;
};
WEIR_FIELDS(snapshot_index_1, about, operators)

// Version 2 had no stores.

struct table_entry_2 {
  std::string name;
  table_schema schema;
  std::vector<block_entry> blocks;
};
WEIR_FIELDS(table_entry_2, name, schema, blocks)

struct operator_entry_2 {
  operator_id id;
  std::string name;
  state_parts parts;
  std::vector<table_entry_2> tables;
};
WEIR_FIELDS(operator_entry_2, id, name, parts, tables)

struct snapshot_index_2 {
  snapshot_header about;
  std::vector<operator_entry_2> operators;
  std::vector<shared_file> files;
};
WEIR_FIELDS(snapshot_index_2, about, operators, files)

namespace {

block_entry newest_of(const block_entry_1& old) {
  return {old.offset, old.length, old.checksum, old.groups, old.entries};
}
block_entry newest_of(const block_entry& present) { return present; }

template <class Operators>
std::vector<operator_entry> newest_of_all(Operators old) {
  std::vector<operator_entry> all;
  for (auto& of : old) {
    auto& now =
        all.emplace_back(operator_entry{of.id, std::move(of.name), std::move(of.parts), {}});
    for (auto& table : of.tables) {
      auto& made =
          now.tables.emplace_back(table_entry{std::move(table.name), std::move(table.schema), {}});
      for (const auto& block : table.blocks) made.blocks.push_back(newest_of(block));
    }
  }
  return all;
}

template <class Index>
result<Index> decode_whole(std::string_view bytes) {
  auto index = codec<Index>::decode(bytes);
  if (!index || bytes.empty()) return index;
  return error{error_code::corrupt_data, std::to_string(bytes.size()) + " bytes too many"};
}

}  // namespace

result<snapshot_index> decode_snapshot_index(std::uint32_t version, std::string_view bytes) {
  if (version == 1) {
    auto old = decode_whole<snapshot_index_1>(bytes);
    if (!old) return old.failure();
    return snapshot_index{std::move(old->about), newest_of_all(std::move(old->operators)), {}};
  }
  if (version == 2) {
    auto old = decode_whole<snapshot_index_2>(bytes);
    if (!old) return old.failure();
    return snapshot_index{std::move(old->about), newest_of_all(std::move(old->operators)),
                          std::move(old->files)};
  }
  return decode_whole<snapshot_index>(bytes);
}

}  // namespace weir
