// SPDX-License-Identifier: Apache-2.0
// A savepoint that is a checkpoint with one thing changed: an entry, a table or an operator. The
// checkpoint stays as it is. All files are written anew, so the savepoint needs no other.
//
// A key is found by its encoding. One that is new goes into a block that says it may be of any key
// group, because only the job's types know of which it is; whoever restores looks at it and keeps
// it if it is his.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "state/checkpoint_directory.hpp"

namespace weir {

struct savepoint_edit {
  std::string operator_name;
  std::optional<std::string> table;  // None: all of the operator is removed.
  std::optional<std::string> key;    // JSON, or a string as it is. None: all of the table.
  std::optional<std::string> place;  // JSON: the time of a timer, the slice of a window.
  std::optional<std::string> value;  // JSON. None: what is found is removed.
};

struct savepoint_edit_outcome {
  std::uint64_t changed = 0;
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
};

// Writes it to the directory `to`, where nothing may be; after an error nothing is left there.
// Errors name the operator and the table; of `value`, the part and what was expected there.
// REQUIRES: a value comes with a key, a key and a place with a table.
result<savepoint_edit_outcome> write_edited_savepoint(file_system& files,
                                                      const checkpoint_directory::found& from,
                                                      const savepoint_edit& edit,
                                                      const std::string& to);

}  // namespace weir
