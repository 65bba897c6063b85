// SPDX-License-Identifier: Apache-2.0
// Job graphs of nodes that carry numbers and are never run.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/batch_codec.hpp"
#include "api/job_graph.hpp"

namespace weir {

inline graph_node node(std::string name, operator_kind kind = operator_kind::transformation) {
  graph_node made;
  made.name = std::move(name);
  made.kind = kind;
  if (kind != operator_kind::source) made.input_types = {element_type_of<int>()};
  if (kind != operator_kind::sink) made.output_types = {element_type_of<int>()};
  return made;
}
inline graph_node source(std::string name = "numbers") {
  return node(std::move(name), operator_kind::source);
}
inline graph_node sink(std::string name = "print") {
  return node(std::move(name), operator_kind::sink);
}

inline graph_node stateful(std::string name) {
  graph_node made = node(std::move(name));
  made.keeps_state = true;
  return made;
}

// The nodes one behind the other, all of them connected.
inline job_graph chain(std::vector<graph_node> nodes) {
  job_graph graph{.name = "test", .nodes = {}, .edges = {}};
  for (graph_node& each : nodes) {
    const node_index added = graph.add(std::move(each));
    if (added.value > 0) graph.connect({.from = {added.value - 1}, .to = added});
  }
  return graph;
}

inline job_graph two_counts_of_one_source() {
  job_graph graph = chain({source(), stateful("count"), sink()});
  const node_index second = graph.add(stateful("count"));
  graph.connect({.from = {0}, .to = second});
  graph.connect({.from = second, .to = graph.add(sink())});
  return graph;
}

}  // namespace weir
