// SPDX-License-Identifier: Apache-2.0
// The counting behind coordination/slot_assignment.hpp.
#include "coordination/slot_assignment.hpp"

#include <algorithm>
#include <map>
#include <optional>
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

// Tasks that share a slot were together before, too: any of them tells where.
std::vector<std::optional<offered_slot>> former_places(const std::vector<std::uint32_t>& places,
                                                       const std::vector<offered_slot>& former,
                                                       std::uint32_t count) {
  std::vector<std::optional<offered_slot>> found(count);
  for (std::size_t task = 0; task < std::min(places.size(), former.size()); ++task) {
    found[places[task]] = former[task];
  }
  return found;
}

// So many slots: first whoever can have the same slot, then whoever can have one of the same task
// manager, and what is left in the order of `free`.
std::vector<offered_slot> place_near(std::vector<offered_slot> free, std::uint32_t count,
                                     const std::vector<std::optional<offered_slot>>& former) {
  std::vector<std::optional<offered_slot>> chosen(count);
  const auto take_first = [&](const auto& fits) {
    for (std::uint32_t place = 0; place < count; ++place) {
      if (chosen[place]) continue;
      const auto found = std::find_if(free.begin(), free.end(), [&](const offered_slot& each) {
        return fits(former[place], each);
      });
      if (found == free.end()) continue;
      chosen[place] = *found;
      free.erase(found);
    }
  };
  take_first([](const auto& was, const offered_slot& each) { return was == each; });
  take_first([](const auto& was, const offered_slot& each) {
    return was && was->task_manager == each.task_manager;
  });
  take_first([](const auto&, const offered_slot&) { return true; });
  std::vector<offered_slot> slots;
  for (const auto& each : chosen) slots.push_back(*each);
  return slots;
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
                                       const std::vector<offered_slot>& offers,
                                       const std::vector<offered_slot>& former) {
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
  std::vector<std::uint32_t> places;  // Of each task, among the slots that the job needs.
  for (const auto& chain : graph.chains()) {
    for (std::uint32_t subtask = 0; subtask < chain.parallelism; ++subtask) {
      places.push_back(first_of_group[chain.slot_sharing_group] + subtask);
    }
  }
  const auto slots = place_near(std::move(spread), used, former_places(places, former, used));
  std::vector<offered_slot> assigned;
  for (const auto place : places) assigned.push_back(slots[place]);
  return assigned;
}

}  // namespace weir
