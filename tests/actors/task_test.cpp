// SPDX-License-Identifier: Apache-2.0
// The step loop of a task: back-pressure, the order of events, waiting, failing and ending.
#include "actors/task.hpp"

#include <gtest/gtest.h>

#include "tests/support/hosted_task.hpp"

namespace weir {
namespace {

using progress = task::progress;

constexpr std::uint32_t window = 2;
const std::size_t full = records_per_batch<number>();

processing_time at(std::int64_t micros) { return processing_time{duration{micros}}; }

class Task : public hosted_task {
protected:
  // A source that emits one full batch for each poll, and counts the polls.
  operator_hooks busy_source() {
    operator_hooks hooks;
    hooks.poll = [this](operator_context& context) -> poll_result {
      emit_numbers(context, 0, full);
      ++polls_;
      return {poll_result::kind::more, {}};
    };
    return hooks;
  }

  int polls_ = 0;
};

TEST_F(Task, DoesNotStartItsNextEventWhileItsOutputWaitsForCredit) {
  part_.add("source", operator_kind::source, busy_source());
  part_.leave(0, partitioning::forward, 1);
  start();
  EXPECT_EQ(run(), progress::waiting_for_credit);
  EXPECT_EQ(sent_.size(), window);
  EXPECT_EQ(polls_, 3);
  EXPECT_EQ(run(), progress::waiting_for_credit);
  EXPECT_EQ(polls_, 3);
}

TEST_F(Task, GoesOnAsSoonAsCreditCoversWhatItHolds) {
  part_.add("source", operator_kind::source, busy_source());
  part_.leave(0, partitioning::forward, 1);
  start();
  ASSERT_EQ(run(), progress::waiting_for_credit);
  grant_all();
  EXPECT_EQ(step(), progress::made);
  EXPECT_EQ(run(), progress::waiting_for_credit);
  EXPECT_EQ(sent_.size(), 2 * window);
  EXPECT_EQ(polls_, 5);
}

TEST_F(Task, HoldsNoMoreThanTheOutputOfOneEvent) {
  operator_hooks exploding;
  exploding.process = [](operator_context& context, std::uint32_t, record_batch&) {
    for (int i = 0; i < 10; ++i) emit_numbers(context, 0, full);
  };
  part_.map("explode", exploding).enter(1).leave(0, partitioning::forward, 1);
  start();
  deliver_numbers(0, 0);
  deliver_numbers(0, 1);
  std::size_t most = 0;
  for (int rounds = 0; rounds < 100; ++rounds) {
    const auto before = sent_.size();
    const auto made = run();
    most = std::max(most, sent_.size() - before);
    if (made == progress::waiting_for_input) break;
    grant_all();
  }
  EXPECT_EQ(sent_.size(), 20U);
  EXPECT_LE(most, window);
}

TEST_F(Task, StopsGrantingCreditWhileItIsBlocked) {
  operator_hooks exploding;
  exploding.process = [](operator_context& context, std::uint32_t, record_batch&) {
    for (int i = 0; i < 3; ++i) emit_numbers(context, 0, full);
  };
  part_.map("explode", exploding).enter(1).leave(0, partitioning::forward, 1);
  start();
  deliver_numbers(0, 0);
  deliver_numbers(0, 1);
  EXPECT_EQ(run(), progress::waiting_for_credit);
  EXPECT_EQ(task_->inputs().channel_count(), 1U);
  ASSERT_EQ(grants_.size(), 1U);
  EXPECT_EQ(grants_[0].limit, 1U + window);
  EXPECT_EQ(run(), progress::waiting_for_credit);
  EXPECT_EQ(grants_.size(), 1U);
}

TEST_F(Task, HandlesRecordsWatermarksAndEndsInTheOrderTheyCame) {
  std::string diary;
  operator_hooks hooks;
  hooks.process = [&](operator_context&, std::uint32_t, record_batch& batch) {
    diary += "batch " + std::to_string(numbers::of(batch).values.front()) + ", ";
  };
  hooks.advance_to = [&](operator_context&, event_time watermark) {
    diary += watermark == end_of_time ? "time end, " : "time, ";
    return true;
  };
  hooks.finish = [&](operator_context&) {
    diary += "finish, ";
    return true;
  };
  hooks.commit = [&] { diary += "commit, "; };
  hooks.close = [&](bool failed) { diary += failed ? "abandon" : "close"; };
  part_.add("sink", operator_kind::sink, hooks).enter(1);
  start();
  deliver_numbers(0, 1);
  deliver_watermark(0, 1);
  EXPECT_EQ(run(), progress::waiting_for_input);
  deliver_numbers(0, 2);
  deliver_end(0);
  EXPECT_EQ(run(), progress::drained);
  EXPECT_EQ(diary, "batch 1, time, batch 2, time end, finish, ");
  EXPECT_EQ(step(), progress::drained);
  EXPECT_EQ(task_->commit(), progress::finished);
  EXPECT_EQ(diary, "batch 1, time, batch 2, time end, finish, commit, close");
  EXPECT_EQ(step(), progress::finished);
}

TEST_F(Task, PassesIdlenessOn) {
  part_.map("map").enter(1).leave(0, partitioning::forward, 1);
  start();
  frame idle;
  idle.idle = true;
  deliver(0, std::move(idle));
  run();
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].content.idle, std::optional<bool>{true});
}

TEST_F(Task, TellsATwoInputOperatorWhichInputABatchCameFrom) {
  std::vector<std::uint32_t> inputs;
  operator_hooks hooks;
  hooks.process = [&](operator_context&, std::uint32_t input, record_batch&) {
    inputs.push_back(input);
  };
  part_.add("join", operator_kind::sink, hooks).enter(2, 0).enter(1, 1);
  start();
  for (std::uint32_t channel = 0; channel < 3; ++channel) deliver_numbers(channel, 0);
  run();
  EXPECT_EQ(inputs, (std::vector<std::uint32_t>{0, 0, 1}));
}

TEST_F(Task, AdvancesEventTimeInSlicesThatDrainInBetween) {
  int slices = 0;
  operator_hooks hooks;
  hooks.advance_to = [&](operator_context& context, event_time) {
    emit_numbers(context, 0, full);
    return ++slices == 6;
  };
  part_.map("window", hooks).enter(1).leave(0, partitioning::forward, 1);
  start();
  deliver_watermark(0, 5);
  deliver_numbers(0, 6);
  EXPECT_EQ(run(), progress::waiting_for_credit);
  EXPECT_EQ(slices, 3);
  grant_all();
  EXPECT_EQ(run(), progress::waiting_for_credit);
  EXPECT_EQ(slices, 5);
  grant_all();
  EXPECT_EQ(run(), progress::waiting_for_input);
  EXPECT_EQ(slices, 6);
}

TEST_F(Task, WakesUpForTheTimersOfItsOperators) {
  std::optional<processing_time> timer = at(30);
  operator_hooks hooks;
  hooks.next_processing_timer = [&] { return timer; };
  hooks.on_processing_time = [&](operator_context&, processing_time) {
    timer.reset();
    return true;
  };
  part_.map("timeout", hooks).enter(1).leave(0, partitioning::forward, 1);
  start();
  EXPECT_EQ(run(10), progress::waiting_for_input);
  EXPECT_EQ(task_->wake_at(), at(30));
  EXPECT_EQ(run(30), progress::waiting_for_input);
  EXPECT_FALSE(timer);
  EXPECT_EQ(task_->wake_at(), std::nullopt);
}

TEST_F(Task, AsksAnIdleSourceAgainWhenItSaidAndNotBefore) {
  int polls = 0;
  operator_hooks hooks;
  hooks.poll = [&](operator_context&) -> poll_result {
    ++polls;
    return {poll_result::kind::idle, at(50)};
  };
  part_.add("source", operator_kind::source, hooks).leave(0, partitioning::forward, 1);
  start();
  EXPECT_EQ(run(10), progress::waiting_for_input);
  EXPECT_EQ(task_->wake_at(), at(50));
  EXPECT_EQ(run(49), progress::waiting_for_input);
  EXPECT_EQ(polls, 1);
  EXPECT_EQ(step(50), progress::made);
  EXPECT_EQ(polls, 2);
}

TEST_F(Task, FailsWithTheNameOfTheOperator) {
  operator_hooks hooks;
  hooks.process = [](operator_context&, std::uint32_t, record_batch&) {
    throw std::runtime_error{"not a number"};
  };
  part_.map("map").add("parse", operator_kind::sink, hooks).chain(0, 1).enter(1);
  start();
  deliver_numbers(0, 1);
  EXPECT_EQ(run(), progress::failed);
  EXPECT_EQ(task_->failure().message, "operator parse: threw: not a number");
  EXPECT_EQ(step(), progress::failed);
}

TEST_F(Task, FailsWhenItsSourceDoes) {
  operator_hooks hooks;
  hooks.poll = [](operator_context&) -> poll_result {
    throw task_failure{{error_code::malformed_record, "line 7: no comma"}};
  };
  part_.add("flights.csv", operator_kind::source, hooks).leave(0, partitioning::forward, 1);
  start();
  EXPECT_EQ(run(), progress::failed);
  EXPECT_EQ(task_->failure().code, error_code::malformed_record);
  EXPECT_EQ(task_->failure().message, "operator flights.csv: line 7: no comma");
}

TEST_F(Task, RefusesAFrameBehindAGap) {
  part_.add("sink", operator_kind::sink).enter(1);
  start();
  frame late;
  late.sequence = 2;
  const auto refused = task_->deliver({0}, std::move(late));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().message,
            "input channel 0: expected frame 1 but frame 2 arrived: frames were lost on the way");
}

TEST_F(Task, ClosesItsOperatorsAsFailedWhenAbandoned) {
  std::string diary;
  operator_hooks hooks;
  hooks.close = [&](bool failed) { diary += failed ? "abandoned" : "closed"; };
  part_.add("sink", operator_kind::sink, hooks).enter(1);
  start();
  task_->abandon();
  task_.reset();
  EXPECT_EQ(diary, "abandoned");
}

TEST_F(Task, AnnouncesThePresentLimitOfEveryChannel) {
  part_.add("sink", operator_kind::sink).enter(2);
  start();
  deliver_numbers(1, 0);
  run();
  grants_.clear();
  task_->announce_credit();
  ASSERT_EQ(grants_.size(), 2U);
  EXPECT_EQ(grants_[0].limit, 0U + window);
  EXPECT_EQ(grants_[1].limit, 1U + window);
}

TEST_F(Task, ReportsWhatItsSourceReadAndItsSinksWrote) {
  operator_hooks source;
  source.poll = [](operator_context& context) -> poll_result {
    context.counters.records_out += 5;
    context.counters.skipped += 1;
    emit_numbers(context, 0, 5);
    return {poll_result::kind::ended, {}};
  };
  operator_hooks sink;
  sink.process = [](operator_context& context, std::uint32_t, record_batch& batch) {
    context.counters.records_in += batch.size();
    context.counters.late_dropped += 2;
  };
  part_.add("source", operator_kind::source, source);
  part_.add("sink", operator_kind::sink, sink).chain(0, 1);
  start();
  EXPECT_EQ(run(), progress::drained);
  const auto report = task_->report();
  EXPECT_TRUE(report.is_source);
  EXPECT_TRUE(report.is_sink);
  EXPECT_EQ(report.records_in, 5U);
  EXPECT_EQ(report.records_written, 5U);
  EXPECT_EQ(report.skipped, 1U);
  EXPECT_EQ(report.late_dropped, 2U);
  EXPECT_EQ(report.watermark, end_of_time);
}

}  // namespace
}  // namespace weir
