// SPDX-License-Identifier: Apache-2.0
// What happens to a job is in the next report of it.
#include "coordination/cluster/job_reporter.hpp"

#include <gtest/gtest.h>

#include "coordination/outcome_listener.hpp"

namespace weir {
namespace {

const processing_time now{std::chrono::seconds{5}};

class JobReporter : public ::testing::Test {
protected:
  std::vector<job_report> sent_;
  std::vector<listed_task> tasks_;
  std::vector<savepoint_answer> answers_;
  outcome_listener next_{nullptr};
  job_reporter reporter_{next_, [this](const full_report& report) {
                           sent_.push_back(report.job);
                           tasks_ = report.tasks;
                           answers_ = report.answers;
                         }};
};

TEST_F(JobReporter, TellsStatesAttemptsAndWhereItListens) {
  reporter_.on_state(job_state::deploying, {}, now);
  reporter_.on_listening("127.0.0.1:7");
  reporter_.on_state(job_state::running, {}, now);
  reporter_.on_progress({.records_read = 8, .records_written = 9}, now);
  ASSERT_EQ(sent_.size(), 4U);
  EXPECT_EQ(sent_[0].state, "deploying");
  EXPECT_EQ(sent_[3].state, "running");
  EXPECT_EQ(sent_[3].listens, "127.0.0.1:7");
  EXPECT_EQ(sent_[3].attempts, 1U);
  EXPECT_EQ(sent_[3].records_written, 9U);
  reporter_.on_state(job_state::finished, {}, now);
  EXPECT_EQ(next_.wait().totals.records_read, 8U);
}

TEST_F(JobReporter, TellsOfTasksWithTheProgressThatFollows) {
  const listed_task task{.name = "read (1/2)", .state = "running", .process = 2, .records_in = 9};
  reporter_.on_tasks({task});
  EXPECT_TRUE(sent_.empty());
  reporter_.on_progress({}, now);
  EXPECT_EQ(tasks_, std::vector{task});
}

TEST_F(JobReporter, TellsEachFailureOnce) {
  const error cause{error_code::internal, "it fell"};
  for (int attempt = 0; attempt < 2; ++attempt) {
    reporter_.on_state(job_state::failing, cause, now);
    reporter_.on_state(job_state::restarting, cause, now);
  }
  reporter_.on_state(job_state::failed, cause, now);
  EXPECT_EQ(sent_.back().failures, std::vector(2, failure_seen{event_time_of(now), "it fell"}));
  reporter_.on_state(job_state::failed, error{error_code::internal, "no slots"}, now);
  EXPECT_EQ(sent_.back().failures.front().cause, "no slots");
}

TEST_F(JobReporter, CountsCheckpointsAndSavepoints) {
  checkpoint_commands::report report;
  report.id = {7};
  report.bytes = 100;
  reporter_.on_checkpoint(report, now);
  report.cause = error{error_code::io_failure, "disk full"};
  reporter_.on_checkpoint(report, now);
  EXPECT_EQ(sent_.back().checkpoints, 1U);
  EXPECT_EQ(sent_.back().failed_checkpoints, 1U);
  EXPECT_EQ(sent_.back().last_checkpoint->id, 7U);
  reporter_.on_savepoint({.path = "/s/1", .cause = {}}, now);
  EXPECT_EQ(sent_.back().last_savepoint, "/s/1");
  reporter_.on_savepoint({.path = "", .cause = error{error_code::internal, "no"}}, now);
  EXPECT_EQ(sent_.back().savepoints, 2U);
  EXPECT_EQ(sent_.back().last_savepoint, "");
  EXPECT_EQ(sent_.back().savepoint_failure, "no");
}

TEST_F(JobReporter, TellsWhatHasBecomeOfSavepointsThatWereOrdered) {
  reporter_.on_ordered({.token = "1"});
  reporter_.on_ordered({.token = "2"});
  EXPECT_EQ(reporter_.next_order()->token, "1");
  EXPECT_FALSE(reporter_.next_order());
  EXPECT_TRUE(sent_.empty());
  reporter_.on_savepoint({.path = "/s/1", .cause = {}}, now);
  EXPECT_EQ(answers_, (std::vector<savepoint_answer>{{"1", "/s/1", ""}}));
  EXPECT_EQ(reporter_.next_order()->token, "2");
  reporter_.on_state(job_state::cancelled, {}, now);
  EXPECT_EQ(answers_.at(0).failure, "the job has ended before the savepoint: cancelled");
  // Whoever comes later is answered at once.
  const auto reports = sent_.size();
  reporter_.on_ordered({.token = "3"});
  EXPECT_EQ(sent_.size(), reports + 1);
  EXPECT_EQ(answers_.at(0).token, "3");
  reporter_.on_ordered({.token = "3"});
  EXPECT_EQ(sent_.size(), reports + 1);
}

}  // namespace
}  // namespace weir
