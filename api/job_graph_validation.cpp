// SPDX-License-Identifier: Apache-2.0
// Everything that can be wrong with a job graph before it runs, one function for each.
#include <algorithm>
#include <map>

#include "api/job_graph.hpp"
#include "api/type_name.hpp"

namespace weir {

namespace {

std::string quoted(std::string_view name) { return '"' + std::string{name} + '"'; }

std::string subject(const graph_node& node) {
  switch (node.kind) {
    case operator_kind::source:
      return "source " + quoted(node.name);
    case operator_kind::transformation:
      return "operator " + quoted(node.name);
    case operator_kind::sink:
      return "sink " + quoted(node.name);
  }
  return quoted(node.name);
}

std::string arrow(const job_graph& graph, const graph_edge& edge) {
  return quoted(graph.node(edge.from).name) + " -> " + quoted(graph.node(edge.to).name);
}

error refused(std::string message) { return {error_code::plan_error, std::move(message)}; }

std::string out_of_range(std::uint32_t parallelism, std::uint32_t limit) {
  return "parallelism " + std::to_string(parallelism) + ": must be between 1 and " +
         std::to_string(limit) + " (pipeline.max-parallelism)";
}

status check_options(const job_graph&, const job_options& options) {
  if (options.max_parallelism == 0 || options.max_parallelism > highest_max_parallelism) {
    return refused("pipeline.max-parallelism " + std::to_string(options.max_parallelism) +
                   ": must be between 1 and " + std::to_string(highest_max_parallelism));
  }
  if (options.parallelism == 0 || options.parallelism > options.max_parallelism) {
    return refused(out_of_range(options.parallelism, options.max_parallelism));
  }
  return {};
}

status check_descriptions(const job_graph& graph, const job_options&) {
  for (const graph_node& node : graph.nodes) {
    if (node.problem) return within(subject(node), *node.problem);
  }
  return {};
}

status check_has_source(const job_graph& graph, const job_options&) {
  for (const graph_node& node : graph.nodes) {
    if (node.kind == operator_kind::source) return {};
  }
  return refused("there is no source; start a stream with env.from(...)");
}

status check_ends_of_edges(const job_graph& graph, const job_options&) {
  for (const graph_edge& edge : graph.edges) {
    const auto outputs = graph.node(edge.from).output_types.size();
    if (edge.port >= outputs) {
      return refused(arrow(graph, edge) + ": there is no output port " + std::to_string(edge.port) +
                     "; " + subject(graph.node(edge.from)) + " has " + std::to_string(outputs));
    }
    const auto inputs = graph.node(edge.to).input_types.size();
    if (edge.input >= inputs) {
      return refused(arrow(graph, edge) + ": there is no input " + std::to_string(edge.input) +
                     "; " + subject(graph.node(edge.to)) + " has " + std::to_string(inputs));
    }
  }
  return {};
}

status check_types(const job_graph& graph, const job_options&) {
  for (const graph_edge& edge : graph.edges) {
    const std::type_index made = graph.node(edge.from).output_types[edge.port].type();
    const std::type_index taken = graph.node(edge.to).input_types[edge.input].type();
    if (made == taken) continue;
    return refused(arrow(graph, edge) + ": the records are of type " + type_name(made) + ", but " +
                   subject(graph.node(edge.to)) + " takes " + type_name(taken));
  }
  return {};
}

// A depth-first walk that remembers the way it came, so that it can name a cycle.
class cycle_search {
public:
  explicit cycle_search(const job_graph& graph)
      : graph_{graph}, marks_(graph.nodes.size(), mark::unseen) {}

  // Names the operators on a cycle that can be reached from `node`; empty if there is none.
  std::string from(node_index node) {
    if (marks_[node.value] == mark::done) return {};
    if (marks_[node.value] == mark::on_the_way) return names_since(node);
    marks_[node.value] = mark::on_the_way;
    way_.push_back(node);
    for (const graph_edge& edge : graph_.edges) {
      if (edge.from != node) continue;
      if (std::string found = from(edge.to); !found.empty()) return found;
    }
    way_.pop_back();
    marks_[node.value] = mark::done;
    return {};
  }

private:
  enum class mark : std::uint8_t { unseen, on_the_way, done };

  std::string names_since(node_index first) const {
    std::string names;
    for (auto at = std::find(way_.begin(), way_.end(), first); at != way_.end(); ++at) {
      names += quoted(graph_.node(*at).name) + " -> ";
    }
    return names + quoted(graph_.node(first).name);
  }

  const job_graph& graph_;
  std::vector<mark> marks_;
  std::vector<node_index> way_;
};

status check_acyclic(const job_graph& graph, const job_options&) {
  cycle_search search{graph};
  for (std::uint32_t i = 0; i < graph.nodes.size(); ++i) {
    if (const std::string cycle = search.from({i}); !cycle.empty()) {
      return refused("the operators " + cycle +
                     " form a cycle; records only flow forward, remove one of these edges");
    }
  }
  return {};
}

// Dead letters do not count: a stream is more than its failures.
bool is_result(const graph_node& node, std::uint32_t port) {
  return !node.has_dead_letters() || port != node.dead_letter_port;
}

status check_connected(const job_graph& graph, const job_options&) {
  std::vector<bool> consumed(graph.nodes.size());
  std::vector<std::vector<bool>> fed;
  for (const graph_node& node : graph.nodes) fed.emplace_back(node.input_types.size());
  for (const graph_edge& edge : graph.edges) {
    if (is_result(graph.node(edge.from), edge.port)) consumed[edge.from.value] = true;
    fed[edge.to.value][edge.input] = true;
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph_node& node = graph.nodes[i];
    if (node.kind != operator_kind::sink && !consumed[i]) {
      return refused(subject(node) +
                     ": nothing consumes its records; end the stream with .sink(...)");
    }
    const auto starved = std::find(fed[i].begin(), fed[i].end(), false);
    if (starved != fed[i].end()) {
      return refused(subject(node) + ": nothing feeds its input " +
                     std::to_string(starved - fed[i].begin()));
    }
  }
  return {};
}

status check_parallelism(const job_graph& graph, const job_options& options) {
  for (const graph_node& node : graph.nodes) {
    if (!node.parallelism) continue;
    const std::uint32_t asked = *node.parallelism;
    if (asked == 0 || asked > options.max_parallelism) {
      return refused(subject(node) + ": " + out_of_range(asked, options.max_parallelism));
    }
    if (asked > node.parallelism_limit) {
      return refused(subject(node) + ": parallelism " + std::to_string(asked) +
                     ": it sees all records and can have at most " +
                     std::to_string(node.parallelism_limit) + "; key the stream to spread it");
    }
  }
  return {};
}

status check_forward(const job_graph& graph, const job_options& options) {
  for (const graph_edge& edge : graph.edges) {
    if (edge.how != partitioning::forward || !edge.is_explicit) continue;
    const auto made_by = parallelism_of(graph.node(edge.from), options);
    const auto taken_by = parallelism_of(graph.node(edge.to), options);
    if (made_by == taken_by) continue;
    return refused(arrow(graph, edge) + ": forward() needs equal parallelism, here it is " +
                   std::to_string(made_by) + " and " + std::to_string(taken_by) +
                   "; use rebalance() or rescale()");
  }
  return {};
}

std::string line_to_add(const graph_node& node) { return ".uid(" + quoted(node.name) + ")"; }

status check_uids_given(const job_graph& graph, const job_options& options) {
  for (const graph_node& node : graph.nodes) {
    if (!node.uid.empty()) continue;
    if (node.needs_uid) {
      return refused(subject(node) +
                     " keeps state under a name only your code knows: give it an address that "
                     "survives changes: " +
                     line_to_add(node));
    }
    if (node.keeps_state && options.require_uids) {
      return refused(subject(node) +
                     " keeps state and pipeline.require-uids is set: give it an address that "
                     "survives changes: " +
                     line_to_add(node));
    }
  }
  return {};
}

status check_uids_differ(const job_graph& graph, const job_options&) {
  std::map<std::string_view, const graph_node*> owners;
  for (const graph_node& node : graph.nodes) {
    if (node.uid.empty()) continue;
    const auto [owner, is_new] = owners.emplace(node.uid, &node);
    if (!is_new) {
      return refused("uid " + quoted(node.uid) + " is given to both " + subject(*owner->second) +
                     " and " + subject(node) + "; a uid is the address of one operator");
    }
  }
  return {};
}

status check_addresses_differ(const job_graph& graph, const job_options&) {
  const std::vector<operator_id> ids = operator_ids(graph);
  std::map<operator_id, const graph_node*> owners;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const graph_node& node = graph.nodes[i];
    if (!node.keeps_state) continue;
    if (!owners.emplace(ids[i], &node).second) {
      return refused("two operators named " + quoted(node.name) +
                     " keep state and come after the same operators, so their state would have "
                     "one address: give each a uid: .uid(\"...\")");
    }
  }
  return {};
}

}  // namespace

status validate(const job_graph& graph, const job_options& options) {
  using check = status (*)(const job_graph&, const job_options&);
  constexpr check checks[] = {
      check_options, check_descriptions, check_has_source,  check_ends_of_edges,
      check_types,   check_acyclic,      check_connected,   check_parallelism,
      check_forward, check_uids_given,   check_uids_differ, check_addresses_differ,
  };
  for (const check holds : checks) {
    if (status outcome = holds(graph, options); !outcome) {
      return within("plan job " + quoted(graph.name), outcome.failure());
    }
  }
  return {};
}

}  // namespace weir
