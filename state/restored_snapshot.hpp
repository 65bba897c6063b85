// SPDX-License-Identifier: Apache-2.0
// What one operator of a new subtask is shown of a checkpoint: the contract restored_operator of
// api/snapshot.hpp over the snapshot files of the former subtasks.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/ids.hpp"
#include "api/key_group.hpp"
#include "api/snapshot.hpp"
#include "state/kept_stores.hpp"
#include "state/loaded_parts.hpp"
#include "state/snapshot_reader.hpp"

namespace weir {

// The open files of a checkpoint, in the order of their subtasks.
using snapshot_readers = std::shared_ptr<const std::vector<snapshot_reader>>;

// Used by one thread at a time, together with all others that share the readers.
class restored_snapshot final : public restored_operator {
public:
  // For an operator that now owns `groups`. `stores` is null where none can be read. `base` learns
  // what its tables have from the files.
  // REQUIRES: the files agree about the operator (snapshot_set sees to it).
  restored_snapshot(snapshot_readers files, std::shared_ptr<kept_stores> stores,
                    std::shared_ptr<loaded_parts> base, checkpoint_id checkpoint, operator_id id,
                    key_group_range groups);

  checkpoint_id checkpoint() const override { return checkpoint_; }
  std::vector<std::string> parts(const std::string& name) const override;
  // Its blocks are those of all files that may hold entries of the subtask's key groups; they are
  // read one at a time. May outlive this object.
  std::unique_ptr<restored_table> table(const std::string& name) const override;
  std::vector<std::string> table_names() const override;  // Sorted.
  const kept_store* own_store() const override { return own_store_ ? &*own_store_ : nullptr; }
  void note_loaded(const std::string& table, std::vector<loaded_part> parts) const override;
  result<std::string> evolved(const std::string& saved, const present_type& now,
                              std::string_view bytes) const override;

private:
  // The file of the former subtask that had exactly these key groups; none: there is no such.
  std::optional<std::size_t> own_file() const;
  void find_own_store();

  snapshot_readers files_;
  std::shared_ptr<kept_stores> stores_;
  std::shared_ptr<loaded_parts> base_;
  checkpoint_id checkpoint_;
  operator_id id_;
  key_group_range groups_;
  std::optional<kept_store> own_store_;
};

}  // namespace weir
