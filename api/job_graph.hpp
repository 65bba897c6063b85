// SPDX-License-Identifier: Apache-2.0
// A job as data: what to compute, not where. Building one starts nothing.
//
// Every process of a cluster builds the same graph from the same program, so operators are made
// where they run and never serialised. `fingerprint` is how a job manager tells a task manager that
// was built from another program.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/element_type.hpp"
#include "api/error_policy.hpp"
#include "api/job_options.hpp"
#include "api/operator.hpp"
#include "api/side_output.hpp"
#include "api/source.hpp"

namespace weir {

// How records find their way from one subtask of the producer to a subtask of the consumer.
enum class partitioning : std::uint8_t {
  forward,    // To the subtask of the same number; only between equal parallelism.
  hash,       // By key: equal keys to one subtask.
  rebalance,  // Round robin over all.
  rescale,    // Round robin over the consumers that fall to this producer.
  shuffle,    // At random, from the job's seed.
  broadcast,  // To all.
  global,     // To the first.
  custom,     // Where the user's function says.
};

std::string_view to_string(partitioning how);

// Hashes the key of every record of a batch. Typed by the key function; see api/keyed_stream.hpp.
class key_hasher {
public:
  virtual ~key_hasher() = default;
  // REQUIRES: hashes.size() == batch.size().
  virtual void hash(const record_batch& batch, std::span<std::uint64_t> hashes) const = 0;
};

// The user's partitioner: chooses a channel for every record of a batch.
class record_router {
public:
  virtual ~record_router() = default;
  // Each of `channels` becomes less than `channel_count`; throws task_failure if the user's
  // function answered otherwise. REQUIRES: channels.size() == batch.size().
  virtual void route(const record_batch& batch, std::uint32_t channel_count,
                     std::span<std::uint32_t> channels) const = 0;
};

using operator_factory = std::function<std::unique_ptr<stream_operator>()>;
using split_discovery = std::function<result<std::vector<source_split>>(const source_context&)>;

enum class operator_kind : std::uint8_t { source, transformation, sink };

// May an operator run in the task of its producer?
enum class chaining : std::uint8_t { allowed, start_new_chain, never };

struct graph_node {
  std::string name;  // "flat_map", or what the user called it.
  std::string uid;   // Empty: derived from the path of names.
  operator_kind kind = operator_kind::transformation;
  std::optional<std::uint32_t> parallelism;                   // None: the job's default.
  std::uint32_t parallelism_limit = highest_max_parallelism;  // 1 for global operators.
  bool keeps_state = false;
  bool needs_uid = false;  // Its state has a meaning that only the user's code knows.
  chaining chain = chaining::allowed;
  std::string slot_sharing_group = "default";
  error_policy on_error = error_policy::fail;
  // Of a record that has failed the job again and again. None: the job's setting.
  std::optional<error_policy> on_poison;
  std::uint32_t dead_letter_port = 0;  // Meaningful with error_policy::dead_letter.
  std::vector<element_type> input_types;
  std::vector<element_type> output_types;  // Of port 0, 1, ...
  operator_factory make_operator;
  split_discovery discover_splits;                  // Sources only.
  bool is_bounded = true;                           // Sources only.
  std::shared_ptr<side_output_ports> side_outputs;  // None: the operator has no side outputs.
  std::optional<error> problem;  // What is wrong with how it was described; `validate` reports it.

  bool has_dead_letters() const {
    return on_error == error_policy::dead_letter || on_poison == error_policy::dead_letter;
  }
};

struct graph_edge {
  node_index from;
  std::uint32_t port = 0;  // Of `from`.
  node_index to;
  std::uint32_t input = 0;  // Of `to`.
  partitioning how = partitioning::forward;
  // True when the user chose `how`; else forward turns into rebalance where parallelism differs.
  bool is_explicit = false;
  std::shared_ptr<const key_hasher> keys = {};       // Set exactly when `how` is hash.
  std::shared_ptr<const record_router> router = {};  // Set exactly when `how` is custom.
};

struct job_graph {
  std::string name;
  std::vector<graph_node> nodes;
  std::vector<graph_edge> edges;

  node_index add(graph_node node);
  // REQUIRES: both nodes exist. Element types that differ, or a port or input that does not exist,
  // are reported by `validate`.
  void connect(graph_edge edge);

  graph_node& node(node_index i) { return nodes[i.value]; }
  const graph_node& node(node_index i) const { return nodes[i.value]; }
};

// The subtasks of a node under `options`.
std::uint32_t parallelism_of(const graph_node& node, const job_options& options);

// Everything that can be wrong with a job before it runs: no source, no sink behind a source, a
// cycle, a stateful operator that needs a uid and has none (the message names the line to add), one
// uid twice, parallelism out of range, forward between different parallelism, types that differ.
status validate(const job_graph& graph, const job_options& options);

// Stable addresses of the operators' state: a hash of the uid or of the path of names to the node.
// REQUIRES: validate(graph, options) succeeded. One id for each node, in order.
std::vector<operator_id> operator_ids(const job_graph& graph);

// Tells graphs of different programs apart: names, uids, kinds, types, edges.
std::uint64_t fingerprint(const job_graph& graph);

}  // namespace weir
