// SPDX-License-Identifier: Apache-2.0
// Job graphs of the operators in tests/support/test_operators.hpp, put together by hand.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api/batch_codec.hpp"
#include "api/job_graph.hpp"
#include "tests/support/test_operators.hpp"

namespace weir {

// Hashes a number by its key; see key_of_number.
class number_hasher final : public key_hasher {
public:
  void hash(const record_batch& batch, std::span<std::uint64_t> hashes) const override {
    const auto& in = numbers::of(batch);
    for (std::size_t i = 0; i < in.size(); ++i) hashes[i] = mix(key_of_number(in.values[i]));
  }
};

// A node for `Operator`, made anew from copies of `arguments` wherever it runs.
template <class Operator, class... Arguments>
graph_node number_node(std::string name, operator_kind kind, Arguments... arguments) {
  graph_node node;
  node.name = std::move(name);
  node.kind = kind;
  if (kind != operator_kind::source) node.input_types = {element_type_of<number>()};
  if (kind != operator_kind::sink) node.output_types = {element_type_of<number>()};
  node.make_operator = [arguments...] { return std::make_unique<Operator>(arguments...); };
  return node;
}

// As many splits as a test needs to see them dealt out unevenly.
inline constexpr std::uint32_t split_count = 7;

inline graph_node source_node(number count, std::size_t per_poll = 16) {
  auto node = number_node<number_source>("numbers", operator_kind::source, count, per_poll);
  node.discover_splits = [](const source_context&) -> result<std::vector<source_split>> {
    std::vector<source_split> splits;
    for (std::uint32_t k = 0; k < split_count; ++k) {
      splits.push_back({std::to_string(k) + "/" + std::to_string(split_count), {}});
    }
    return splits;
  };
  return node;
}

template <class Operator, class... Arguments>
graph_node map_node(std::string name, Arguments... arguments) {
  return number_node<Operator>(std::move(name), operator_kind::transformation, arguments...);
}

inline graph_node sink_node(sink_results& results) {
  graph_node node;
  node.name = "collect";
  node.kind = operator_kind::sink;
  node.input_types = {element_type_of<number>()};
  node.make_operator = [&results] { return std::make_unique<collecting_sink>(results); };
  return node;
}

inline graph_edge edge_of(node_index from, node_index to,
                          partitioning how = partitioning::forward) {
  graph_edge edge;
  edge.from = from;
  edge.to = to;
  edge.how = how;
  if (how == partitioning::hash) edge.keys = std::make_shared<number_hasher>();
  return edge;
}

// A job in which every node feeds the next.
class linear_job {
public:
  explicit linear_job(graph_node source) {
    graph_.name = "test";
    last_ = graph_.add(std::move(source));
  }
  linear_job& then(graph_node node, partitioning how = partitioning::forward) {
    const auto added = graph_.add(std::move(node));
    graph_.connect(edge_of(last_, added, how));
    last_ = added;
    return *this;
  }
  const job_graph& graph() const { return graph_; }

private:
  job_graph graph_;
  node_index last_;
};

// 0 + 1 + ... + count - 1
constexpr number sum_below(number count) { return count * (count - 1) / 2; }

// numbers -> add one -(hash)-> sum by key -> collect: `key_count` sums that add up to
// sum_below(count) + count.
inline linear_job keyed_sum_job(number count, sink_results& results) {
  linear_job job{source_node(count)};
  job.then(map_node<adding_map>("add", number{1}))
      .then(map_node<keyed_sum>("sum"), partitioning::hash)
      .then(sink_node(results));
  return job;
}

// numbers -> throw on `unlucky` -(rebalance)-> collect
inline linear_job throwing_job(number count, number unlucky, sink_results& results) {
  linear_job job{source_node(count)};
  job.then(map_node<throwing_map>("parse", unlucky))
      .then(sink_node(results), partitioning::rebalance);
  return job;
}

// A source that does not end by itself.
inline constexpr number endless = number{1} << 60;

}  // namespace weir
