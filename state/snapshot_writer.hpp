// SPDX-License-Identifier: Apache-2.0
// Writes the snapshot of one task at one checkpoint as a file (docs/formats/snapshot.md), in
// slices, so that whoever writes can do something else in between.
//
//   auto writer = snapshot_writer::create(files, path, about, std::move(content));
//   while (!*writer->write_some(state_block_size)) { ... }
//
// The trailer comes last and everything before it has a checksum: a file whose writing was
// interrupted is never taken for whole.
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

class snapshot_writer {
public:
  // Creates the file and the directories above it. Errors name the checkpoint and the path.
  // REQUIRES: operator ids are distinct, and table names within an operator; `files` outlives the
  // writer.
  static result<snapshot_writer> create(file_system& files, std::string path, snapshot_header about,
                                        std::vector<operator_snapshot> content);

  // Writes about `bytes` more, at least something; true when the file is whole, synced and closed.
  // Tables are dropped as soon as they are written. After an error the file is worthless.
  // REQUIRES: neither true nor an error was returned before.
  result<bool> write_some(std::size_t bytes);

  std::uint64_t bytes_written() const { return written_; }
  const std::string& path() const { return path_; }

private:
  snapshot_writer(std::string path, snapshot_header about, std::vector<operator_snapshot> content,
                  std::unique_ptr<writable_file> file);

  bool has_tables_left();
  void buffer_block();
  void buffer_end();
  status finish();

  std::string path_;
  std::vector<operator_snapshot> content_;  // Of what is not in the index yet: the tables.
  snapshot_index index_;
  std::unique_ptr<writable_file> file_;  // Null when the file is whole, or has failed.

  std::size_t operator_ = 0;  // Whose tables are being written,
  std::size_t table_ = 0;     // and which of them.
  std::string buffer_;        // Bytes for the file. The index and the trailer, when at the end:
  std::size_t flushed_ = 0;   // of which this many are in the file.
  bool is_at_end_ = false;
  std::uint64_t written_ = 0;
};

}  // namespace weir
