// SPDX-License-Identifier: Apache-2.0
// A file of one checkpoint that others need, too. All of them lie in one directory of checkpoints,
// as chk-<checkpoint>/<path>; savepoints share nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/fields.hpp"
#include "api/ids.hpp"

namespace weir {

struct shared_file {
  checkpoint_id checkpoint;  // In whose directory it is.
  std::string path;          // From that directory; stays inside it.
  std::uint64_t bytes = 0;   // Its size.
  friend bool operator==(const shared_file&, const shared_file&) = default;
  friend auto operator<=>(const shared_file&, const shared_file&) = default;
};
WEIR_FIELDS(shared_file, checkpoint, path, bytes)

// "chk-17": what checkpoint 17 is called among the others.
std::string directory_name_of(checkpoint_id id);

// Whether a path is relative and never leaves the directory it starts from.
bool stays_inside(std::string_view path);

// "checkpoint 5: task-0.attempt-1.snap", for messages.
std::string to_string(const shared_file& file);

// The path with which to open a file that the checkpoint `of` needs, whose directory is `directory`
// - by any path that leads there.
std::string path_of(const shared_file& file, checkpoint_id of, const std::string& directory);

}  // namespace weir
