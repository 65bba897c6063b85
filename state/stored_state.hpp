// SPDX-License-Identifier: Apache-2.0
// A completed checkpoint, opened to be looked at: what operators have state in it, and the blocks
// of their tables. The view of a tool; a job restores through state/snapshot_set.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/entry_store.hpp"
#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/snapshot.hpp"
#include "state/checkpoint_directory.hpp"
#include "state/checkpoint_manifest.hpp"
#include "state/snapshot_index.hpp"

namespace weir {

// A table of all subtasks of an operator together.
struct stored_table {
  std::string name;
  table_schema schema;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

// A part of all subtasks together.
struct stored_part {
  std::string name;
  std::uint64_t bytes = 0;
};

struct stored_operator {
  operator_id id;
  std::string name;
  std::uint32_t parallelism = 1;
  std::vector<stored_table> tables;  // In the order in which they were first found.
  std::vector<stored_part> parts;    // By name.
};

// Which tables; none set: all.
struct table_selection {
  std::optional<std::string> operator_name;
  std::optional<std::string> table_name;
};

class stored_state {
public:
  // The checkpoint at `path`, which is its directory or its manifest; or the newest whole one in
  // `path`, if that is where a job keeps its checkpoints. All files are verified but for their
  // blocks, and for what is in the files of stores; without `stores` (null) those cannot be read.
  // What the first and the last point to outlives this.
  static result<stored_state> open(file_system& files, const std::string& path,
                                   entry_stores* stores = nullptr);

  const checkpoint_directory::found& found() const { return found_; }
  const checkpoint_manifest& manifest() const { return found_.manifest; }
  // Newer checkpoints that were looked at before, and are damaged.
  const std::vector<error>& passed_over() const { return found_.passed_over; }

  // Every operator of the job, in the order of the manifest, with state or without.
  result<std::vector<stored_operator>> operators() const;

  // What is done with one verified block. The references are good for the time of the call.
  using block_visitor = std::function<status(const std::string& operator_name,
                                             const table_entry& table, const state_block& block)>;
  // In the order of the files; stops at the first error, which is also that of the visitor.
  status for_each_block(const table_selection& selection, const block_visitor& visit) const;

private:
  stored_state(file_system& files, entry_stores* stores, checkpoint_directory::found found)
      : files_{&files}, stores_{stores}, found_{std::move(found)} {}

  const std::string& name_of(const operator_entry& of) const;

  file_system* files_;
  entry_stores* stores_;
  checkpoint_directory::found found_;
};

}  // namespace weir
