// SPDX-License-Identifier: Apache-2.0
// The sink operator: writes, prepares, commits with a checkpoint or the job, recovers, abandons
// what is not complete.
#include "api/operators/sink.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/former_operator.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

// Writes down what is asked of the writer: "write 2, prepare".
struct journal {
  std::string entries;
  std::string failing_call;
  int prepared = 0;
  sink_context opened = {};
  std::optional<processing_time> timer = {};  // None: the writer has no use for time.

  status note(const std::string& call, const std::string& text) {
    entries += entries.empty() ? text : ", " + text;
    if (call == failing_call) return error{error_code::io_failure, call + " out.csv: disk full"};
    return {};
  }
};

class journal_writer final : public sink_writer<int> {
public:
  explicit journal_writer(journal& to) : to_{to} {}
  status on_time(processing_time now) override {
    if (!to_.timer) return {};
    if (*to_.timer <= now) to_.timer.reset();
    return to_.note("time", "time " + to_string(now.time_since_epoch()));
  }
  std::optional<processing_time> next_timer() const override { return to_.timer; }
  status write(batch_of<int>& batch) override {
    const std::string count = std::to_string(batch.size());
    batch.clear();
    has_written_ = true;
    return to_.note("write", "write " + count);
  }
  result<std::string> prepare() override {
    if (auto noted = to_.note("prepare", "prepare"); !noted) return noted.failure();
    if (!std::exchange(has_written_, false)) return std::string{};
    return "#" + std::to_string(++to_.prepared);
  }
  status commit(const std::string& prepared) override {
    return to_.note("commit", "commit " + prepared);
  }
  status recover(const std::vector<std::string>& prepared) override {
    std::string all;
    for (const auto& each : prepared) all += each;
    return to_.note("recover", "recover [" + all + "]");
  }
  void abandon() override { static_cast<void>(to_.note("abandon", "abandon")); }

private:
  journal& to_;
  bool has_written_ = false;
};

struct journal_sink {
  journal* to;
  std::string name() const { return "journal"; }
  template <class T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context& context) const {
    to->opened = context;
    if (auto opened = to->note("open", "open"); !opened) return opened.failure();
    return std::unique_ptr<sink_writer<T>>{std::make_unique<journal_writer>(*to)};
  }
};

class SinkOperator : public testing::Test {
protected:
  auto harness() {
    return std::make_unique<operator_harness<int, int>>(
        std::make_unique<sink_operator<int, journal_sink>>(journal_sink{&journal_}));
  }
  template <class Step>
  std::string failure_of(Step&& step) {
    try {
      step();
    } catch (const task_failure& failure) {
      return failure.cause().message;
    }
    return "";
  }

  // A checkpoint with the state of each of the sinks.
  former_operator checkpoint(std::uint64_t id, const std::vector<operator_harness<int, int>*>& of) {
    std::vector<state_parts> subtasks;
    for (auto* sink : of) {
      sink->open();
      sink->tested().snapshot({id}, subtasks.emplace_back());
    }
    return former_operator{subtasks, {id}};
  }
  std::string entries() { return std::exchange(journal_.entries, {}); }

  journal journal_;
};

TEST_F(SinkOperator, TellsItsWriterTheTimeBeforeItWritesAndWhenItIsDue) {
  auto sink = harness();
  EXPECT_EQ(sink->tested().next_processing_timer(), std::nullopt) << "not open yet";
  journal_.timer = processing_at(9);
  sink->open();
  sink->context().now = processing_at(5);
  sink->push(1, at(1));
  EXPECT_EQ(sink->tested().next_processing_timer(), processing_at(9));
  sink->processing_time_is(processing_at(9));
  EXPECT_EQ(sink->tested().next_processing_timer(), std::nullopt);
  EXPECT_EQ(journal_.entries, "open, time 5s, write 1, time 9s");
}

TEST_F(SinkOperator, FailsWhenItsWriterCannotDoWhatItIsTimeFor) {
  auto sink = harness();
  journal_.timer = processing_at(9);
  journal_.failing_call = "time";
  sink->open();
  EXPECT_EQ(failure_of([&] { sink->processing_time_is(processing_at(9)); }),
            "time out.csv: disk full");
}

TEST_F(SinkOperator, PreparesWhatIsWrittenAndCommitsItWhenTheJobHasFinished) {
  auto sink = harness();
  sink->push({{1, at(1)}, {2, at(2)}});
  sink->push(3, at(3));
  sink->finish();
  EXPECT_EQ(sink->counters().records_in, 3U);
  EXPECT_EQ(journal_.entries, "open, write 2, write 1, prepare");
  sink->commit();
  sink.reset();
  EXPECT_EQ(journal_.entries, "open, write 2, write 1, prepare, commit #1");
}

TEST_F(SinkOperator, AbandonsOutputThatIsNotComplete) {
  auto sink = harness();
  sink->push(1, at(1));
  sink.reset();
  EXPECT_EQ(journal_.entries, "open, write 1, abandon");
}

TEST_F(SinkOperator, AbandonsPreparedOutputWhenTheJobDoesNotFinish) {
  auto sink = harness();
  sink->push(1, at(1));
  sink->finish();
  sink.reset();
  EXPECT_EQ(journal_.entries, "open, write 1, prepare, abandon");
}

TEST_F(SinkOperator, CommitsWhatACompletedCheckpointHolds) {
  auto sink = harness();
  sink->push(1, at(1));
  checkpoint(1, {sink.get()});
  sink->push(2, at(2));
  checkpoint(2, {sink.get()});
  sink->push(3, at(3));
  EXPECT_EQ(entries(), "open, write 1, prepare, write 1, prepare, write 1");
  sink->tested().on_checkpoint_completed({2});
  EXPECT_EQ(entries(), "commit #1, commit #2");
  sink->tested().on_checkpoint_completed({3});
  EXPECT_EQ(entries(), "");
  sink->finish();
  sink->commit();
  EXPECT_EQ(entries(), "prepare, commit #3");
}

TEST_F(SinkOperator, CommitsItsEndWithTheFirstCheckpointBehindIt) {
  auto sink = harness();
  sink->push(1, at(1));
  checkpoint(1, {sink.get()});
  sink->push(2, at(2));
  sink->finish();
  EXPECT_EQ(entries(), "open, write 1, prepare, write 1, prepare");
  sink->tested().on_checkpoint_completed({1});
  EXPECT_EQ(entries(), "commit #1");
  checkpoint(2, {sink.get()});
  sink->tested().on_checkpoint_completed({2});
  EXPECT_EQ(entries(), "prepare, commit #2");
  sink->commit();
  EXPECT_EQ(entries(), "");
}

TEST_F(SinkOperator, DoesNotCommitWhatIsNotThere) {
  auto sink = harness();
  checkpoint(1, {sink.get()});
  sink->tested().on_checkpoint_completed({1});
  sink->finish();
  sink->commit();
  EXPECT_EQ(entries(), "open, prepare, prepare");
}

TEST_F(SinkOperator, KeepsInItsCheckpointsWhatItCouldNotCommit) {
  auto sink = harness();
  sink->push(1, at(1));
  checkpoint(1, {sink.get()});
  journal_.failing_call = "commit";
  EXPECT_EQ(failure_of([&] { sink->tested().on_checkpoint_completed({1}); }),
            "commit out.csv: disk full");
  const auto from = checkpoint(2, {sink.get()});
  EXPECT_EQ(*restore_prepared_output(from), std::vector<std::string>{"#1"});
}

TEST_F(SinkOperator, RecoversWhatAllFormerSubtasksHadPreparedOnOneSubtask) {
  std::vector<std::unique_ptr<operator_harness<int, int>>> former;
  std::vector<operator_harness<int, int>*> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(former.emplace_back(harness()).get());
    if (i != 1) all.back()->push(i, at(1));
  }
  checkpoint(1, all);
  all[0]->push(7, at(2));
  const auto from = checkpoint(2, all);
  former.clear();
  journal_.entries.clear();
  for (const std::uint32_t subtask : {0U, 1U}) {
    auto sink = harness();
    sink->context().restored = &from;
    sink->context().subtask = {subtask};
    sink->context().parallelism = 2;
    sink->push(8, at(3));
    EXPECT_EQ(entries(), subtask == 0 ? "open, recover [#1#3#2], write 1" : "open, write 1");
    const auto next = checkpoint(3, {sink.get()});
    EXPECT_EQ(restore_prepared_output(next)->size(), 1U) << "what is recovered is committed";
    sink.reset();
    journal_.entries.clear();
  }
}

TEST_F(SinkOperator, RecoversFromNothingWhenAJobWithCheckpointsStarts) {
  for (const std::uint32_t subtask : {0U, 1U}) {
    auto sink = harness();
    sink->context().has_checkpoints = true;
    sink->context().attempt_token = "a7";
    sink->context().subtask = {subtask};
    sink->context().parallelism = 2;
    sink->open();
    EXPECT_EQ(entries(), subtask == 0 ? "open, recover []" : "open");
    EXPECT_EQ(journal_.opened.attempt_token, "a7");
    EXPECT_TRUE(journal_.opened.has_checkpoints);
    EXPECT_EQ(journal_.opened.parallelism, 2U);
    sink.reset();
    journal_.entries.clear();
  }
}

TEST_F(SinkOperator, FailsWhenItCannotRecover) {
  const former_operator damaged{{{{prepared_output_part, "x"}}}};
  auto sink = harness();
  sink->context().restored = &damaged;
  EXPECT_TRUE(failure_of([&] { sink->open(); }).starts_with("restore checkpoint 17: "));
  const former_operator sound{{}};
  journal_ = {"", "recover"};
  auto other = harness();
  other->context().restored = &sound;
  EXPECT_EQ(failure_of([&] { other->open(); }), "recover out.csv: disk full");
}

TEST_F(SinkOperator, FailsWithTheErrorsOfItsWriter) {
  for (const char* call : {"open", "write", "prepare", "commit"}) {
    journal_ = {"", call};
    auto sink = harness();
    EXPECT_EQ(failure_of([&] {
                sink->push(1, at(1));
                sink->finish();
                sink->commit();
              }),
              std::string{call} + " out.csv: disk full");
  }
}

}  // namespace
}  // namespace weir
