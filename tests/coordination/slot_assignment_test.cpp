// SPDX-License-Identifier: Apache-2.0
// Which task runs where: pipelines share slots, groups do not, and a job spreads over its hosts.
#include "coordination/slot_assignment.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

class SlotAssignment : public ::testing::Test {
protected:
  static job_options with_parallelism(std::uint32_t parallelism) {
    job_options options;
    options.parallelism = parallelism;
    return options;
  }
  static std::vector<offered_slot> offers(std::uint32_t task_managers, std::uint32_t slots) {
    std::vector<offered_slot> made;
    for (std::uint32_t manager = 0; manager < task_managers; ++manager) {
      for (std::uint32_t slot = 0; slot < slots; ++slot) made.push_back({manager, slot});
    }
    return made;
  }

  sink_results results_;
};

TEST_F(SlotAssignment, NeedsAsManySlotsAsTheHighestParallelismOfAGroup) {
  auto narrow = sink_node(results_);
  narrow.parallelism = 2;
  linear_job job{source_node(1)};
  job.then(map_node<keyed_sum>("sum"), partitioning::hash).then(narrow, partitioning::rebalance);
  const execution_graph graph{job.graph(), with_parallelism(5)};
  EXPECT_EQ(required_slots(graph), 5U);
}

TEST_F(SlotAssignment, NeedsSlotsOfItsOwnForEachGroup) {
  auto apart = sink_node(results_);
  apart.slot_sharing_group = "heavy";
  apart.parallelism = 2;
  linear_job job{source_node(1)};
  job.then(apart, partitioning::rebalance);
  const execution_graph graph{job.graph(), with_parallelism(3)};
  EXPECT_EQ(required_slots(graph), 5U);
  const auto assigned = assign_slots(graph, offers(1, 5));
  ASSERT_EQ(assigned.size(), 5U);
  for (std::uint32_t task = 0; task < 5; ++task) EXPECT_EQ(assigned[task].slot, task);
}

TEST_F(SlotAssignment, PutsAWholePipelineInOneSlot) {
  const auto job = keyed_sum_job(1, results_);
  const execution_graph graph{job.graph(), with_parallelism(3)};
  const auto assigned = assign_slots(graph, offers(1, 3));
  ASSERT_EQ(assigned.size(), graph.task_count());
  for (std::uint32_t task = 0; task < graph.task_count(); ++task) {
    EXPECT_EQ(assigned[task].slot, graph.subtask_of({task}).value);
  }
}

TEST_F(SlotAssignment, SpreadsTheJobOverTheTaskManagers) {
  linear_job job{source_node(1)};
  job.then(sink_node(results_));
  const execution_graph graph{job.graph(), with_parallelism(4)};
  const auto assigned = assign_slots(graph, offers(2, 3));
  EXPECT_EQ(assigned, (std::vector<offered_slot>{{0, 0}, {1, 0}, {0, 1}, {1, 1}}));
}

TEST_F(SlotAssignment, UsesOnlySlotsThatAreOffered) {
  linear_job job{source_node(1)};
  job.then(sink_node(results_));
  const execution_graph graph{job.graph(), with_parallelism(2)};
  const auto assigned = assign_slots(graph, {{4, 7}, {6, 9}});
  EXPECT_EQ(assigned, (std::vector<offered_slot>{{4, 7}, {6, 9}}));
}

TEST_F(SlotAssignment, BringsTasksBackToWhereTheyWere) {
  linear_job job{source_node(1)};
  job.then(sink_node(results_));
  const execution_graph graph{job.graph(), with_parallelism(3)};
  const std::vector<offered_slot> former{{2, 0}, {0, 0}, {1, 0}};
  EXPECT_EQ(assign_slots(graph, offers(3, 1), former), former);
}

TEST_F(SlotAssignment, MovesOnlyTheTasksWhoseTaskManagerIsLost) {
  linear_job job{source_node(1)};
  job.then(sink_node(results_));
  const execution_graph graph{job.graph(), with_parallelism(3)};
  const auto assigned = assign_slots(graph, {{1, 0}, {2, 0}, {3, 0}}, {{0, 0}, {1, 0}, {2, 0}});
  EXPECT_EQ(assigned, (std::vector<offered_slot>{{3, 0}, {1, 0}, {2, 0}}));
}

TEST_F(SlotAssignment, PrefersAnotherSlotOfTheSameTaskManagerToAnotherTaskManager) {
  linear_job job{source_node(1)};
  job.then(sink_node(results_));
  const execution_graph graph{job.graph(), with_parallelism(2)};
  const auto assigned = assign_slots(graph, {{0, 1}, {1, 1}, {1, 2}}, {{1, 0}, {0, 1}});
  EXPECT_EQ(assigned, (std::vector<offered_slot>{{1, 1}, {0, 1}}));
}

TEST_F(SlotAssignment, KeepsPipelinesTogetherWhereTheyWere) {
  const auto job = keyed_sum_job(1, results_);
  const execution_graph graph{job.graph(), with_parallelism(2)};
  std::vector<offered_slot> former(graph.task_count());
  for (std::uint32_t task = 0; task < graph.task_count(); ++task) {
    former[task] = {1 - graph.subtask_of({task}).value, 0};
  }
  EXPECT_EQ(assign_slots(graph, offers(2, 1), former), former);
}

}  // namespace
}  // namespace weir
