// SPDX-License-Identifier: Apache-2.0
// One run, from its first cluster to its last.
#include "coordination/testing/simulation_run.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/story_job.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class SimulationRun : public testing::Test {
protected:
  SimulationRun() {
    numbers_and_counts.define(env_);
    job_.graph = &env_.graph();
    job_.options.parallelism = 2;
    job_.options.checkpoint_directory = "/weir-simulation/checkpoints";
    job_.options.checkpoint_interval = 20ms;
    job_.options.initial_backoff = 10ms;
    job_.fault_span = 400ms;
    job_.expected = run_once(job_, 1, {}).output;
  }

  run_outcome run(const simulation_plan& plan) { return run_once(job_, 7, plan, &events_); }
  std::size_t count(const std::string& what) const {
    return static_cast<std::size_t>(std::count_if(
        events_.begin(), events_.end(),
        [&](const story_event& each) { return each.text.find(what) != std::string::npos; }));
  }

  environment env_{"story"};
  simulated_job job_;
  std::vector<story_event> events_;
};

TEST_F(SimulationRun, GoesThroughLivesWithOtherParallelismAndTellsOneStory) {
  const auto outcome = run({.ends = {{80ms, planned_end::kind::kill, 3},
                                     {160ms, planned_end::kind::power_loss, 1},
                                     {240ms, planned_end::kind::savepoint, 4}}});
  EXPECT_EQ(outcome.violation, "");
  EXPECT_EQ(count("go on from"), 3U);
  EXPECT_EQ(count("savepoint completed"), 1U);
  EXPECT_GE(count("number/3 deployed") + count("file_sink(/out/numbers)/3 deployed"), 1U);
  EXPECT_TRUE(std::is_sorted(events_.begin(), events_.end(),
                             [](const auto& a, const auto& b) { return a.at < b.at; }));
}

TEST_F(SimulationRun, TellsWhichOutputIsNotAsExpected) {
  (*job_.expected)["/out/numbers"]["99:99"] = 1;
  auto outcome = run({});
  EXPECT_EQ(outcome.kind, violation_kind::lost);
  EXPECT_EQ(outcome.violation, "1 lines differ:\n  /out/numbers: 99:99: missing");
  (*job_.expected)["/out/numbers"].erase("99:99");
  (*job_.expected)["/out/numbers"].erase("1:1");
  outcome = run({});
  EXPECT_EQ(outcome.kind, violation_kind::duplicated);
  EXPECT_EQ(outcome.violation, "1 lines differ:\n  /out/numbers: 1:1: should not be there");
}

TEST_F(SimulationRun, NoticesThatNothingGoesOn) {
  job_.progress_limit = 2s;
  // Nobody ever comes back.
  const auto outcome = run({.faults = {{.when = 50ms}}});
  EXPECT_EQ(outcome.kind, violation_kind::stuck);
  EXPECT_TRUE(outcome.violation.starts_with("no checkpoint and no end within 2s"))
      << outcome.violation;
}

TEST_F(SimulationRun, StartsAJobAgainThatTheDiskHasFailed) {
  job_.faults.disk = disk_fault_chances{.torn_write = 0, .no_space = 0, .io_error = 0.3};
  const auto outcome = run({.has_disk_faults = true});
  EXPECT_EQ(outcome.violation, "");
  EXPECT_GE(count("job failed"), 1U);
}

TEST_F(SimulationRun, SaysWhyAJobFailed) {
  job_.options.restart = restart_strategy_type::none;
  const auto outcome = run({.faults = {{.when = 50ms, .span = 10ms}}});
  EXPECT_EQ(outcome.kind, violation_kind::failed);
  EXPECT_TRUE(outcome.violation.starts_with("the job is failed: ")) << outcome.violation;
}

}  // namespace
}  // namespace weir
