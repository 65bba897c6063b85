// SPDX-License-Identifier: Apache-2.0
// What stands in the index of a snapshot file, shared by its writer and its reader.
//
// The order of the fields is the format (docs/formats/snapshot.md): it never changes within a
// version. Those of older versions are in state/snapshot_index.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/codec.hpp"
#include "api/error.hpp"
#include "api/fields.hpp"
#include "api/ids.hpp"
#include "api/key_group.hpp"
#include "api/snapshot.hpp"
#include "state/format_header.hpp"
#include "state/shared_file.hpp"

namespace weir {

inline constexpr file_format snapshot_format{"WEIRSNAP", "snapshot", 3};

// Whose snapshot a file is, so that it explains itself.
struct snapshot_header {
  checkpoint_id checkpoint;
  std::string task;  // "parse -> window-counts"
  subtask_index subtask;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = default_max_parallelism;
  friend bool operator==(const snapshot_header&, const snapshot_header&) = default;
};
WEIR_FIELDS(snapshot_header, checkpoint, task, subtask, parallelism, max_parallelism)

// Where a block is and what it holds.
struct block_entry {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t checksum = 0;
  key_group_range groups;
  std::uint64_t entries = 0;
  std::uint32_t file = 0;  // 0: it is in this file; n: in the n-th of the index's files.
  friend bool operator==(const block_entry&, const block_entry&) = default;
};
WEIR_FIELDS(block_entry, offset, length, checksum, groups, entries, file)

WEIR_FIELDS(stored_range, prefix, entries)

struct table_entry {
  std::string name;
  table_schema schema;
  std::vector<block_entry> blocks;
  std::optional<stored_range> stored{};  // In the operator's store.
  friend bool operator==(const table_entry&, const table_entry&) = default;
};
WEIR_FIELDS(table_entry, name, schema, blocks, stored)

// One of the files of a store.
struct store_file_entry {
  std::string name;        // Within the store.
  std::uint32_t file = 0;  // The n-th of the index's files.
  friend bool operator==(const store_file_entry&, const store_file_entry&) = default;
};
WEIR_FIELDS(store_file_entry, name, file)

struct operator_entry {
  operator_id id;
  std::string name;  // "window-counts (2/4)"
  state_parts parts;
  std::vector<table_entry> tables;
  std::string store_format{};  // "rocksdb"; empty: it has no store.
  std::vector<store_file_entry> store{};
  friend bool operator==(const operator_entry&, const operator_entry&) = default;
};
WEIR_FIELDS(operator_entry, id, name, parts, tables, store_format, store)

struct snapshot_index {
  snapshot_header about;
  std::vector<operator_entry> operators;
  // What the snapshot needs beside its own file: those of earlier checkpoints, in which some of the
  // blocks are, and those of stores.
  std::vector<shared_file> files{};
  friend bool operator==(const snapshot_index&, const snapshot_index&) = default;
};
WEIR_FIELDS(snapshot_index, about, operators, files)

// The index that `bytes` are, all of them, in a file of that version. Errors do not name the file.
result<snapshot_index> decode_snapshot_index(std::uint32_t version, std::string_view bytes);

// Where the index is: the last bytes of a file, before the trailer's own checksum and the magic.
struct index_entry {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint32_t checksum = 0;
};
WEIR_FIELDS(index_entry, offset, length, checksum)

inline constexpr std::string_view snapshot_closing_magic = "SNAP-END";
inline constexpr std::size_t snapshot_trailer_size = 32;

}  // namespace weir
