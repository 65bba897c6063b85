// SPDX-License-Identifier: Apache-2.0
// Makes nodes of the job graph out of typed operators: the step from types to `graph_node`.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/batch_codec.hpp"
#include "api/function.hpp"
#include "api/job_graph.hpp"

namespace weir {

// Makes an Operator from copies of `args`, as often as it is asked.
template <class Operator, class... Args>
operator_factory factory_of(const Args&... args) {
  return [args...]() -> std::unique_ptr<stream_operator> {
    return std::make_unique<Operator>(args...);
  };
}

// A node whose main output is of type Out.
template <class Out>
graph_node node_of(std::string name, std::vector<element_type> inputs, operator_factory make) {
  static_assert(record_type<Out>,
                "a record must be a copyable value that owns what it holds: not a pointer, a "
                "reference or a std::string_view");
  graph_node node;
  node.name = std::move(name);
  node.input_types = std::move(inputs);
  node.output_types = {element_type_of<Out>()};
  node.make_operator = std::move(make);
  return node;
}

// Notes what a keyed user function remembers: state under names of its own needs a uid.
template <class Function, class Key, class Context>
void describe_state(graph_node& node) {
  node.needs_uid = has_open<Function, Key> || has_open_without_key<Function>;
  node.keeps_state = node.needs_uid || has_on_timer<Function, Context> ||
                     has_on_processing_timer<Function, Context>;
}
// The same of a function without a key.
template <class Function>
void describe_state(graph_node& node) {
  node.needs_uid = has_open_without_key<Function>;
  node.keeps_state = node.needs_uid;
}

}  // namespace weir
