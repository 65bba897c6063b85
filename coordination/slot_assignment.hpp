// SPDX-License-Identifier: Apache-2.0
// Which task runs in which slot.
//
// Subtask i of every chain of a slot sharing group shares slot i of that group, so a job needs as
// many slots as its groups' highest parallelisms add up to, and a whole pipeline fits in one slot.
#pragma once

#include <cstdint>
#include <vector>

#include "api/ids.hpp"
#include "coordination/execution_graph.hpp"

namespace weir {

// A slot that a task manager offers.
struct offered_slot {
  std::uint32_t task_manager = 0;  // In the order of their registration.
  std::uint32_t slot = 0;          // Of that task manager.
  friend bool operator==(const offered_slot&, const offered_slot&) = default;
};

// How many slots the job needs.
std::uint32_t required_slots(const execution_graph& graph);

// The same options with at least one task manager, and with as many slots for each as the job
// needs, shared among them, if their number is not set.
job_options with_enough_slots(const job_graph& graph, job_options options);

// A slot for each task, in the order of the tasks. Spreads the job over the task managers. `former`
// is where each task was before, or empty: it comes into the same slot if that is offered, else
// into another of the same task manager if one is free, since its state may still be there.
// REQUIRES: offers.size() >= required_slots(graph).
std::vector<offered_slot> assign_slots(const execution_graph& graph,
                                       const std::vector<offered_slot>& offers,
                                       const std::vector<offered_slot>& former = {});

}  // namespace weir
