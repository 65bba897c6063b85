// SPDX-License-Identifier: Apache-2.0
// The life of a job that is restarted and ends with a checkpoint: stories, and the invariants of
// coordination/job_lifecycle.hpp under random events.
#include <set>

#include <gtest/gtest.h>

#include "tests/support/lifecycle_story.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

two_tasks restarted(std::deque<duration> delays = {1s, 2s}) { return {std::move(delays), false}; }
two_tasks checkpointed() { return {{1s}, true}; }

TEST(JobRestarts, RunsAgainOnceEveryTaskIsGoneAndTheWaitIsOver) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"deployed 0", ""},
                             {"deployed 1", "connect"},
                             {"started 0", ""},
                             {"started 1", "running"},
                             {"failed 0", "failing(bug), cancel"},
                             {"lost 1", "restarting(bug), restart 1 in 1s"},
                             {"due 1", "deploying, deploy"},
                             {"deployed 0", ""},
                             {"deployed 1", "connect"},
                             {"started 0", ""},
                             {"started 1", "running"},
                             {"drained 0", ""},
                             {"drained 1", "finishing, commit"},
                             {"finished 0", ""},
                             {"finished 1", "finished"}});
}

TEST(JobRestarts, GivesUpWithTheCauseOfTheLastFailure) {
  expect_story(restarted({1s}), {{"slots", "deploying, deploy"},
                                 {"failed 0", "failing(bug), cancel"},
                                 {"cancelled 1", "restarting(bug), restart 1 in 1s"},
                                 {"due 1", "deploying, deploy"},
                                 {"lost 0", "failing(gone), cancel"},
                                 {"failed 1", "failed(gone)"},
                                 {"due 2", ""},
                                 {"slots", ""}});
}

// Nothing would run another attempt, whatever the strategy allows.
TEST(JobRestarts, AreOverWhenTheJobIsGivenUp) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"deployed 0", ""},
                             {"given-up", "failing(no processes), cancel"},
                             {"cancelled 0", ""},
                             {"cancelled 1", "failed(no processes)"}});
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"lost 0", "failing(gone), cancel"},
                             {"given-up", ""},
                             {"lost 1", "failed(no processes; before that: gone)"}});
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"lost 0", "failing(gone), cancel"},
                             {"lost 1", "restarting(gone), restart 1 in 1s"},
                             {"given-up", "failing(no processes), failed(no processes)"},
                             {"due 1", ""}});
}

TEST(JobRestarts, WaitsForSlotsWhenTheWaitIsOver) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"lost 0", "failing(gone), cancel"},
                             {"slots-lost", ""},
                             {"cancelled 1", "restarting(gone), restart 1 in 1s"},
                             {"due 1", ""},
                             {"slots", "deploying, deploy"},
                             {"due 1", ""}});
}

TEST(JobRestarts, WaitsForTheTimeWhenThereAreSlots) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"lost 0", "failing(gone), cancel"},
                             {"lost 1", "restarting(gone), restart 1 in 1s"},
                             {"slots-lost", ""},
                             {"slots", ""},
                             {"due 0", ""},
                             {"due 2", ""},
                             {"due 1", "deploying, deploy"}});
}

TEST(JobRestarts, IgnoresWhatTasksTellWhileNoneShouldBeThere) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"failed 0", "failing(bug), cancel"},
                             {"failed 1", "restarting(bug), restart 1 in 1s"},
                             {"deployed 0", ""},
                             {"started 0", ""},
                             {"drained 0", ""},
                             {"lost 0", ""},
                             {"error", ""},
                             {"due 1", "deploying, deploy"}});
}

TEST(JobRestarts, TakesSlotsThatDoNotComeAsAnotherFailure) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"slots-lost", ""},
                             {"lost 0", "failing(gone), cancel"},
                             {"lost 1", "restarting(gone), restart 1 in 1s"},
                             {"due 1", ""},
                             {"error", "failing(timeout), restarting(timeout), restart 1 in 2s"},
                             {"due 1", ""},
                             {"error", "failing(timeout), failed(timeout)"}});
}

TEST(JobRestarts, IsCancelledAtOnceWhileItWaits) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"failed 0", "failing(bug), cancel"},
                             {"failed 1", "restarting(bug), restart 1 in 1s"},
                             {"stop", "cancelling, cancelled"},
                             {"due 1", ""},
                             {"slots", ""}});
}

TEST(JobRestarts, IsCancelledInsteadOfRestartedWhenItIsToldWhileItFails) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"failed 0", "failing(bug), cancel"},
                             {"stop", ""},
                             {"failed 1", "cancelling, cancelled"},
                             {"due 1", ""}});
}

TEST(JobRestarts, HasFailedAllTheSameWhenItWouldNotBeRestarted) {
  expect_story(restarted({}), {{"slots", "deploying, deploy"},
                               {"failed 0", "failing(bug), cancel"},
                               {"stop", ""},
                               {"failed 1", "failed(bug)"}});
}

TEST(JobRestarts, DoesNotRetryWhatWouldFailAgain) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"damaged 0", "failing(bad checksum), cancel"},
                             {"failed 1", "failed(bad checksum)"}});
  EXPECT_FALSE(may_help_to_retry(error_code::plan_error));
  EXPECT_FALSE(may_help_to_retry(error_code::invalid_argument));
  EXPECT_TRUE(may_help_to_retry(error_code::user_function));
  EXPECT_TRUE(may_help_to_retry(error_code::io_failure));
  EXPECT_TRUE(may_help_to_retry(error_code::not_found));
}

TEST(JobRestarts, FailsForGoodWhenTheFirstAttemptCannotBeDeployed) {
  expect_story(restarted(),
               {{"slots", "deploying, deploy"}, {"nothing", "failing(no file), failed(no file)"}});
  expect_story(restarted(), {{"error", "failing(timeout), failed(timeout)"}});
}

TEST(JobRestarts, TriesAgainWhenALaterAttemptCannotBeDeployed) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"failed 0", "failing(bug), cancel"},
                             {"failed 1", "restarting(bug), restart 1 in 1s"},
                             {"due 1", "deploying, deploy"},
                             {"nothing", "failing(no file), restarting(no file), restart 2 in 2s"},
                             {"due 2", "deploying, deploy"},
                             {"nothing", "failing(no file), failed(no file)"}});
}

TEST(JobRestarts, RunsAgainWhenItCannotCommit) {
  expect_story(restarted(), {{"slots", "deploying, deploy"},
                             {"started 0", ""},
                             {"started 1", "running"},
                             {"drained 0", ""},
                             {"drained 1", "finishing, commit"},
                             {"finished 0", ""},
                             {"failed 1", "failing(bug), cancel, restarting(bug), restart 1 in 1s"},
                             {"due 1", "deploying, deploy"},
                             {"started 0", ""},
                             {"started 1", "running"},
                             {"drained 1", ""},
                             {"drained 0", "finishing, commit"}});
}

TEST(JobRestarts, KnowsNoCauseOnceItRunsAgain) {
  auto job = restarted();
  for (const char* event : {"slots", "failed 0", "failed 1"}) job.tell(event);
  EXPECT_EQ(job.job().cause(), failure("bug"));
  job.tell("due 1");
  EXPECT_EQ(job.job().cause(), std::nullopt);
  EXPECT_EQ(job.job().attempt(), attempt_number{2});
}

TEST(JobRestarts, TellsTheStrategySinceWhenTheJobRuns) {
  job_options options;
  options.restart = restart_strategy_type::exponential_delay;
  options.backoff_jitter = 0;
  job_lifecycle job{1, make_restart_strategy(options)};
  const auto fail_after = [&](duration run) {
    EXPECT_FALSE(job.on_task_started(job.attempt(), {0}, {processing_time{1h}}).empty());
    const auto text = text_of(
        job.on_task_failed(job.attempt(), {0}, failure("bug"), {processing_time{1h + run}}));
    EXPECT_FALSE(job.on_restart_due(job.attempt()).empty());
    return text.substr(text.rfind(' ') + 1);
  };
  ASSERT_FALSE(job.on_slots_available().empty());
  EXPECT_EQ(fail_after(1s), "100ms");
  EXPECT_EQ(fail_after(1s), "150ms");
  EXPECT_EQ(fail_after(1h), "100ms");
}

TEST(JobRestarts, CommitsOnlyWhenTheFinalCheckpointIsComplete) {
  expect_story(checkpointed(), {{"slots", "deploying, deploy"},
                                {"started 0", ""},
                                {"started 1", "running"},
                                {"complete 1", ""},
                                {"drained 0", ""},
                                {"drained 1", "checkpoint"},
                                {"drained 1", ""},
                                {"complete 0", ""},
                                {"complete 1", "finishing, commit"},
                                {"complete 1", ""},
                                {"stop", ""},
                                {"finished 0", ""},
                                {"finished 1", "finished"}});
}

TEST(JobRestarts, CanBeCancelledBeforeTheFinalCheckpointIsComplete) {
  expect_story(checkpointed(), {{"slots", "deploying, deploy"},
                                {"started 0", ""},
                                {"started 1", "running"},
                                {"drained 0", ""},
                                {"drained 1", "checkpoint"},
                                {"stop", "cancelling, cancel"},
                                {"complete 1", ""},
                                {"cancelled 0", ""},
                                {"cancelled 1", "cancelled"}});
}

TEST(JobRestarts, TakesAFinalCheckpointOfEveryAttempt) {
  expect_story(checkpointed(), {{"slots", "deploying, deploy"},
                                {"started 0", ""},
                                {"started 1", "running"},
                                {"drained 0", ""},
                                {"drained 1", "checkpoint"},
                                {"lost 0", "failing(gone), cancel"},
                                {"complete 1", ""},
                                {"lost 1", "restarting(gone), restart 1 in 1s"},
                                {"complete 1", ""},
                                {"due 1", "deploying, deploy"},
                                {"started 0", ""},
                                {"started 1", "running"},
                                {"complete 2", ""},
                                {"drained 0", ""},
                                {"drained 1", "checkpoint"},
                                {"complete 1", ""},
                                {"complete 2", "finishing, commit"}});
}

TEST(JobRestarts, StopsAtASavepointWhereverItsTasksAre) {
  expect_story(checkpointed(), {{"stopped 7", ""},
                                {"slots", "deploying, deploy"},
                                {"started 0", ""},
                                {"stopped 7", ""},
                                {"started 1", "running"},
                                {"drained 0", ""},
                                {"stopped 7", "finishing, stop at 7"},
                                {"stopped 7", ""},
                                {"stop", ""},
                                {"finished 0", ""},
                                {"finished 1", "finished"}});
}

TEST(JobRestarts, StopsInItsNextAttemptWhenItCannotCommitTheSavepointItStopsWith) {
  expect_story(two_tasks{{1s, 2s}, true},
               {{"slots", "deploying, deploy"},
                {"started 0", ""},
                {"started 1", "running"},
                {"stopped 7", "finishing, stop at 7"},
                {"finished 0", ""},
                {"failed 1", "failing(bug), cancel, restarting(bug), restart 1 in 1s"},
                {"due 1", "deploying, deploy"},
                {"started 0", ""},
                {"lost 0", "failing(gone), cancel"},
                {"cancelled 1", "restarting(gone), restart 2 in 2s"},
                {"due 2", "deploying, deploy"},
                {"started 0", ""},
                {"drained 0", ""},
                {"drained 1", ""},
                {"started 1", "finishing, stop at 7"},
                {"stop", ""},
                {"finished 0", ""},
                {"finished 1", "finished"}});
}

TEST(JobRestarts, CanBeCancelledWhenItCannotCommitTheSavepointItStopsWith) {
  expect_story(checkpointed(),
               {{"slots", "deploying, deploy"},
                {"started 0", ""},
                {"started 1", "running"},
                {"stopped 7", "finishing, stop at 7"},
                {"stop", ""},
                {"finished 0", ""},
                {"failed 1", "failing(bug), cancel, restarting(bug), restart 1 in 1s"},
                {"stop", "cancelling, cancelled"}});
}

// What a test of the invariants remembers of one attempt.
struct attempt_memory {
  std::set<char> drained;
  std::set<char> gone;
};

TEST(JobRestarts, KeepsItsInvariantsUnderRandomEvents) {
  const std::vector<std::string> events{
      "deployed 0",  "deployed 1",  "started 0",  "started 1", "started 0", "started 1",
      "drained 0",   "drained 1",   "finished 0", "failed 0",  "failed 1",  "lost 0",
      "cancelled 0", "cancelled 1", "error",      "complete",  "slots",     "slots-lost",
      "due",         "due",         "stop",       "damaged 1", "stopped 7"};
  std::size_t restarts = 0;
  std::size_t stops = 0;
  for (const auto seed : every_seed_of(5000)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_numbers random{seed};
    const bool has_final_checkpoint = random.below(2) == 0;
    two_tasks job{std::deque<duration>(random.below(5), 1s), has_final_checkpoint};
    job.tell("slots");
    bool has_slots = true;
    bool was_stopped = false;
    bool has_savepoint = false;
    attempt_memory memory;
    for (int i = 0; i < 100; ++i) {
      auto event = events[random.below(events.size())];
      // Unlikely, lest every story be short.
      if ((event == "stop" || event == "damaged 1") && random.below(8) != 0) continue;
      const auto before = job.job().state();
      const auto attempt = job.job().attempt();
      if (event == "due" || event == "complete") event += " " + std::to_string(attempt.value);
      const auto commands = job.tell(event);
      const auto state = job.job().state();
      const auto is_told = [&](const char* what) {
        return commands.find(what) != std::string::npos;
      };
      if (event.starts_with("slots")) has_slots = event == "slots";
      if (event == "stop") was_stopped = was_stopped || before != job_state::finishing;
      ASSERT_TRUE(!has_savepoint || !is_told("running")) << event;
      if (is_told("stop at 7")) has_savepoint = true;
      ASSERT_EQ(job.job().stops_at().has_value(), has_savepoint) << event;
      if (event.starts_with("drained")) memory.drained.insert(event.back());
      for (const char* end : {"finished", "failed", "damaged", "lost", "cancelled"}) {
        if (event.starts_with(end)) memory.gone.insert(event.back());
      }
      ASSERT_TRUE(!is_final(before) || commands.empty()) << event;
      if (is_final(state) || state == job_state::restarting) {
        ASSERT_EQ(memory.gone.size(), 2U) << event;
      }
      if (is_told("commit")) {
        ASSERT_EQ(memory.drained.size(), 2U) << event;
        ASSERT_EQ(event.starts_with("complete"), has_final_checkpoint) << event;
      }
      ASSERT_EQ(is_told("deploy,") || commands.ends_with("deploy"), attempt != job.job().attempt());
      if (attempt != job.job().attempt()) {
        ASSERT_EQ(before, job_state::restarting) << event;
        ASSERT_TRUE(has_slots) << event;
        ASSERT_FALSE(was_stopped) << event;
        ASSERT_EQ(job.job().attempt().value, attempt.value + 1);
        memory = {};
        restarts += 1;
        if (has_savepoint) stops += 1;
      }
    }
  }
  EXPECT_GT(restarts, 1000U);
  EXPECT_GT(stops, 20U);
}

}  // namespace
}  // namespace weir
