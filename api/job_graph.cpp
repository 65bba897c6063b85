// SPDX-License-Identifier: Apache-2.0
// Building a job graph, and what can be read off it: parallelism, addresses, the fingerprint.
// What can be wrong with one is in api/job_graph_validation.cpp.
#include "api/job_graph.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace weir {

namespace {

void append_number(std::string& text, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    text.push_back(static_cast<char>((number >> shift) & 0xff));
  }
}

void append_text(std::string& text, std::string_view part) {
  append_number(text, part.size());
  text.append(part);
}

std::uint64_t hash_of_uid(const std::string& uid) { return hash_bytes("uid:" + uid); }

// Hashes the path of names that leads to a node: its name, and the paths of its producers. A uid
// stands for the whole path up to its node.
class path_hashes {
public:
  explicit path_hashes(const job_graph& graph)
      : graph_{graph}, known_(graph.nodes.size()), incoming_(graph.nodes.size()) {
    for (const graph_edge& edge : graph.edges) incoming_[edge.to.value].push_back(&edge);
  }

  std::uint64_t of(std::uint32_t node) {
    if (!known_[node]) {
      const auto& uid = graph_.nodes[node].uid;
      known_[node] = uid.empty() ? compute(node) : hash_of_uid(uid);
    }
    return *known_[node];
  }

private:
  std::uint64_t compute(std::uint32_t node) {
    std::vector<std::tuple<std::uint32_t, std::uint64_t, std::uint32_t>> producers;
    for (const graph_edge* edge : incoming_[node]) {
      producers.emplace_back(edge->input, of(edge->from.value), edge->port);
    }
    // The order in which a program joined two streams is not part of the address.
    std::sort(producers.begin(), producers.end());
    std::string path;
    append_text(path, graph_.nodes[node].name);
    for (const auto& [input, producer, port] : producers) {
      append_number(path, input);
      append_number(path, producer);
      append_number(path, port);
    }
    return hash_bytes(path);
  }

  const job_graph& graph_;
  std::vector<std::optional<std::uint64_t>> known_;
  std::vector<std::vector<const graph_edge*>> incoming_;
};

}  // namespace

std::string_view to_string(partitioning how) {
  switch (how) {
    case partitioning::forward:
      return "forward";
    case partitioning::hash:
      return "hash";
    case partitioning::rebalance:
      return "rebalance";
    case partitioning::rescale:
      return "rescale";
    case partitioning::shuffle:
      return "shuffle";
    case partitioning::broadcast:
      return "broadcast";
    case partitioning::global:
      return "global";
    case partitioning::custom:
      return "custom";
  }
  return "unknown";
}

node_index job_graph::add(graph_node node) {
  nodes.push_back(std::move(node));
  return {static_cast<std::uint32_t>(nodes.size() - 1)};
}

void job_graph::connect(graph_edge edge) {
  WEIR_ASSERT(edge.from.value < nodes.size() && edge.to.value < nodes.size());
  WEIR_ASSERT((edge.how == partitioning::hash) == (edge.keys != nullptr));
  WEIR_ASSERT((edge.how == partitioning::custom) == (edge.router != nullptr));
  edges.push_back(std::move(edge));
}

std::uint32_t parallelism_of(const graph_node& node, const job_options& options) {
  return std::min(node.parallelism.value_or(options.parallelism), node.parallelism_limit);
}

std::vector<operator_id> operator_ids(const job_graph& graph) {
  path_hashes paths{graph};
  std::vector<operator_id> ids(graph.nodes.size());
  std::set<operator_id> taken;
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const graph_node& node = graph.nodes[i];
    ids[i].value = paths.of(i);
    if (node.keeps_state || !node.uid.empty()) taken.insert(ids[i]);
  }
  // Operators without state may share a path of names; nothing is kept under their addresses.
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const graph_node& node = graph.nodes[i];
    if (node.keeps_state || !node.uid.empty()) continue;
    while (!taken.insert(ids[i]).second) ids[i].value = mix(ids[i].value + 1);
  }
  return ids;
}

std::uint64_t fingerprint(const job_graph& graph) {
  std::string text;
  append_text(text, graph.name);
  const auto append_types = [&](const std::vector<element_type>& types) {
    append_number(text, types.size());
    for (const element_type& each : types) append_text(text, each.type().name());
  };
  append_number(text, graph.nodes.size());
  for (const graph_node& node : graph.nodes) {
    append_text(text, node.name);
    append_text(text, node.uid);
    append_number(text, static_cast<std::uint64_t>(node.kind));
    append_number(text, node.keeps_state ? 1 : 0);
    append_types(node.input_types);
    append_types(node.output_types);
  }
  for (const graph_edge& edge : graph.edges) {
    append_number(text, edge.from.value);
    append_number(text, edge.port);
    append_number(text, edge.to.value);
    append_number(text, edge.input);
    append_number(text, static_cast<std::uint64_t>(edge.how));
  }
  return hash_bytes(text);
}

}  // namespace weir
