// SPDX-License-Identifier: Apache-2.0
// The layout of coordination/plan_text.hpp.
#include "coordination/plan_text.hpp"

#include <cstdio>

#include "coordination/hexadecimal.hpp"
#include "coordination/slot_assignment.hpp"

namespace weir {

namespace {

std::string counted(std::uint32_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string{what} + (count == 1 ? "" : "s");
}

std::string remarks_on(const graph_node& node) {
  std::string remarks;
  if (!node.uid.empty()) remarks += "  uid " + node.uid;
  if (node.keeps_state) remarks += "  keeps state";
  if (node.on_error == error_policy::skip) remarks += "  on error: skip and count";
  if (node.on_error == error_policy::dead_letter) remarks += "  on error: dead letter";
  if (node.on_poison == error_policy::skip) remarks += "  on error: retry, then skip and count";
  if (node.on_poison == error_policy::dead_letter) {
    remarks += "  on error: retry, then dead letter";
  }
  return remarks;
}

std::string exchanges_from(const execution_graph& graph, std::uint32_t chain) {
  std::string text;
  for (const auto& each : graph.exchanges()) {
    if (each.from_chain != chain) continue;
    text += "    => " + std::string{to_string(each.edge.how)} + " to chain " +
            std::to_string(each.to_chain + 1);
    if (each.edge.port > 0) text += " (side output " + std::to_string(each.edge.port) + ")";
    if (each.edge.input > 0) text += " (input " + std::to_string(each.edge.input + 1) + ")";
    text += "\n";
  }
  return text;
}

}  // namespace

std::string plan_text(const execution_graph& graph) {
  const auto chains = static_cast<std::uint32_t>(graph.chains().size());
  std::string text = "job " + graph.graph().name + ": " +
                     counted(static_cast<std::uint32_t>(graph.graph().nodes.size()), "operator") +
                     " in " + counted(chains, "chain") + ", " +
                     counted(graph.task_count(), "task") + ", " +
                     counted(required_slots(graph), "slot") + "\n" + "fingerprint " +
                     hexadecimal(fingerprint(graph.graph())) + "\n";
  for (std::uint32_t i = 0; i < chains; ++i) {
    const auto& chain = graph.chains()[i];
    text += "\nchain " + std::to_string(i + 1) + "  " + counted(chain.parallelism, "subtask");
    if (chain.slot_sharing_group != "default") {
      text += "  slot sharing group " + chain.slot_sharing_group;
    }
    text += "\n";
    for (const auto index : chain.nodes) {
      const auto& node = graph.graph().node(index);
      text += "    " + node.name + remarks_on(node) + "\n";
    }
    text += exchanges_from(graph, i);
  }
  return text;
}

}  // namespace weir
