// SPDX-License-Identifier: Apache-2.0
// An operator that is opened and never run, to see what it makes of a checkpoint. What it emits is
// dropped; it gets no files. Meant for operators between the sources and the sinks: those would
// open what they read and write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/ids.hpp"
#include "api/job_graph.hpp"
#include "api/snapshot.hpp"
#include "state/checking_backend.hpp"

namespace weir {

struct dry_outcome {
  std::vector<checking_backend::outcome> tables;
  std::vector<std::string> left_tables;  // Which the operator did not open.
  // Of state that is no table, under the names it was opened with.
  struct part {
    std::string name;
    bool was_saved = false;
    std::vector<std::string> changes;
  };
  std::vector<part> parts;
  status opened;  // What `open` threw.
};

// Where a subtask stands among the others.
struct dry_place {
  operator_id id;
  subtask_index subtask;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = default_max_parallelism;
};

// `restored` is null if the checkpoint has nothing of the operator.
dry_outcome open_dry(const graph_node& node, const dry_place& place,
                     const restored_operator* restored);

}  // namespace weir
