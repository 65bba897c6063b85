// SPDX-License-Identifier: Apache-2.0
// Plans follow from their seeds, say what they are, and happen when they say.
#include "coordination/simulation/fault_plan.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/probe_actor.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using kind = planned_fault::kind;

TEST(FaultPlan, IsTheSameForTheSameSeedAndWithinItsLimits) {
  const fault_plan_options options{.task_managers = 3,
                                   .faults = 8,
                                   .within = seconds{1},
                                   .longest_pause = seconds{2},
                                   .longest_outage = seconds{3},
                                   .one_crash_stays_in = 4};
  std::set<std::string> texts;
  std::set<std::uint32_t> victims;
  int pauses = 0;
  int restarts = 0;
  int for_ever = 0;
  for (const auto seed : every_seed_of(100)) {
    const auto plan = fault_plan::random(seed, options);
    EXPECT_EQ(plan, fault_plan::random(seed, options));
    texts.insert(to_string(plan));
    ASSERT_EQ(plan.faults().size(), 8U);
    auto last = duration::zero();
    for (const auto& fault : plan.faults()) {
      EXPECT_GE(fault.when, last);
      last = fault.when;
      EXPECT_LT(fault.when, options.within);
      victims.insert(fault.task_manager);
      const bool is_pause = fault.what == kind::pause;
      EXPECT_LE(fault.span, is_pause ? options.longest_pause : options.longest_outage);
      pauses += is_pause ? 1 : 0;
      restarts += !is_pause && fault.span > duration::zero() ? 1 : 0;
      for_ever += !is_pause && fault.span == duration::zero() ? 1 : 0;
    }
  }
  EXPECT_EQ(texts.size(), 100U);
  EXPECT_EQ(victims, (std::set<std::uint32_t>{0, 1, 2}));
  EXPECT_GT(pauses, 300);
  EXPECT_GT(restarts, 200);
  EXPECT_GT(for_ever, 50);
}

TEST(FaultPlan, SaysWhatWillHappen) {
  const fault_plan plan{{
      {.when = milliseconds{1250}, .what = kind::crash, .task_manager = 1, .span = seconds{3}},
      {.when = milliseconds{2}, .what = kind::pause, .task_manager = 0, .span = milliseconds{40}},
      {.when = seconds{2}, .what = kind::crash, .task_manager = 0},
  }};
  EXPECT_EQ(to_string(plan),
            "at 2ms: pause task manager 0 for 40ms\n"
            "at 1s250ms: crash task manager 1, restart it after 3s\n"
            "at 2s: crash task manager 0, for ever\n");
  EXPECT_EQ(to_string(plan.without(1)),
            "at 2ms: pause task manager 0 for 40ms\n"
            "at 2s: crash task manager 0, for ever\n");
  EXPECT_EQ(to_string(fault_plan{}), "");
}

TEST(FaultPlan, HappensToTheCluster) {
  sink_results results;
  const auto job = keyed_sum_job(endless, results);
  simulated_cluster cluster{job.graph(), {}, {.seed = 1, .task_managers = 2}};
  auto& world = cluster.world();
  const fault_plan plan{{
      {.when = milliseconds{10}, .what = kind::crash, .task_manager = 0, .span = milliseconds{20}},
      {.when = milliseconds{15}, .what = kind::crash, .task_manager = 0, .span = milliseconds{1}},
      {.when = milliseconds{50}, .what = kind::crash, .task_manager = 1},
      {.when = milliseconds{60}, .what = kind::pause, .task_manager = 1, .span = milliseconds{9}},
  }};
  plan.apply(cluster);
  run_for(world, milliseconds{5});
  EXPECT_TRUE(world.is_alive({1}));
  run_for(world, milliseconds{8});
  EXPECT_FALSE(world.is_alive({1}));
  run_for(world, milliseconds{5});
  EXPECT_TRUE(world.is_alive({1}));  // The second crash was none, but its restart came.
  run_for(world, milliseconds{100});
  EXPECT_TRUE(world.is_alive({1}));
  EXPECT_EQ(world.actors_of({1}, "task_manager").size(), 1U);
  EXPECT_FALSE(world.is_alive({2}));
}

}  // namespace
}  // namespace weir
