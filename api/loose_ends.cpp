// SPDX-License-Identifier: Apache-2.0
// Tying nodes to the loose ends of a job graph.
#include "api/loose_ends.hpp"

#include <utility>

#include "api/batch_codec.hpp"
#include "api/type_name.hpp"

namespace weir {

namespace {

constexpr std::string_view foreign_stream =
    "its stream meets one of another environment; both must come from the same one";

// The first problem of a node is the one worth reading.
void report(graph_node& node, std::string message) {
  if (!node.problem) node.problem = error{error_code::plan_error, std::move(message)};
}

}  // namespace

loose_ends::loose_ends(job_graph& graph, loose_end end) : graph_{&graph}, ends_{std::move(end)} {}

loose_ends loose_ends::followed_by(graph_node node, std::shared_ptr<const key_hasher> keys) const {
  const node_index added = graph_->add(std::move(node));
  tie_to(added, 0, keys);
  return {*graph_, {added}};
}

loose_ends loose_ends::followed_by(graph_node node, std::shared_ptr<const key_hasher> keys,
                                   const loose_ends& right,
                                   std::shared_ptr<const key_hasher> right_keys) const {
  const loose_ends joined = followed_by(std::move(node), std::move(keys));
  if (right.graph_ == graph_) {
    right.tie_to(joined.ends_.front().node, 1, right_keys);
  } else {
    report(joined.producer("connect"), std::string{foreign_stream});
  }
  return joined;
}

void loose_ends::tie_to(node_index consumer, std::uint32_t input,
                        const std::shared_ptr<const key_hasher>& keys) const {
  for (const loose_end& end : ends_) {
    graph_edge edge{.from = end.node, .port = end.port, .to = consumer, .input = input};
    if (keys) {
      edge.how = partitioning::hash;
      edge.is_explicit = true;
      edge.keys = keys;
    } else {
      edge.how = end.how;
      edge.is_explicit = end.is_explicit;
      edge.router = end.router;
    }
    graph_->connect(std::move(edge));
  }
}

loose_ends loose_ends::joined_with(const loose_ends& other) const {
  loose_ends joined{*this};
  if (other.graph_ != graph_) {
    report(graph_->node(ends_.front().node), std::string{foreign_stream});
    return joined;
  }
  joined.ends_.insert(joined.ends_.end(), other.ends_.begin(), other.ends_.end());
  return joined;
}

loose_ends loose_ends::partitioned(partitioning how,
                                   std::shared_ptr<const record_router> router) const {
  loose_ends changed{*this};
  for (loose_end& end : changed.ends_) {
    end.how = how;
    end.is_explicit = true;
    end.router = router;
  }
  return changed;
}

loose_ends loose_ends::side_output(const std::string& name, element_type type) const {
  graph_node& node = producer("side_output");
  const node_index index = ends_.front().node;
  if (!node.side_outputs) {
    report(node, "side_output(\"" + name +
                     "\"): it has no side outputs; process functions have them, and windows with "
                     ".late_output(...)");
    return {*graph_, {index}};
  }
  if (const auto* known = node.side_outputs->find(name)) {
    if (known->type != type.type()) {
      report(node, "side_output(\"" + name + "\"): its records are of type " +
                       type_name(known->type) + ", but are read as " + type_name(type.type()));
    }
    return {*graph_, {index, known->number}};
  }
  if (!node.side_outputs->accepts_more) {
    report(node, "side_output(\"" + name + "\"): it has no side output of that name");
    return {*graph_, {index}};
  }
  const auto number = static_cast<std::uint32_t>(node.output_types.size());
  node.output_types.push_back(type);
  node.side_outputs->ports.push_back({name, type.type(), number});
  return {*graph_, {index, number}};
}

loose_ends loose_ends::dead_letters(bool only_poison) const {
  graph_node& node = producer("on_error");
  if (node.has_dead_letters()) {
    report(node, "on_error(dead_letters_to(...)) is said twice; name one sink");
  }
  if (only_poison) {
    node.on_error = error_policy::fail;
    node.on_poison = error_policy::dead_letter;
  } else {
    node.on_error = error_policy::dead_letter;
  }
  node.dead_letter_port = static_cast<std::uint32_t>(node.output_types.size());
  node.output_types.push_back(element_type_of<dead_letter>());
  return {*graph_, {ends_.front().node, node.dead_letter_port}};
}

graph_node& loose_ends::producer(std::string_view word) const {
  graph_node& first = graph_->node(ends_.front().node);
  if (ends_.size() > 1) {
    report(first, std::string{word} +
                      "(...) speaks of one operator; say it before union_with joins its stream "
                      "with others");
  } else if (ends_.front().port != 0) {
    report(first, std::string{word} +
                      "(...) was said of a side output; say it of the operator's main stream");
  }
  return first;
}

}  // namespace weir
