// SPDX-License-Identifier: Apache-2.0
// The end of a task: drained, it waits until the whole job has drained, and commits.
#include <stdexcept>

#include <gtest/gtest.h>

#include "actors/task.hpp"
#include "tests/support/hosted_task.hpp"

namespace weir {
namespace {

using progress = task::progress;

class TaskCommit : public hosted_task {};

TEST_F(TaskCommit, HasDrainedOnlyWhenTheEndHasLeft) {
  part_.map("map").enter(1).leave(0, partitioning::forward, 1);
  start();
  for (number n = 0; n < credit_window_; ++n) {
    deliver_numbers(0, n, records_per_batch<number>());
    ASSERT_EQ(run(), progress::waiting_for_input);
  }
  deliver_end(0);
  EXPECT_EQ(run(), progress::waiting_for_credit);
  grant_all();
  EXPECT_EQ(run(), progress::drained);
  EXPECT_TRUE(sent_.back().content.end);
}

TEST_F(TaskCommit, FailsWhenCommittingOrClosingDoes) {
  for (const bool closing : {false, true}) {
    operator_hooks hooks;
    hooks.commit = [=] {
      if (!closing) throw task_failure{{error_code::io_failure, "rename out.csv: disk full"}};
    };
    hooks.close = [=](bool failed) {
      if (!failed) throw std::runtime_error{"disk full"};
    };
    part_ = {};
    part_.add("sink", operator_kind::sink, hooks).enter(1);
    start();
    deliver_end(0);
    ASSERT_EQ(run(), progress::drained);
    EXPECT_EQ(task_->commit(), progress::failed);
    EXPECT_EQ(task_->failure().message, closing ? "operator sink: threw: disk full"
                                                : "operator sink: rename out.csv: disk full");
    EXPECT_EQ(task_->commit(), progress::failed);
  }
}

TEST_F(TaskCommit, RefusesToCommitWhatIsNotWhole) {
  bool committed = false;
  operator_hooks hooks;
  hooks.commit = [&] { committed = true; };
  part_.add("sink", operator_kind::sink, hooks).enter(1);
  start();
  deliver_numbers(0, 1);
  run();
  EXPECT_EQ(task_->commit(), progress::failed);
  EXPECT_EQ(task_->failure().message, "was told to commit before it had handled all its input");
  EXPECT_FALSE(committed);
}

TEST_F(TaskCommit, AbandonsWhatItDoesNotCommit) {
  std::string diary;
  operator_hooks hooks;
  hooks.close = [&](bool failed) { diary += failed ? "abandoned" : "closed"; };
  part_.add("sink", operator_kind::sink, hooks).enter(1);
  start();
  deliver_end(0);
  ASSERT_EQ(run(), progress::drained);
  task_.reset();
  EXPECT_EQ(diary, "abandoned");
}

}  // namespace
}  // namespace weir
