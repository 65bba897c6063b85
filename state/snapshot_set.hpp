// SPDX-License-Identifier: Apache-2.0
// The snapshot files of a checkpoint that one new task restores from: opened and compared once,
// shared by all operators of the task.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/ids.hpp"
#include "api/key_group.hpp"
#include "api/snapshot.hpp"
#include "state/restored_snapshot.hpp"

namespace weir {

class snapshot_set {
public:
  // Opens and verifies all files, and that they belong together: of the same checkpoint, each
  // operator's of one parallelism, of different subtasks, and its tables of one schema. Errors
  // begin with "restore checkpoint 17". `stores` is to read those whose files belong to it; null:
  // they cannot be read.
  static result<snapshot_set> open(file_system& files, checkpoint_id checkpoint,
                                   std::vector<std::string> paths,
                                   std::shared_ptr<kept_stores> stores = nullptr);

  bool has(operator_id id) const;
  std::vector<operator_id> operators() const;  // Sorted.

  // For an operator whose new subtask owns `groups`: shows the parts of all former subtasks, and of
  // the tables the blocks that overlap `groups`. Null if no file has the operator. Outlives the
  // set.
  std::unique_ptr<restored_operator> restored(operator_id id, key_group_range groups) const;

  // When everything is restored: what the task's next snapshot may refer to.
  std::shared_ptr<const written_snapshot> as_base() const;

private:
  snapshot_set(checkpoint_id checkpoint, snapshot_readers files,
               std::shared_ptr<kept_stores> stores)
      : checkpoint_{checkpoint}, files_{std::move(files)}, stores_{std::move(stores)} {}

  checkpoint_id checkpoint_;
  snapshot_readers files_;
  std::shared_ptr<kept_stores> stores_;
  std::shared_ptr<loaded_parts> base_ = std::make_shared<loaded_parts>();
};

}  // namespace weir
