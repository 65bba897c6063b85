// SPDX-License-Identifier: Apache-2.0
// The counting behind coordination/slot_assignment.hpp.
#include "coordination/slot_assignment.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace weir {

namespace {

// The highest parallelism of each slot sharing group, in the order of their names.
std::map<std::string, std::uint32_t> group_sizes(const execution_graph& graph) {
  std::map<std::string, std::uint32_t> sizes;
  for (const auto& chain : graph.chains()) {
    auto& size = sizes[chain.slot_sharing_group];
    size = std::max(size, chain.parallelism);
  }
  return sizes;
}

}  // namespace

std::uint32_t required_slots(const execution_graph& graph) {
  std::uint32_t total = 0;
  for (const auto& [group, size] : group_sizes(graph)) total += size;
  return total;
}

job_options with_enough_slots(const job_graph& graph, job_options options) {
  if (options.task_managers == 0) options.task_managers = 1;
  if (options.slots_per_task_manager > 0) return options;
  const auto needed = required_slots(execution_graph{graph, options});
  options.slots_per_task_manager = (needed + options.task_managers - 1) / options.task_managers;
  return options;
}

std::vector<offered_slot> assign_slots(const execution_graph& graph,
                                       const std::vector<offered_slot>& offers) {
  WEIR_ASSERT(offers.size() >= required_slots(graph));
  auto spread = offers;  // Slot 0 of every task manager, then slot 1 of every one, ...
  std::stable_sort(spread.begin(), spread.end(),
                   [](const auto& a, const auto& b) { return a.slot < b.slot; });
  std::map<std::string, std::uint32_t> first_of_group;
  std::uint32_t used = 0;
  for (const auto& [group, size] : group_sizes(graph)) {
    first_of_group[group] = used;
    used += size;
  }
  std::vector<offered_slot> assigned;
  for (const auto& chain : graph.chains()) {
    for (std::uint32_t subtask = 0; subtask < chain.parallelism; ++subtask) {
      assigned.push_back(spread[first_of_group[chain.slot_sharing_group] + subtask]);
    }
  }
  return assigned;
}

}  // namespace weir
