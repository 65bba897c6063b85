// SPDX-License-Identifier: Apache-2.0
// Reads a snapshot file (docs/formats/snapshot.md) and trusts nothing in it.
//
// 1. After `open`, the header, the trailer and the whole index have been verified, with all names,
//    schemas, parts and the places of all blocks. Blocks are verified when they are read.
// 2. No length is believed before it was compared with the size of the file.
// 3. Blocks that are in files of earlier checkpoints are read there. Such a file is opened when the
//    first of its blocks is read; its checkpoint lies beside that of this file. What is in the
//    files of a store is read by state/table_reader.hpp.
// 4. Errors name the file, the place in it and what is wrong; the caller adds what it was doing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/snapshot.hpp"
#include "state/snapshot_index.hpp"

namespace weir {

// Used by one thread at a time.
class snapshot_reader {
public:
  // Errors of the format are corrupt_data, or invalid_argument if a newer Weir wrote the file.
  // `files` outlives the reader.
  static result<snapshot_reader> open(file_system& files, std::string path);

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  const snapshot_header& about() const { return index_.about; }
  // What it needs beside itself.
  const std::vector<shared_file>& shared() const { return index_.files; }
  // Ids are distinct, and table names within an operator.
  const std::vector<operator_entry>& operators() const { return index_.operators; }
  // Null if the file has nothing of that operator.
  const operator_entry* find(operator_id id) const;

  // Block number `block` of a table, verified.
  // REQUIRES: `of` and `table` are entries of this reader's operators(), block < blocks.size().
  result<state_block> read_block(const operator_entry& of, const table_entry& table,
                                 std::size_t block) const;

  // How many entries the blocks of a table have, if the index is right; never more than there are
  // bytes in the files where they are.
  // REQUIRES: `table` is an entry of this reader's operators().
  result<std::uint64_t> entries_in_blocks(const table_entry& table) const;

  // The files of an operator's store, with the paths that lead there from this file's.
  // REQUIRES: `of` is an entry of this reader's operators().
  std::vector<store_file> store_of(const operator_entry& of) const;

private:
  snapshot_reader(file_system& files, std::string path, std::unique_ptr<readable_file> file,
                  std::uint64_t size);

  result<std::uint32_t> read_header() const;
  result<index_entry> read_trailer() const;
  status read_index(const index_entry& place, std::uint32_t version);
  std::string path_of_shared(std::uint32_t number) const;
  status open_shared(std::uint32_t number) const;
  status read_shared(const block_entry& entry, std::string& into) const;
  status read_exactly(std::uint64_t offset, std::string& into) const;
  error damaged(const std::string& place, const std::string& what) const;

  file_system* files_;
  std::string path_;
  std::unique_ptr<readable_file> file_;
  mutable std::vector<std::unique_ptr<readable_file>> shared_;  // Null: not opened yet.
  std::uint64_t size_ = 0;
  snapshot_index index_;
};

}  // namespace weir
