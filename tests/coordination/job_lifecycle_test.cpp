// SPDX-License-Identifier: Apache-2.0
// The life of a job, as a table of what happens to it, and its invariants under random events.
#include "coordination/job_lifecycle.hpp"

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr attempt_number first{1};

std::string text_of(const lifecycle_command& command) {
  struct {
    std::string operator()(const deploy_tasks&) { return "deploy"; }
    std::string operator()(const connect_tasks&) { return "connect"; }
    std::string operator()(const commit_tasks&) { return "commit"; }
    std::string operator()(const cancel_tasks&) { return "cancel"; }
    std::string operator()(const report_state& fact) {
      std::string text{to_string(fact.state)};
      return fact.cause ? text + "(" + fact.cause->message + ")" : text;
    }
  } writer;
  return std::visit(writer, command);
}

std::string text_of(const job_lifecycle::commands& commands) {
  std::string text;
  for (const auto& each : commands) text += (text.empty() ? "" : ", ") + text_of(each);
  return text;
}

error failure(std::string message) { return {error_code::internal, std::move(message)}; }

// A job of two tasks, driven by words: "slots", "deployed 0", "failed 1", ...
class two_tasks {
public:
  std::string tell(const std::string& event) {
    const auto space = event.find(' ');
    const auto what = event.substr(0, space);
    task_index task;
    if (space != std::string::npos) {
      task.value = static_cast<std::uint32_t>(std::stoul(event.substr(space)));
    }
    if (what == "slots") return text_of(job_.on_slots_available());
    if (what == "nothing") return text_of(job_.on_nothing_deployed(first, failure("no file")));
    if (what == "deployed") return text_of(job_.on_task_deployed(first, task));
    if (what == "started") return text_of(job_.on_task_started(first, task));
    if (what == "drained") return text_of(job_.on_task_drained(first, task));
    if (what == "finished") return text_of(job_.on_task_finished(first, task));
    if (what == "failed") return text_of(job_.on_task_failed(first, task, failure("bug")));
    if (what == "lost") return text_of(job_.on_task_lost(first, task, failure("gone")));
    if (what == "cancelled") return text_of(job_.on_task_cancelled(first, task));
    if (what == "error") return text_of(job_.on_job_failed(failure("timeout")));
    if (what == "stop") return text_of(job_.on_cancel());
    ADD_FAILURE() << "no such event: " << event;
    return {};
  }
  job_lifecycle& job() { return job_; }

private:
  job_lifecycle job_{2};
};

struct story_line {
  std::string event;
  std::string commands;
};

void expect_story(const std::vector<story_line>& story) {
  two_tasks job;
  for (const auto& line : story) {
    EXPECT_EQ(job.tell(line.event), line.commands) << "after " << line.event;
  }
}

TEST(JobLifecycle, RunsFromSlotsToTheEnd) {
  expect_story({{"slots", "deploying, deploy"},
                {"deployed 0", ""},
                {"deployed 1", "connect"},
                {"started 1", ""},
                {"started 0", "running"},
                {"drained 1", ""},
                {"drained 0", "finishing, commit"},
                {"finished 0", ""},
                {"finished 1", "finished"}});
}

TEST(JobLifecycle, CommitsNothingUnlessEveryTaskHasDrained) {
  expect_story({{"slots", "deploying, deploy"},
                {"started 0", ""},
                {"started 1", "running"},
                {"drained 0", ""},
                {"failed 1", "failing(bug), cancel"},
                {"drained 1", ""},
                {"cancelled 0", "failed(bug)"}});
}

TEST(JobLifecycle, FailsWhenATaskCannotCommit) {
  expect_story({{"slots", "deploying, deploy"},
                {"started 0", ""},
                {"started 1", "running"},
                {"drained 0", ""},
                {"drained 1", "finishing, commit"},
                {"finished 1", ""},
                {"failed 0", "failing(bug), cancel, failed(bug)"}});
}

TEST(JobLifecycle, FailsWithTheFirstCauseOnceEveryTaskIsGone) {
  expect_story({{"slots", "deploying, deploy"},
                {"deployed 0", ""},
                {"deployed 1", "connect"},
                {"started 0", ""},
                {"started 1", "running"},
                {"failed 0", "failing(bug), cancel"},
                {"lost 1", "failed(bug)"}});
}

TEST(JobLifecycle, FailsWhileItIsBeingDeployed) {
  expect_story({{"slots", "deploying, deploy"},
                {"deployed 0", ""},
                {"lost 1", "failing(gone), cancel"},
                {"cancelled 0", "failed(gone)"}});
}

TEST(JobLifecycle, FailsAtOnceWhenNothingCouldBeDeployed) {
  expect_story({{"slots", "deploying, deploy"}, {"nothing", "failing(no file), failed(no file)"}});
}

TEST(JobLifecycle, WaitsForDeployedTasksWhenTheJobItselfFails) {
  expect_story({{"slots", "deploying, deploy"},
                {"deployed 0", ""},
                {"error", "failing(timeout), cancel"},
                {"cancelled 0", ""},
                {"cancelled 1", "failed(timeout)"}});
}

TEST(JobLifecycle, FailsAtOnceWithoutSlots) {
  expect_story({{"error", "failing(timeout), failed(timeout)"}, {"slots", ""}});
}

TEST(JobLifecycle, IsCancelledOnceEveryTaskIsGone) {
  expect_story({{"slots", "deploying, deploy"},
                {"stop", "cancelling, cancel"},
                {"stop", ""},
                {"cancelled 0", ""},
                {"cancelled 1", "cancelled"}});
}

TEST(JobLifecycle, IsCancelledAtOnceBeforeItIsDeployed) {
  expect_story({{"stop", "cancelling, cancelled"}, {"slots", ""}, {"stop", ""}});
}

TEST(JobLifecycle, IsCancelledEvenIfATaskFailsOnTheWay) {
  expect_story({{"slots", "deploying, deploy"},
                {"stop", "cancelling, cancel"},
                {"failed 0", ""},
                {"error", ""},
                {"lost 1", "cancelled"}});
}

TEST(JobLifecycle, CommitsNothingOnceItIsCancelled) {
  expect_story({{"slots", "deploying, deploy"},
                {"started 0", ""},
                {"started 1", "running"},
                {"drained 0", ""},
                {"stop", "cancelling, cancel"},
                {"drained 1", ""},
                {"cancelled 0", ""},
                {"cancelled 1", "cancelled"}});
}

TEST(JobLifecycle, CannotBeCancelledWhileItCommits) {
  expect_story({{"slots", "deploying, deploy"},
                {"started 0", ""},
                {"started 1", "running"},
                {"drained 0", ""},
                {"drained 1", "finishing, commit"},
                {"stop", ""},
                {"finished 0", ""},
                {"finished 1", "finished"}});
}

TEST(JobLifecycle, CannotBeCancelledWhileItFails) {
  expect_story({{"slots", "deploying, deploy"},
                {"failed 0", "failing(bug), cancel"},
                {"stop", ""},
                {"finished 1", "failed(bug)"}});
}

TEST(JobLifecycle, TakesATaskThatEndsUnaskedAsAFailure) {
  expect_story(
      {{"slots", "deploying, deploy"}, {"cancelled 0", "failing(a task was told to end), cancel"}});
}

TEST(JobLifecycle, CountsATaskThatIsGoneOnce) {
  expect_story({{"slots", "deploying, deploy"},
                {"failed 0", "failing(bug), cancel"},
                {"lost 0", ""},
                {"finished 0", ""},
                {"cancelled 1", "failed(bug)"}});
}

TEST(JobLifecycle, ConnectsOnlyWhileItIsBeingDeployed) {
  expect_story({{"slots", "deploying, deploy"},
                {"failed 0", "failing(bug), cancel"},
                {"deployed 0", ""},
                {"deployed 1", ""}});
}

TEST(JobLifecycle, IgnoresWhatAnotherAttemptReports) {
  job_lifecycle job{1};
  ASSERT_EQ(text_of(job.on_slots_available()), "deploying, deploy");
  EXPECT_EQ(job.attempt(), first);
  for (const attempt_number other : {attempt_number{0}, attempt_number{2}}) {
    EXPECT_TRUE(job.on_task_deployed(other, {0}).empty());
    EXPECT_TRUE(job.on_task_started(other, {0}).empty());
    EXPECT_TRUE(job.on_task_drained(other, {0}).empty());
    EXPECT_TRUE(job.on_task_finished(other, {0}).empty());
    EXPECT_TRUE(job.on_task_failed(other, {0}, failure("old")).empty());
    EXPECT_TRUE(job.on_task_lost(other, {0}, failure("old")).empty());
    EXPECT_TRUE(job.on_task_cancelled(other, {0}).empty());
    EXPECT_TRUE(job.on_nothing_deployed(other, failure("old")).empty());
  }
  EXPECT_EQ(job.state(), job_state::deploying);
}

TEST(JobLifecycle, NamesEveryState) {
  const std::vector<std::string_view> names{"created",   "deploying", "running",
                                            "finishing", "failing",   "cancelling",
                                            "finished",  "failed",    "cancelled"};
  for (std::size_t n = 0; n < names.size(); ++n) {
    EXPECT_EQ(to_string(static_cast<job_state>(n)), names[n]);
  }
}

// Invariants 1, 3, 4 and 5 of the header, whatever happens in whatever order.
TEST(JobLifecycle, KeepsItsInvariantsUnderRandomEvents) {
  const std::vector<std::string> events{"deployed 0", "deployed 1",  "started 0", "started 1",
                                        "drained 0",  "drained 1",   "drained 0", "drained 1",
                                        "finished 0", "finished 1",  "failed 0",  "failed 1",
                                        "lost 0",     "cancelled 0", "error",     "stop",
                                        "started 0",  "started 1",   "lost 1",    "cancelled 1"};
  for (const auto seed : seeds_for(2000)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_numbers random{seed};
    two_tasks job;
    job.tell("slots");
    std::set<char> drained;
    std::set<char> gone;
    std::optional<error> cause;
    for (int i = 0; i < 40; ++i) {
      const auto& event = events[random.below(events.size())];
      const bool was_final = is_final(job.job().state());
      const auto commands = job.tell(event);
      ASSERT_TRUE(!was_final || commands.empty()) << event;
      for (const char* end : {"finished", "failed", "lost", "cancelled"}) {
        if (event.starts_with(end)) gone.insert(event.back());
      }
      if (event.starts_with("drained")) drained.insert(event.back());
      if (commands.find("commit") != std::string::npos) {
        ASSERT_EQ(drained.size(), 2U) << event;
        ASSERT_FALSE(cause) << event;
      }
      const auto state = job.job().state();
      ASSERT_TRUE(!is_final(state) || gone.size() == 2) << event;
      ASSERT_TRUE(!cause || cause == job.job().cause()) << event;
      cause = job.job().cause();
      ASSERT_TRUE(state != job_state::failed || cause) << event;
    }
    for (const char* rest : {"cancelled 0", "cancelled 1"}) job.tell(rest);
    EXPECT_TRUE(is_final(job.job().state()));
  }
}

}  // namespace
}  // namespace weir
