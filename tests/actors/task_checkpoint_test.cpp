// SPDX-License-Identifier: Apache-2.0
// When a task takes its snapshot, what is in it, and where its barrier goes.
#include <gtest/gtest.h>

#include "actors/task.hpp"
#include "tests/support/hosted_task.hpp"

namespace weir {
namespace {

using progress = task::progress;

class TaskCheckpoint : public hosted_task {
protected:
  TaskCheckpoint() { credit_window_ = 4; }

  // Remembers the sum of what it has seen.
  operator_hooks summing(number& sum) {
    operator_hooks hooks;
    hooks.process = [&sum](operator_context& context, std::uint32_t, record_batch& batch) {
      for (const auto n : numbers::of(batch).values) sum += n;
      context.ports[0]->emit(batch);
    };
    hooks.snapshot = [&sum](checkpoint_id, state_parts& parts) {
      parts["sum"] = std::to_string(sum);
    };
    return hooks;
  }
};

TEST_F(TaskCheckpoint, HoldsWhatCameBeforeTheBarriersAndNothingBehindThem) {
  number sum = 0;
  part_.map("sum", summing(sum)).enter(2).leave(0, partitioning::forward, 1);
  start();
  deliver_numbers(0, 1);
  deliver_barrier(0, 5);
  deliver_numbers(0, 100);
  deliver_numbers(1, 2);
  run();
  EXPECT_TRUE(snapshots_.empty());
  deliver_barrier(1, 5);
  deliver_numbers(1, 200);
  run();
  ASSERT_EQ(snapshots_.size(), 1U);
  EXPECT_EQ(snapshots_[0].checkpoint, checkpoint_id{5});
  ASSERT_EQ(snapshots_[0].operators.size(), 1U);
  EXPECT_EQ(snapshots_[0].operators[0].name, "sum");
  EXPECT_EQ(snapshots_[0].operators[0].parts.at("sum"), "3");
  EXPECT_EQ(sum, 303U);
  grant_all();
  run();
  EXPECT_EQ(sent_text(), "1 2 |5 100 200");
}

TEST_F(TaskCheckpoint, TakesASnapshotOfEveryOperatorOfItsChain) {
  number first = 0;
  number second = 0;
  part_.map("a", summing(first)).map("b", summing(second)).chain(0, 1).enter(1);
  part_.leave(1, partitioning::forward, 1);
  start();
  deliver_numbers(0, 7);
  deliver_barrier(0, 1);
  run();
  ASSERT_EQ(snapshots_.size(), 1U);
  ASSERT_EQ(snapshots_[0].operators.size(), 2U);
  EXPECT_EQ(snapshots_[0].operators[0].parts.at("sum"), "7");
  EXPECT_EQ(snapshots_[0].operators[1].parts.at("sum"), "7");
}

TEST_F(TaskCheckpoint, LetsASourceBeginIt) {
  number next = 0;
  operator_hooks source;
  source.poll = [&](operator_context& context) -> poll_result {
    emit_numbers(context, next++, 1);
    return {poll_result::kind::idle, processing_time{duration{1'000'000}}};
  };
  source.snapshot = [&](checkpoint_id, state_parts& parts) {
    parts["next"] = std::to_string(next);
  };
  part_.add("source", operator_kind::source, source).leave(0, partitioning::forward, 1);
  start();
  run();
  task_->trigger_checkpoint({3});
  run();
  task_->trigger_checkpoint({3});
  task_->trigger_checkpoint({2});
  run();
  ASSERT_EQ(snapshots_.size(), 1U) << "one that is over is not begun again";
  EXPECT_EQ(snapshots_[0].operators[0].parts.at("next"), "1");
  EXPECT_EQ(sent_text(), "0 |3");
}

// A source of one number a step, without end.
class StoppedTask : public TaskCheckpoint {
protected:
  StoppedTask() {
    operator_hooks source;
    source.poll = [this](operator_context& context) -> poll_result {
      emit_numbers(context, next_++, 1);
      return {poll_result::kind::idle, later_ + std::chrono::seconds{1}};
    };
    source.on_checkpoint_completed = [this](checkpoint_id id) {
      committed_ += std::to_string(id.value);
    };
    part_.add("source", operator_kind::source, source).leave(0, partitioning::forward, 1);
    start();
  }
  // Far enough that the source is asked again.
  progress run_on() {
    later_ += std::chrono::seconds{2};
    auto made = task_->step(later_);
    while (made == progress::made) made = task_->step(later_);
    grant_all();
    return task_->step(later_);
  }

  number next_ = 0;
  std::string committed_;
  processing_time later_{};
};

TEST_F(StoppedTask, ReadsNothingBehindTheCheckpointUntilItResumes) {
  run_on();
  task_->trigger_checkpoint({3}, true);
  EXPECT_EQ(run_on(), progress::waiting_for_input);
  run_on();
  EXPECT_EQ(sent_text(), "0 |3");
  task_->resume_reading({2});
  run_on();
  EXPECT_EQ(sent_text(), "0 |3") << "it was another one that stopped it";
  task_->resume_reading({3});
  run_on();
  EXPECT_EQ(sent_text(), "0 |3 1");
}

TEST_F(StoppedTask, DoesNotStopIfItIsResumedBeforeItsSnapshot) {
  task_->trigger_checkpoint({3}, true);
  task_->resume_reading({3});
  run_on();
  EXPECT_EQ(sent_text(), "|3 0");
}

TEST_F(StoppedTask, ReadsOnBehindTheNextCheckpoint) {
  task_->trigger_checkpoint({3}, true);
  run_on();
  task_->trigger_checkpoint({4});
  run_on();
  EXPECT_EQ(sent_text(), "|3 |4 0");
}

TEST_F(StoppedTask, CommitsTheCheckpointAndEndsWithoutHavingDrained) {
  task_->trigger_checkpoint({3}, true);
  run_on();
  EXPECT_EQ(task_->stop({3}), progress::finished);
  EXPECT_EQ(run_on(), progress::finished);
  EXPECT_EQ(committed_, "3");
  EXPECT_EQ(sent_text(), "|3") << "no end of the stream";
}

TEST_F(StoppedTask, EndsItsStreamWhenItsInputIsOver) {
  run_on();
  task_->end_input();
  EXPECT_EQ(run_on(), progress::drained);
  EXPECT_EQ(sent_text(), "0 end");
  task_->trigger_checkpoint({3});
  EXPECT_EQ(run_on(), progress::drained);
  EXPECT_EQ(snapshots_.size(), 1U);
}

TEST_F(TaskCheckpoint, WaitsForTheBarriersEvenIfTheCoordinatorTriggersIt) {
  part_.map("map").enter(1).leave(0, partitioning::forward, 1);
  start();
  task_->trigger_checkpoint({1});
  run();
  EXPECT_TRUE(snapshots_.empty());
  deliver_barrier(0, 1);
  run();
  EXPECT_EQ(snapshots_.size(), 1U);
  EXPECT_EQ(sent_text(), "|1");
}

TEST_F(TaskCheckpoint, TakesPartWithoutBarriersOnceItHasDrained) {
  part_.map("map").enter(1).leave(0, partitioning::forward, 1);
  start();
  task_->trigger_checkpoint({1});
  deliver_numbers(0, 1);
  deliver_end(0);
  EXPECT_EQ(run(), progress::drained);
  EXPECT_EQ(snapshots_.size(), 1U) << "it was triggered before it had drained";
  task_->trigger_checkpoint({2});
  EXPECT_EQ(run(), progress::drained);
  EXPECT_EQ(snapshots_.size(), 2U);
  EXPECT_EQ(sent_text(), "1 end") << "nobody waits for a barrier behind the end";
}

TEST_F(TaskCheckpoint, PassesOnWhatItIsBasedOn) {
  part_.map("map").enter(1).leave(0, partitioning::forward, 1);
  start();
  frame sent;
  sent.barrier = checkpoint_id{5};
  sent.base = {checkpoint_id{3}, true};
  deliver(0, std::move(sent));
  run();
  ASSERT_EQ(snapshots_.size(), 1U);
  EXPECT_EQ(snapshots_[0].base, (snapshot_base{checkpoint_id{3}, true}));
  EXPECT_EQ(sent_[0].content.base, (snapshot_base{checkpoint_id{3}, true}));
  deliver_end(0);
  grant_all();
  run();
  task_->trigger_checkpoint({6}, false, {5});
  run();
  ASSERT_EQ(snapshots_.size(), 2U);
  EXPECT_EQ(snapshots_[1].base, (snapshot_base{checkpoint_id{5}}));
}

TEST_F(TaskCheckpoint, ComesAfterWhatIsDue) {
  int slices = 0;
  operator_hooks hooks;
  hooks.advance_to = [&](operator_context& context, event_time) {
    emit_numbers(context, static_cast<number>(slices), 1);
    return ++slices == 3;
  };
  part_.map("window", hooks).enter(1).leave(0, partitioning::forward, 1);
  start();
  frame sent;
  sent.watermark = time_of_number(1);
  sent.barrier = checkpoint_id{1};
  deliver(0, std::move(sent));
  run();
  EXPECT_EQ(sent_text(), "0 1 2 |1");
}

TEST_F(TaskCheckpoint, TellsItsOperatorsThatItHasCompleted) {
  std::string diary;
  operator_hooks hooks;
  hooks.on_checkpoint_completed = [&](checkpoint_id id) { diary += std::to_string(id.value); };
  part_.map("a", hooks).map("b", hooks).chain(0, 1).enter(1);
  start();
  EXPECT_EQ(task_->on_checkpoint_completed({4}), progress::made);
  EXPECT_EQ(diary, "44");
}

TEST_F(TaskCheckpoint, FailsWhenAnOperatorCannotTakePartOrCommit) {
  operator_hooks hooks;
  hooks.snapshot = [](checkpoint_id, state_parts&) {
    throw task_failure{{error_code::io_failure, "sync out: Input/output error"}};
  };
  hooks.on_checkpoint_completed = [](checkpoint_id) { throw std::runtime_error{"no"}; };
  part_.add("sink", operator_kind::sink, hooks).enter(1);
  start();
  deliver_barrier(0, 9);
  EXPECT_EQ(run(), progress::failed);
  EXPECT_EQ(task_->failure().message,
            "snapshot for checkpoint 9: operator sink: sync out: Input/output error");
  start();
  EXPECT_EQ(task_->on_checkpoint_completed({9}), progress::failed);
  EXPECT_EQ(task_->failure().message, "commit checkpoint 9: operator sink: threw: no");
}

}  // namespace
}  // namespace weir
