// SPDX-License-Identifier: Apache-2.0
// The life of checkpoints, as tables of what happens to them.
#include "coordination/checkpoint_coordinator.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

processing_time at(std::int64_t seconds) { return processing_time{std::chrono::seconds{seconds}}; }

std::string text_of(const checkpoint_command& command) {
  struct {
    std::string operator()(const checkpoint_commands::trigger& order) {
      std::string text = "trigger " + std::to_string(order.id.value) + " at";
      for (const auto task : order.to) text += " " + std::to_string(task.value);
      return text;
    }
    std::string operator()(const checkpoint_commands::write_manifest& order) {
      std::string text = "write " + std::to_string(order.id.value) + " of";
      for (const auto& facts : order.tasks) text += " " + facts.file;
      return text;
    }
    std::string operator()(const checkpoint_commands::announce_completed& order) {
      return (order.is_final ? "announce the final " : "announce ") +
             std::to_string(order.id.value);
    }
    std::string operator()(const checkpoint_commands::discard& order) {
      return "discard " + std::to_string(order.id.value);
    }
    std::string operator()(const checkpoint_commands::resume&) { return "resume"; }
    std::string operator()(const checkpoint_commands::end_input&) { return "end input"; }
    std::string operator()(const checkpoint_commands::savepoint_ended&) { return "savepoint"; }
    std::string operator()(const checkpoint_commands::fail_job& order) {
      return "fail the job: " + order.cause.message;
    }
    std::string operator()(const checkpoint_commands::report& fact) {
      if (fact.cause) return "failed: " + fact.cause->message;
      return "completed " + std::to_string(fact.id.value) + " in " + to_string(fact.took);
    }
  } writer;
  return std::visit(writer, command);
}

std::string text_of(const checkpoint_coordinator::commands& commands) {
  std::string text;
  for (const auto& each : commands) text += (text.empty() ? "" : ", ") + text_of(each);
  return text;
}

checkpoint_policy every_ten_seconds() {
  return {.interval = 10s, .timeout = 60s, .min_pause = 0s, .tolerable_failed = 2, .retained = 1};
}

// Three tasks in a row, of which task 0 is the source, driven by words and numbers: "tick 10",
// "ack 5 0", "drained 2", ... What tasks tell is of the attempt that was started last.
class three_tasks {
public:
  explicit three_tasks(const checkpoint_policy& policy = every_ten_seconds(),
                       checkpoint_id highest_used = {4}, std::vector<checkpoint_id> completed = {})
      : checkpoints_{policy, 3, highest_used, std::move(completed)} {}

  std::string tell(const std::string& event) {
    std::istringstream in{event};
    std::string what;
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    in >> what >> first >> second;
    return text_of(tell(what, first, second));
  }
  checkpoint_coordinator& checkpoints() { return checkpoints_; }

private:
  checkpoint_coordinator::commands tell(const std::string& what, std::uint32_t first,
                                        std::uint32_t second) {
    if (what == "start") {
      attempt_.value += 1;
      return checkpoints_.on_attempt_started(attempt_, {{0}}, at(first)),
             checkpoint_coordinator::commands{};
    }
    if (what == "end") return checkpoints_.on_attempt_ended();
    if (what == "tick") return checkpoints_.on_tick(at(first));
    if (what == "ack") {
      const std::string file(1, "abc"[second]);
      return checkpoints_.on_acknowledged(attempt_, {first}, {second}, {.file = file});
    }
    if (what == "declined") {
      return checkpoints_.on_declined(attempt_, {first}, {second},
                                      {error_code::io_failure, "disk full"});
    }
    if (what == "drained") return checkpoints_.on_task_drained(attempt_, {first});
    if (what == "written") return checkpoints_.on_completed({first}, at(second));
    if (what == "unwritten") {
      return checkpoints_.on_not_completed({first}, {error_code::io_failure, "no rename"});
    }
    if (what == "final") return checkpoints_.request_final(at(first));
    if (what == "over") return checkpoints_.discard_completed();
    ADD_FAILURE() << "no such event: " << what;
    return {};
  }

  checkpoint_coordinator checkpoints_;
  attempt_number attempt_;
};

struct story_line {
  std::string event;
  std::string commands;
};

void expect_story(three_tasks job, const std::vector<story_line>& story) {
  for (const auto& line : story) {
    EXPECT_EQ(job.tell(line.event), line.commands) << "after " << line.event;
  }
}

TEST(CheckpointCoordinator, CompletesWhenEveryTaskHasAcknowledgedAndTheManifestIsWritten) {
  expect_story(three_tasks{}, {{"tick 0", ""},
                               {"start 0", ""},
                               {"tick 9", ""},
                               {"tick 10", "trigger 5 at 0"},
                               {"ack 5 1", ""},
                               {"ack 5 0", ""},
                               {"ack 5 1", ""},
                               {"ack 5 2", "write 5 of a b c"},
                               {"ack 5 2", ""},
                               {"written 5 13", "announce 5, completed 5 in 3s"},
                               {"written 5 13", ""},
                               {"tick 19", ""},
                               {"tick 20", "trigger 6 at 0"}});
}

TEST(CheckpointCoordinator, TakesOneAfterTheOther) {
  expect_story(three_tasks{}, {{"start 0", ""},
                               {"tick 10", "trigger 5 at 0"},
                               {"tick 20", ""},
                               {"ack 5 0", ""},
                               {"ack 5 1", ""},
                               {"ack 5 2", "write 5 of a b c"},
                               {"tick 30", ""},
                               {"written 5 31", "announce 5, completed 5 in 21s"},
                               {"tick 31", "trigger 6 at 0"}});
}

TEST(CheckpointCoordinator, PausesBetweenTheEndOfOneAndTheNext) {
  auto policy = every_ten_seconds();
  policy.min_pause = 8s;
  expect_story(three_tasks{policy}, {{"start 0", ""},
                                     {"tick 10", "trigger 5 at 0"},
                                     {"ack 5 0", ""},
                                     {"ack 5 1", ""},
                                     {"ack 5 2", "write 5 of a b c"},
                                     {"written 5 15", "announce 5, completed 5 in 5s"},
                                     {"tick 22", ""},
                                     {"tick 23", "trigger 6 at 0"}});
}

TEST(CheckpointCoordinator, GivesUpWhatIsDeclinedAndTriesAgainAtTheNextInterval) {
  expect_story(three_tasks{}, {{"start 0", ""},
                               {"tick 10", "trigger 5 at 0"},
                               {"ack 5 0", ""},
                               {"declined 5 0", ""},
                               {"declined 5 1", "failed: checkpoint 5: disk full, discard 5"},
                               {"ack 5 2", ""},
                               {"tick 19", ""},
                               {"tick 20", "trigger 6 at 0"}});
}

TEST(CheckpointCoordinator, GivesUpWhatTakesTooLong) {
  expect_story(three_tasks{},
               {{"start 0", ""},
                {"tick 10", "trigger 5 at 0"},
                {"ack 5 1", ""},
                {"tick 69", ""},
                {"tick 70",
                 "failed: checkpoint 5: 2 of 3 tasks have not acknowledged it within 1m "
                 "(execution.checkpointing.timeout), discard 5, trigger 6 at 0"}});
}

TEST(CheckpointCoordinator, DoesNotGiveUpWhoseManifestIsBeingWritten) {
  expect_story(three_tasks{}, {{"start 0", ""},
                               {"tick 10", "trigger 5 at 0"},
                               {"ack 5 0", ""},
                               {"ack 5 1", ""},
                               {"ack 5 2", "write 5 of a b c"},
                               {"declined 5 1", ""},
                               {"tick 500", ""},
                               {"end", ""},
                               {"written 5 501", "completed 5 in 8m11s"}});
}

TEST(CheckpointCoordinator, FailsWhenTheManifestCannotBeWritten) {
  expect_story(three_tasks{}, {{"start 0", ""},
                               {"tick 10", "trigger 5 at 0"},
                               {"unwritten 5", ""},
                               {"ack 5 0", ""},
                               {"ack 5 1", ""},
                               {"ack 5 2", "write 5 of a b c"},
                               {"written 4 11", ""},
                               {"unwritten 5", "failed: checkpoint 5: no rename, discard 5"},
                               {"tick 20", "trigger 6 at 0"}});
}

TEST(CheckpointCoordinator, FailsTheJobWhenTooManyFailInARow) {
  expect_story(
      three_tasks{},
      {{"start 0", ""},
       {"tick 10", "trigger 5 at 0"},
       {"declined 5 1", "failed: checkpoint 5: disk full, discard 5"},
       {"tick 20", "trigger 6 at 0"},
       {"declined 6 1", "failed: checkpoint 6: disk full, discard 6"},
       {"tick 30", "trigger 7 at 0"},
       {"declined 7 1",
        "failed: checkpoint 7: disk full, discard 7, fail the job: 3 checkpoints in a row failed "
        "(execution.checkpointing.tolerable-failed-checkpoints is 2): disk full"},
       {"tick 40", ""},
       {"end", ""},
       {"start 50", ""},
       {"tick 60", "trigger 8 at 0"},
       {"declined 8 1", "failed: checkpoint 8: disk full, discard 8"}});
}

TEST(CheckpointCoordinator, CountsOnlyFailuresInARow) {
  auto policy = every_ten_seconds();
  policy.tolerable_failed = 1;
  expect_story(three_tasks{policy},
               {{"start 0", ""},
                {"tick 10", "trigger 5 at 0"},
                {"declined 5 1", "failed: checkpoint 5: disk full, discard 5"},
                {"tick 20", "trigger 6 at 0"},
                {"ack 6 0", ""},
                {"ack 6 1", ""},
                {"ack 6 2", "write 6 of a b c"},
                {"written 6 21", "announce 6, completed 6 in 1s"},
                {"tick 30", "trigger 7 at 0"},
                {"declined 7 1", "failed: checkpoint 7: disk full, discard 7"}});
}

TEST(CheckpointCoordinator, TriggersTasksThatHaveDrainedDirectly) {
  expect_story(three_tasks{}, {{"start 0", ""},
                               {"drained 1", ""},
                               {"tick 10", "trigger 5 at 0 1"},
                               {"drained 2", "trigger 5 at 2"},
                               {"drained 2", ""},
                               {"drained 0", ""},
                               {"ack 5 2", ""},
                               {"ack 5 0", ""},
                               {"ack 5 1", "write 5 of a b c"},
                               {"written 5 11", "announce 5, completed 5 in 1s"},
                               {"tick 20", "trigger 6 at 0 1 2"}});
}

TEST(CheckpointCoordinator, DoesNotTriggerADrainedTaskThatHasAcknowledged) {
  expect_story(
      three_tasks{},
      {{"start 0", ""}, {"tick 10", "trigger 5 at 0"}, {"ack 5 1", ""}, {"drained 1", ""}});
}

TEST(CheckpointCoordinator, AbandonsWhatIsPendingWhenTheAttemptEnds) {
  expect_story(three_tasks{}, {{"start 0", ""},
                               {"drained 2", ""},
                               {"tick 10", "trigger 5 at 0 2"},
                               {"ack 5 0", ""},
                               {"end", "failed: checkpoint 5: attempt 1 has ended, discard 5"},
                               {"end", ""},
                               {"ack 5 1", ""},
                               {"drained 1", ""},
                               {"final 12", ""},
                               {"tick 20", ""},
                               {"start 30", ""},
                               {"tick 39", ""},
                               {"tick 40", "trigger 6 at 0"}});
}

TEST(CheckpointCoordinator, TakesTheFinalOneAtOnceAndNoneAfterIt) {
  expect_story(three_tasks{}, {{"start 0", ""},
                               {"drained 0", ""},
                               {"drained 1", ""},
                               {"drained 2", ""},
                               {"final 3", "trigger 5 at 0 1 2"},
                               {"final 3", ""},
                               {"ack 5 0", ""},
                               {"ack 5 1", ""},
                               {"ack 5 2", "write 5 of a b c"},
                               {"written 5 4", "announce the final 5, completed 5 in 1s"},
                               {"tick 100", ""},
                               {"final 100", ""}});
}

TEST(CheckpointCoordinator, TakesTheFinalOneAfterTheOneThatIsUnderWay) {
  auto policy = every_ten_seconds();
  policy.min_pause = 30s;
  expect_story(three_tasks{policy},
               {{"start 0", ""},
                {"tick 10", "trigger 5 at 0"},
                {"ack 5 0", ""},
                {"ack 5 1", ""},
                {"ack 5 2", "write 5 of a b c"},
                {"drained 0", ""},
                {"drained 1", ""},
                {"drained 2", ""},
                {"final 11", ""},
                {"written 5 12", "announce 5, completed 5 in 2s"},
                {"tick 12", "trigger 6 at 0 1 2"},
                {"declined 6 0", "failed: checkpoint 6: disk full, discard 6"},
                {"tick 21", ""},
                {"tick 22", "trigger 7 at 0 1 2"},
                {"ack 7 0", ""},
                {"ack 7 1", ""},
                {"ack 7 2", "write 7 of a b c"},
                {"written 7 22", "announce the final 7, completed 7 in 0s, discard 5"}});
}

TEST(CheckpointCoordinator, KeepsTheNewestCompletedOnes) {
  auto policy = every_ten_seconds();
  policy.retained = 2;
  three_tasks job{policy, {4}, {{2}, {3}, {9}}};
  EXPECT_EQ(job.checkpoints().last_completed(), checkpoint_id{9});
  expect_story(std::move(job),
               {{"start 0", ""},
                {"tick 10", "trigger 10 at 0"},
                {"ack 10 0", ""},
                {"ack 10 1", ""},
                {"ack 10 2", "write 10 of a b c"},
                {"written 10 11", "announce 10, completed 10 in 1s, discard 2, discard 3"},
                {"end", ""},
                {"over", "discard 9, discard 10"},
                {"over", ""}});
}

TEST(CheckpointCoordinator, IgnoresOtherAttemptsAndOtherCheckpoints) {
  checkpoint_coordinator checkpoints{every_ten_seconds(), 1, {}};
  checkpoints.on_attempt_started({7}, {{0}}, at(0));
  ASSERT_EQ(text_of(checkpoints.on_tick(at(10))), "trigger 1 at 0");
  for (const attempt_number other : {attempt_number{6}, attempt_number{8}}) {
    EXPECT_TRUE(checkpoints.on_acknowledged(other, {1}, {0}, {}).empty());
    EXPECT_TRUE(checkpoints.on_declined(other, {1}, {0}, {}).empty());
    EXPECT_TRUE(checkpoints.on_task_drained(other, {0}).empty());
  }
  for (const checkpoint_id other : {checkpoint_id{0}, checkpoint_id{2}}) {
    EXPECT_TRUE(checkpoints.on_acknowledged({7}, other, {0}, {}).empty());
    EXPECT_TRUE(checkpoints.on_declined({7}, other, {0}, {}).empty());
    EXPECT_TRUE(checkpoints.on_completed(other, at(11)).empty());
    EXPECT_TRUE(checkpoints.on_not_completed(other, {}).empty());
  }
  EXPECT_EQ(checkpoints.pending(), checkpoint_id{1});
}

TEST(CheckpointCoordinator, SaysWhenItWantsToBeToldTheTime) {
  checkpoint_coordinator checkpoints{every_ten_seconds(), 1, {}};
  EXPECT_EQ(checkpoints.next_tick(), std::nullopt);
  checkpoints.on_attempt_started({1}, {{0}}, at(5));
  EXPECT_EQ(checkpoints.next_tick(), at(15));
  ASSERT_FALSE(checkpoints.on_tick(at(16)).empty());
  EXPECT_EQ(checkpoints.next_tick(), at(76)) << "the timeout";
  ASSERT_FALSE(checkpoints.on_acknowledged({1}, {1}, {0}, {}).empty());
  EXPECT_EQ(checkpoints.next_tick(), std::nullopt) << "the manifest is being written";
  EXPECT_TRUE(checkpoints.is_manifest_being_written());
  ASSERT_FALSE(checkpoints.on_completed({1}, at(17)).empty());
  EXPECT_EQ(checkpoints.next_tick(), at(26));
  ASSERT_TRUE(checkpoints.on_attempt_ended().empty());
  EXPECT_EQ(checkpoints.next_tick(), std::nullopt);
}

TEST(CheckpointCoordinator, ReportsHowLargeAndHowSlowACheckpointWas) {
  checkpoint_coordinator checkpoints{every_ten_seconds(), 2, {}};
  checkpoints.on_attempt_started({1}, {{0}}, at(0));
  ASSERT_FALSE(checkpoints.on_tick(at(10)).empty());
  const snapshot_facts small{.file = "a", .bytes = 100, .alignment = 5ms};
  const snapshot_facts large{.file = "b", .bytes = 900, .alignment = 2ms};
  ASSERT_TRUE(checkpoints.on_acknowledged({1}, {1}, {0}, small).empty());
  const auto written = checkpoints.on_acknowledged({1}, {1}, {1}, large);
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(std::get<checkpoint_commands::write_manifest>(written[0]).tasks,
            (std::vector{small, large}));
  const auto completed = checkpoints.on_completed({1}, at(12));
  const auto& report = std::get<checkpoint_commands::report>(completed.at(1));
  EXPECT_EQ(report.took, 2s);
  EXPECT_EQ(report.bytes, 1000U);
  EXPECT_EQ(report.longest_alignment, 5ms);
}

TEST(CheckpointPolicy, IsTakenFromTheOptions) {
  job_options options;
  options.checkpoint_interval = 3s;
  options.retained_checkpoints = 7;
  const auto policy = checkpoint_policy_of(options);
  EXPECT_EQ(policy.interval, 3s);
  EXPECT_EQ(policy.timeout, 10min);
  EXPECT_EQ(policy.min_pause, 0s);
  EXPECT_EQ(policy.tolerable_failed, 3U);
  EXPECT_EQ(policy.retained, 7U);
}

}  // namespace
}  // namespace weir
