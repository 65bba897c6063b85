// SPDX-License-Identifier: Apache-2.0
// All that is needed to build one task: which operators run in it, how they are wired, and which
// channels lead in and out. Made from the execution graph in the process where the task runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/ids.hpp"
#include "api/job_graph.hpp"

namespace weir {

// Where one port of an operator leads: to another operator of the chain, or to an output edge.
struct port_target {
  std::uint32_t port = 0;
  bool is_chained = false;
  std::uint32_t index = 0;  // Position in the chain, or number of the output edge.
  std::uint32_t input = 0;  // Of the chained operator.
};

struct chained_operator {
  const graph_node* node = nullptr;  // Outlives the task.
  operator_id id;
  std::vector<port_target> targets;
};

// The channels of one edge that leaves the task; their numbers follow those of the edge before.
struct output_edge {
  partitioning how = partitioning::forward;
  std::shared_ptr<const key_hasher> keys;
  std::shared_ptr<const record_router> router;
  std::uint32_t channel_count = 0;
  element_type type;
};

// The other end of a channel.
struct channel_peer {
  task_index task;
  channel_index channel;
};

// " (2/4)", as in the names of tasks and operators; empty if there is only one subtask.
inline std::string subtask_suffix(subtask_index subtask, std::uint32_t parallelism) {
  if (parallelism == 1) return {};
  return " (" + std::to_string(subtask.value + 1) + "/" + std::to_string(parallelism) + ")";
}

struct task_description {
  task_index task;
  std::string name;  // "flat_map -> filter (2/4)"
  subtask_index subtask;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = default_max_parallelism;
  std::uint32_t credit_window = 8;
  bool is_exactly_once = true;  // Channels wait for each other's barriers.
  std::uint64_t seed = 0;
  std::vector<chained_operator> operators;      // The head first; every other behind its producer.
  std::vector<std::uint32_t> input_of_channel;  // Of the head operator.
  std::vector<output_edge> output_edges;
  std::vector<channel_peer> upstream;    // One for each input channel.
  std::vector<channel_peer> downstream;  // One for each output channel.
  std::vector<source_split> splits;      // Of the head, if it is a source.
};

}  // namespace weir
