// SPDX-License-Identifier: Apache-2.0
// What the tables of a new task have from the checkpoint that it goes on from, part by part: the
// base of its first snapshot, which so need not write again what has only just been read.
//
// It is known only of tables that begin where they were: with the key groups of one former subtask,
// and with the types it had. Of others, and of what has landed among other entries
// (api/loaded_extents.hpp), the first snapshot has everything.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "api/ids.hpp"
#include "api/snapshot.hpp"
#include "state/snapshot_reader.hpp"
#include "state/written_snapshot.hpp"

namespace weir {

class loaded_parts {
public:
  // A table of the operator has these parts from the snapshot file with that number.
  void add(operator_id of, std::string name, std::size_t file, std::vector<loaded_part> parts) {
    tables_.push_back({of, std::move(name), file, std::move(parts)});
  }

  // As if the task had written them: refers to `files`, and to the files that these refer to.
  // REQUIRES: `files` are those of the numbers, and of `checkpoint`; parts consist of blocks there.
  std::shared_ptr<const written_snapshot> as_base_in(const std::vector<snapshot_reader>& files,
                                                     checkpoint_id checkpoint) const;

private:
  struct loaded_table {
    operator_id of;
    std::string name;
    std::size_t file;
    std::vector<loaded_part> parts;
  };

  std::vector<loaded_table> tables_;
};

}  // namespace weir
