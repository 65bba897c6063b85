// SPDX-License-Identifier: Apache-2.0
// What a stream is underneath: the loose ends of a job graph, to which the next word ties its node.
// Knows nothing of types; the streams of api/stream.hpp do.
//
// A mistake that a compiler cannot see becomes the `problem` of the node it is about, so that a
// sentence can always be finished; `validate` reports it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/job_graph.hpp"

namespace weir {

// One output port of one node, and how records will leave it.
struct loose_end {
  node_index node;
  std::uint32_t port = 0;
  partitioning how = partitioning::forward;
  bool is_explicit = false;
  std::shared_ptr<const record_router> router = {};
};

// Copies are independent; the graph outlives them all.
class loose_ends {
public:
  loose_ends(job_graph& graph, loose_end end);

  // Adds `node` and ties every end to its input 0; the rest are its ends. With `keys`, records are
  // partitioned by key.
  loose_ends followed_by(graph_node node, std::shared_ptr<const key_hasher> keys = {}) const;
  // The same with a node of two inputs: these ends go to input 0, those of `right` to input 1.
  loose_ends followed_by(graph_node node, std::shared_ptr<const key_hasher> keys,
                         const loose_ends& right,
                         std::shared_ptr<const key_hasher> right_keys) const;

  loose_ends joined_with(const loose_ends& other) const;
  loose_ends partitioned(partitioning how, std::shared_ptr<const record_router> router = {}) const;
  // The end of the producer's side output.
  loose_ends side_output(const std::string& name, element_type type) const;
  // Adds a port of type dead_letter to the producer, for all records that its function throws on or
  // only for those that did so in several attempts. The end of that port.
  loose_ends dead_letters(bool only_poison = false) const;

  // The operator that `word` speaks about: the only one that ends here, at its main output. It is
  // reported as a problem if there is no such operator.
  graph_node& producer(std::string_view word) const;

private:
  void tie_to(node_index consumer, std::uint32_t input,
              const std::shared_ptr<const key_hasher>& keys) const;

  job_graph* graph_;
  std::vector<loose_end> ends_;  // Never empty; more than one after a union.
};

}  // namespace weir
