// SPDX-License-Identifier: Apache-2.0
// What is in a test_snapshot: one snapshot file for each task on a disk in memory, and where the
// inputs of the test stood.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/ids.hpp"
#include "coordination/execution_graph.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "coordination/testing/test_snapshot.hpp"
#include "state/snapshot_set.hpp"

namespace weir {

class test_snapshot::files {
public:
  // `watermarks`: of each input, at `taken`.
  files(checkpoint_id id, std::uint32_t max_parallelism, std::vector<event_time> watermarks,
        processing_time taken);

  // Writes what a task has, by state/snapshot_writer.hpp.
  status add(const task_description& of, std::vector<operator_snapshot> content);

  std::uint32_t max_parallelism() const { return max_parallelism_; }
  const std::vector<event_time>& watermarks() const { return watermarks_; }
  processing_time taken() const { return taken_; }

  // Fails if `graph` cannot go on from this: it has another number of key groups, or has not all
  // the operators whose state is here, unless its options allow that.
  status check(const execution_graph& graph) const;
  result<snapshot_set> open() const;

  // What there is of the table `table` of the operator `id`, which errors call `name`.
  result<saved_table> read(operator_id id, const std::string& name, const std::string& table) const;

private:
  checkpoint_id id_;
  std::uint32_t max_parallelism_;
  std::vector<event_time> watermarks_;
  processing_time taken_;
  std::map<operator_id, std::string> names_;  // Of the operators with state.
  std::vector<std::string> paths_;
  mutable simulated_file_system disk_;
};

}  // namespace weir
