// SPDX-License-Identifier: Apache-2.0
// Reads what the words of a job have written into its graph.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/environment.hpp"

namespace weir {

// A source and a sink that are only described, never opened.
template <class T>
struct described_source {
  using value_type = T;
  std::string called = "source";

  std::string name() const { return called; }
  bool is_bounded() const { return true; }
  result<std::vector<source_split>> discover_splits(const source_context&) const {
    return std::vector<source_split>{{called + "[0,1)", ""}};
  }
  result<std::unique_ptr<source_reader<T>>> open(const source_context&,
                                                 std::vector<source_split>) const {
    return error{error_code::internal, "described only"};
  }
};

struct described_sink {
  std::string called = "sink";

  std::string name() const { return called; }
  template <class T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context&) const {
    return error{error_code::internal, "described only"};
  }
};

// "source -> map, map -hash-> reduce, reduce:1 -> sink": one edge after the other; an edge into
// another input than 0 ends in "sink:1".
inline std::string edges_of(const job_graph& graph) {
  std::string text;
  for (const graph_edge& edge : graph.edges) {
    if (!text.empty()) text += ", ";
    text += graph.node(edge.from).name;
    if (edge.port > 0) text += ':' + std::to_string(edge.port);
    if (edge.is_explicit) {
      text += " -" + std::string{to_string(edge.how)} + "-> ";
    } else {
      text += " -> ";
    }
    text += graph.node(edge.to).name;
    if (edge.input > 0) text += ':' + std::to_string(edge.input);
  }
  return text;
}

// The node of that name. REQUIRES: there is one.
inline const graph_node& node_named(const job_graph& graph, std::string_view name) {
  const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                  [&](const graph_node& node) { return node.name == name; });
  WEIR_ASSERT(found != graph.nodes.end());
  return *found;
}

// Why the job cannot run; empty if it can.
inline std::string refusal(const environment& env) {
  const status outcome = env.check(env.options());
  return outcome ? "" : outcome.failure().message;
}

}  // namespace weir
