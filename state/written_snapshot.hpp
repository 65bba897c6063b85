// SPDX-License-Identifier: Apache-2.0
// Where a task's snapshot has what: what its next ones may refer to instead of writing it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/ids.hpp"
#include "api/snapshot.hpp"
#include "state/shared_file.hpp"
#include "state/snapshot_index.hpp"

namespace weir {

struct content_name_hash {
  std::size_t operator()(const content_name& name) const noexcept;
};

// The blocks of each named part of a table. A part without entries has none.
using named_blocks = std::unordered_map<content_name, std::vector<block_entry>, content_name_hash>;

struct written_snapshot {
  struct file {
    shared_file place;
    std::uint64_t blocks = 0;      // The bytes of all blocks that were written into it,
    std::uint64_t referenced = 0;  // and of those that this snapshot needs.
  };
  struct table {
    operator_id of;
    std::string name;
    named_blocks parts;
  };

  // A file of a store that does not change any more.
  struct kept_file {
    operator_id of;
    std::string name;  // Within the store.
    shared_file place;
  };

  checkpoint_id checkpoint;
  std::vector<file> files;  // block_entry::file is the position here.
  std::vector<table> tables;
  std::vector<kept_file> kept{};

  // The parts of a table; null if it has none.
  const named_blocks* find(operator_id of, const std::string& name) const;
  // Where a file of an operator's store is; null if it has none of that name.
  const shared_file* find_kept(operator_id of, const std::string& name) const;

  // For each file, whether the next snapshot may refer to it. A file that is hardly needed any more
  // would be kept for little, and a file that is opened for a restore costs time: so at least half
  // of its blocks must be needed, and only so many of the most needed are.
  std::vector<bool> worth_referring_to(std::size_t most_files) const;
};

// What a task has written, by checkpoint: until it knows which of them counts.
class snapshot_history {
public:
  void add(std::shared_ptr<const written_snapshot> written);
  // What the task has written for `base`, which has completed; null if that is not known here, or
  // if `base` is 0. Forgets all others: they were before it, or have failed.
  std::shared_ptr<const written_snapshot> take_base(checkpoint_id base);

private:
  std::vector<std::shared_ptr<const written_snapshot>> written_;
};

}  // namespace weir
