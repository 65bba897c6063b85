// SPDX-License-Identifier: Apache-2.0
// Job graph x parallelism: which operators share a task (chains), how many subtasks there are, and
// which channels connect them. The same in every process that built the same graph.
//
// Two operators share a task when the edge between them is forward, they have the same parallelism
// and slot sharing group, the consumer has no other input, and nobody forbade it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/task_description.hpp"
#include "api/job_graph.hpp"

namespace weir {

// Operators that run in one task; `nodes` begins with the head, every other stands behind its
// producer.
struct operator_chain_plan {
  std::vector<node_index> nodes;
  std::uint32_t parallelism = 1;
  std::string slot_sharing_group;
  std::string name;       // "flat_map -> filter"
  task_index first_task;  // Its tasks are numbered from here.
};

// An edge between two chains.
struct exchange {
  graph_edge edge;  // `how` is what it has become; see graph_edge::is_explicit.
  std::uint32_t from_chain = 0;
  std::uint32_t to_chain = 0;
};

// What a task draws from, in a job with that seed.
std::uint64_t seed_of(task_index task, std::uint64_t seed);

class execution_graph {
public:
  // `graph` outlives the execution graph. REQUIRES: validate(graph, options) succeeded.
  execution_graph(const job_graph& graph, job_options options);

  const job_graph& graph() const { return *graph_; }
  const job_options& options() const { return options_; }
  const std::vector<operator_chain_plan>& chains() const { return chains_; }
  const std::vector<exchange>& exchanges() const { return exchanges_; }
  std::uint32_t task_count() const { return task_count_; }
  std::uint32_t chain_of(task_index task) const;
  operator_id id_of(node_index node) const { return ids_[node.value]; }
  bool has(operator_id id) const;
  subtask_index subtask_of(task_index task) const;

  // Everything needed to build the task. `splits` are its share if it is a source.
  task_description describe(task_index task, std::vector<source_split> splits) const;

  // Subtasks begin, begin + 1, ... end - 1 of a chain.
  struct subtask_range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t size() const noexcept { return end - begin; }
  };

private:
  void find_chains();
  void number_tasks();
  void find_exchanges();
  bool can_chain(const graph_edge& edge) const;
  // The subtasks that a subtask of the exchange's other side is connected to.
  subtask_range consumers_of(const exchange& each, std::uint32_t producer) const;
  subtask_range producers_of(const exchange& each, std::uint32_t consumer) const;
  // The number of the channel between two subtasks, as each of them counts. REQUIRES: `each` is an
  // element of `exchanges_` that connects them.
  channel_index input_channel(const exchange& each, std::uint32_t producer,
                              std::uint32_t consumer) const;
  channel_index output_channel(const exchange& each, std::uint32_t producer,
                               std::uint32_t consumer) const;
  void add_output(const exchange& each, task_description& made) const;
  void add_input(const exchange& each, task_description& made) const;

  const job_graph* graph_;
  job_options options_;
  std::vector<operator_id> ids_;
  std::vector<std::uint32_t> chain_of_node_;
  std::vector<operator_chain_plan> chains_;
  std::vector<exchange> exchanges_;
  std::uint32_t task_count_ = 0;
};

}  // namespace weir
