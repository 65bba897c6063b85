// SPDX-License-Identifier: Apache-2.0
// Plans of faults: the same for the same seed, and small when they are to be understood.
#include "coordination/testing/simulation_plan.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

fault_settings everything() {
  return {.crashes = crash_faults{},
          .pauses = pause_faults{},
          .partitions = partition_faults{},
          .links = link_faults{},
          .outages = outage_faults{},
          .disk = disk_fault_chances{.torn_write = 0.001, .no_space = 0.0005, .io_error = 0},
          .log = log_fault_chances{.broker_error = 0.01, .unknown_commit = 0.05, .outage = 0},
          .rescales = {{500ms, planned_end::kind::savepoint, 4}}};
}

TEST(SimulationPlan, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const auto lines = [](std::uint64_t seed) {
    return lines_of(draw_plan(seed, everything(), 3, 5s), everything());
  };
  EXPECT_EQ(lines(7), lines(7));
  EXPECT_NE(lines(7), lines(8));
}

TEST(SimulationPlan, HasAFaultAboutAsOftenAsAsked) {
  std::size_t crashes = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto plan = draw_plan(seed, {.crashes = crash_faults{.every = 200ms}}, 3, 2s);
    crashes += plan.size();
    for (const auto& each : plan.faults) {
      EXPECT_LT(each.when, 2s);
      EXPECT_GE(each.process.value, 1U);
      EXPECT_LE(each.process.value, 3U);
      EXPECT_GE(each.span, 10ms);
      EXPECT_LE(each.span, 2s);
    }
  }
  EXPECT_NEAR(static_cast<double>(crashes), 1000.0, 100.0);
}

TEST(SimulationPlan, ReadsAsALineForEachInTheOrderOfTime) {
  const simulation_plan plan{
      .faults = {{.when = 100ms, .what = planned_fault::kind::crash, .span = 10ms}},
      .ends = {{50ms, planned_end::kind::power_loss, 0}, {500ms, planned_end::kind::savepoint, 4}},
      .has_disk_faults = true,
      .has_log_faults = true};
  EXPECT_EQ(
      lines_of(plan, everything()),
      (std::vector<std::string>{"at 50ms: power loss, go on from the latest checkpoint",
                                "at 100ms: crash tm-1, restart it after 10ms",
                                "at 500ms: stop with a savepoint, go on from it with parallelism 4",
                                "disk: torn writes 0.1 %, disk full 0.05 %, other errors 0 %",
                                "log: broker errors 1 %, unknown commits 5 %, outages 0 %"}));
}

TEST(SimulationPlan, CanDoWithoutAnyOfItsParts) {
  const auto plan = draw_plan(1, everything(), 3, 2s);
  ASSERT_GT(plan.size(), 5U);
  for (std::size_t n = 0; n < plan.size(); ++n) {
    EXPECT_EQ(plan.without(n, 1).size(), plan.size() - 1);
  }
  EXPECT_EQ(plan.without(0, plan.size()).size(), 0U);
  EXPECT_FALSE(plan.without(plan.size() - 2, 1).has_disk_faults);
  EXPECT_FALSE(plan.without(plan.size() - 1, 1).has_log_faults);
}

TEST(SimulationPlan, ShrinksToTheFaultsThatAreNeeded) {
  simulation_plan plan;
  for (int i = 0; i < 40; ++i) plan.faults.push_back({.when = i * 10ms});
  const auto has = [](const simulation_plan& in, duration when) {
    return std::any_of(in.faults.begin(), in.faults.end(),
                       [&](const planned_fault& each) { return each.when == when; });
  };
  std::size_t runs = 0;
  const auto least = shrink(
      plan,
      [&](const simulation_plan& in) {
        ++runs;
        return has(in, 70ms) && has(in, 330ms);
      },
      1000);
  ASSERT_EQ(least.faults.size(), 2U);
  EXPECT_EQ(least.faults[0].when, 70ms);
  EXPECT_EQ(least.faults[1].when, 330ms);
  EXPECT_LT(runs, 100U);
}

TEST(SimulationPlan, ShrinksFaultsToTheLengthThatIsNeeded) {
  using kind = planned_fault::kind;
  const simulation_plan plan{
      .faults = {{.what = kind::pause, .span = 800ms},
                 {.what = kind::clock_jump, .interval = -300ms}},
  };
  const auto least = shrink(
      plan,
      [](const simulation_plan& in) {
        return in.faults.size() == 2 && in.faults[0].span >= 150ms &&
               in.faults[1].interval <= -100ms;
      },
      100);
  EXPECT_EQ(least.faults[0].span, 200ms);
  EXPECT_EQ(least.faults[1].interval, -150ms);
}

TEST(SimulationPlan, ShrinksToNothingWhereNothingIsNeeded) {
  const auto plan = draw_plan(1, everything(), 3, 2s);
  EXPECT_EQ(shrink(
                plan, [](const simulation_plan&) { return true; }, 1000)
                .size(),
            0U);
}

TEST(SimulationPlan, StopsShrinkingAfterSoManyRuns) {
  const auto plan = draw_plan(1, everything(), 3, 20s);
  std::size_t runs = 0;
  shrink(
      plan,
      [&](const simulation_plan&) {
        ++runs;
        return false;
      },
      7);
  EXPECT_EQ(runs, 7U);
}

}  // namespace
}  // namespace weir
