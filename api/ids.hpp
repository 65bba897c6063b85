// SPDX-License-Identifier: Apache-2.0
// The names by which the parts of a job know each other. Distinct types, so that a subtask is never
// passed where a channel is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace weir {

// A 64-bit hash of an operator's uid or path of names: the address of its state.
struct operator_id {
  std::uint64_t value = 0;
  friend auto operator<=>(operator_id, operator_id) = default;
};

// The position of a node in its job graph. Means nothing outside that graph.
struct node_index {
  std::uint32_t value = 0;
  friend auto operator<=>(node_index, node_index) = default;
};

// One of the parallel instances of an operator, from 0.
struct subtask_index {
  std::uint32_t value = 0;
  friend auto operator<=>(subtask_index, subtask_index) = default;
};

// An input or output channel of one task, from 0.
struct channel_index {
  std::uint32_t value = 0;
  friend auto operator<=>(channel_index, channel_index) = default;
};

// A task of one execution graph, from 0.
struct task_index {
  std::uint32_t value = 0;
  friend auto operator<=>(task_index, task_index) = default;
};

// The n-th try to run a job, from 1. Everything an attempt sends carries it, so that what an
// earlier attempt left behind is recognised.
struct attempt_number {
  std::uint32_t value = 0;
  friend auto operator<=>(attempt_number, attempt_number) = default;
};

// A checkpoint or savepoint of one job, from 1. Never used twice, whatever became of it and in
// whichever attempt, so that nothing a checkpoint left behind is taken for another's.
struct checkpoint_id {
  std::uint64_t value = 0;
  friend auto operator<=>(checkpoint_id, checkpoint_id) = default;
};

// What the snapshots of a checkpoint may leave where it is, beside what they write themselves.
struct snapshot_base {
  checkpoint_id checkpoint{};  // One that has completed, and whose files stay; 0: none.
  // Nothing at all, and the files that stores of state have of their own neither: a savepoint
  // consists of what any backend can read.
  bool stands_alone = false;
  friend auto operator<=>(const snapshot_base&, const snapshot_base&) = default;
};

}  // namespace weir
