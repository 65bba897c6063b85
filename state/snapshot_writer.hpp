// SPDX-License-Identifier: Apache-2.0
// Writes the snapshot of one task at one checkpoint as a file (docs/formats/snapshot.md), in
// slices, so that whoever writes can do something else in between.
//
//   auto writer = snapshot_writer::create(files, path, about, std::move(content));
//   while (!*writer->write_some(state_block_size)) { ... }
//
// What a former snapshot of the task has already - its base - is referred to and not even read.
// The files of an operator's store become files beside this one: second names of the same, where
// that can be, else copies.
//
// The trailer comes last and everything before it has a checksum: a file whose writing was
// interrupted is never taken for whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/snapshot.hpp"
#include "state/snapshot_index.hpp"
#include "state/written_snapshot.hpp"

namespace weir {

class snapshot_writer final : private known_content {
public:
  // Creates the file and the directories above it. Errors name the checkpoint and the path.
  // `base` is null or of an earlier checkpoint that has completed, whose tables are those that are
  // frozen now.
  // REQUIRES: operator ids are distinct, and table names within an operator; `files` outlives the
  // writer.
  static result<snapshot_writer> create(file_system& files, std::string path, snapshot_header about,
                                        std::vector<operator_snapshot> content,
                                        std::shared_ptr<const written_snapshot> base = nullptr);

  // Writes about `bytes` more, at least something; true when the file is whole, synced and closed.
  // Tables are dropped as soon as they are written. After an error the file is worthless.
  // REQUIRES: neither true nor an error was returned before.
  result<bool> write_some(std::size_t bytes);

  // Into the file alone.
  std::uint64_t bytes_written() const { return written_; }
  const std::string& path() const { return path_; }
  // What the snapshot needs beside its file: files of earlier checkpoints, and those of stores.
  const std::vector<shared_file>& shared() const { return index_.files; }
  // For the next snapshots. REQUIRES: write_some has returned true.
  std::shared_ptr<const written_snapshot> written() const { return record_; }

private:
  // A restore opens them all.
  static constexpr std::size_t most_shared_files = 63;

  snapshot_writer(file_system& files, std::string path, snapshot_header about,
                  std::vector<operator_snapshot> content,
                  std::shared_ptr<const written_snapshot> base,
                  std::unique_ptr<writable_file> file);

  bool takes(const content_name& name) override;
  std::uint32_t number_of(std::uint32_t file_of_base);

  bool has_tables_left();
  void begin_table();
  status buffer_block();
  void end_table();
  bool is_shareable(const std::vector<block_entry>& blocks) const;
  std::size_t place_of(const content_name& name);
  bool has_stores_left();
  status keep_file();
  void buffer_end();
  status finish();

  file_system* files_;
  std::string path_;
  std::vector<operator_snapshot> content_;  // Of what is not in the index yet: the tables.
  snapshot_index index_;
  std::unique_ptr<writable_file> file_;  // Null when the file is whole, or has failed.

  std::shared_ptr<const written_snapshot> base_;
  std::vector<bool> is_shareable_;      // For each file of the base.
  std::vector<std::uint32_t> numbers_;  // And its number here; 0: it has none.
  std::shared_ptr<written_snapshot> record_;
  const named_blocks* known_ = nullptr;  // What the base has of the table that is being written.
  // The blocks of that, each with its place: that of its name among all that were asked for. So
  // they stand in the order of the table wherever they are, and a table that is filled from them
  // becomes like this one.
  std::vector<std::pair<std::size_t, block_entry>> blocks_;
  std::vector<std::pair<std::size_t, content_name>> missing_;  // Names that the base does not have.
  std::size_t next_missing_ = 0;
  std::size_t asked_ = 0;

  std::size_t operator_ = 0;  // Whose tables are being written,
  std::size_t table_ = 0;     // and which of them,
  bool has_begun_ = false;    // if any.

  std::size_t keeper_ = 0;  // Behind the tables: the operator whose store is being kept,
  std::optional<std::vector<store_file>> to_keep_;  // what it has, once that is known,
  std::size_t kept_ = 0;                            // and how many of those are.

  std::string buffer_;       // Bytes for the file. The index and the trailer, when at the end:
  std::size_t flushed_ = 0;  // of which this many are in the file.
  bool is_at_end_ = false;
  std::uint64_t written_ = 0;
};

}  // namespace weir
