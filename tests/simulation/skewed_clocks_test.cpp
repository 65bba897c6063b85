// SPDX-License-Identifier: Apache-2.0
// Clocks that differ from process to process, drift and jump: what an event-time job writes does
// not depend on them, and neither does whether it comes to its end.
#include <memory>

#include <gtest/gtest.h>

#include "coordination/testing/simulation_plan.hpp"
#include "tests/support/long_story.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

simulation with_wrong_clocks(const story_job& job, std::uint64_t count) {
  const auto first = every_seed_of(1)[0];
  simulation simulated{job.define};
  simulated.task_managers(3)
      .parallelism(2)
      .seeds(first, first + static_cast<std::uint64_t>(seeds_for(count).size()) - 1)
      .skew_clocks({.most = 2s, .drift = 1e-2, .jump_every = 50ms})
      .expect_exactly_once()
      .expect_progress_within(10s);
  return simulated;
}

TEST(SkewedClocks, ChangeNothingOfWhatAJobWrites) {
  for (const auto* job : {&numbers_and_counts, &many_shapes}) {
    const auto report = with_wrong_clocks(*job, 60).run();
    EXPECT_TRUE(report.passed()) << to_string(report);
    EXPECT_GT(report.faults, 10 * report.seeds);
  }
}

TEST(SkewedClocks, ChangeNothingWhileProcessesFail) {
  for (const auto* job : {&numbers_and_counts, &many_shapes}) {
    const auto report = with_wrong_clocks(*job, 60)
                            .crash_random_process({.every = 200ms, .restart_after = {10ms, 500ms}})
                            .pause_random_process()
                            .partition()
                            .kill_cluster({.every = 1s})
                            .run();
    EXPECT_TRUE(report.passed()) << to_string(report);
  }
}

// Counts how often it is before the beginning of time, which no true clock shows.
struct clock_reading {
  std::shared_ptr<std::uint64_t> too_early;

  void process(const reading& each, process_context<std::uint64_t>& context) {
    if (context.processing_time() < processing_time{}) ++*too_early;
    context.emit(each.key);
  }
};

// So that the tests above say something.
TEST(SkewedClocks, AreSeenByFunctions) {
  const auto too_early = std::make_shared<std::uint64_t>(0);
  const auto job = [&](environment& env) {
    env.from(story_source(reading_number))
        .process<std::uint64_t>(clock_reading{too_early})
        .sink(file_sink("/out/keys"));
  };
  EXPECT_TRUE(simulation{job}.seeds(1, 5).run().passed());
  EXPECT_EQ(*too_early, 0U);
  EXPECT_TRUE(simulation{job}.seeds(1, 5).skew_clocks({.most = 5s}).run().passed());
  EXPECT_GT(*too_early, 0U);
}

TEST(SkewedClocks, LeaveTheOtherFaultsOfASeedAsTheyAre) {
  const fault_settings without{.crashes = crash_faults{}, .outages = outage_faults{}};
  auto with = without;
  with.clocks = clock_faults{};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto skewed = draw_plan(seed, with, 3, 2s);
    const auto removed = std::erase_if(
        skewed.faults, [](const planned_fault& each) { return is_of_clock(each.what); });
    EXPECT_GE(removed, 8U);
    EXPECT_EQ(skewed.faults, draw_plan(seed, without, 3, 2s).faults);
  }
}

TEST(SkewedClocks, RefuseWhatIsNoClock) {
  const auto problem_of = [](clock_faults faults) {
    return simulation{numbers_and_counts.define}.skew_clocks(faults).run().problem->message;
  };
  EXPECT_EQ(problem_of({.most = -1s}), "skew_clocks: most and jump_every are not below zero");
  EXPECT_EQ(problem_of({.jump_every = -1s}), "skew_clocks: most and jump_every are not below zero");
  EXPECT_EQ(problem_of({.drift = 1}),
            "skew_clocks: drift is from 0 to below 1: 1e-4 is 100 us a second");
}

}  // namespace
}  // namespace weir
