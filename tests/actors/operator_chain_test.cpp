// SPDX-License-Identifier: Apache-2.0
// Operators in one task: how batches, marks and the end pass from one to the next, and whose name
// an error carries.
#include "actors/operator_chain.hpp"

#include <gtest/gtest.h>

#include "api/state_backend.hpp"
#include "tests/support/hooked_operator.hpp"

namespace weir {
namespace {

processing_time at(std::int64_t micros) { return processing_time{duration{micros}}; }

// A chain, and a diary that its operators write.
class OperatorChain : public ::testing::Test {
protected:
  // Passes everything on and writes down what happens to it.
  operator_hooks diarist(const std::string& name) {
    operator_hooks hooks;
    hooks.open = [=, this](operator_context&) { note(name + " open"); };
    hooks.process = [=, this](operator_context& context, std::uint32_t, record_batch& batch) {
      note(name + " " + std::to_string(batch.size()));
      if (!context.ports.empty()) context.ports[0]->emit(batch);
    };
    hooks.advance_to = [=, this](operator_context& context, event_time watermark) {
      EXPECT_EQ(context.watermark, watermark);
      const auto micros = watermark.time_since_epoch().count();
      note(name + " time " + (watermark == end_of_time ? "end" : std::to_string(micros)));
      return true;
    };
    hooks.finish = [=, this](operator_context&) {
      note(name + " finish");
      return true;
    };
    hooks.close = [=, this](bool failed) { note(name + (failed ? " abandon" : " close")); };
    return hooks;
  }
  void note(const std::string& line) { diary_ += diary_.empty() ? line : ", " + line; }
  std::string diary() { return std::exchange(diary_, {}); }

  operator_chain& start(const hooked_task& task) {
    outputs_.emplace(task.description());
    chain_.emplace(task.description(), operator_environment{}, *outputs_);
    const auto opened = chain_->open(at(0));
    EXPECT_TRUE(opened.ok());
    return *chain_;
  }
  void process(number first, std::size_t count) {
    const auto done = chain_->process(0, *batch_of_numbers(first, count));
    ASSERT_TRUE(done.ok()) << done.failure().message;
  }
  int work_until_done() {
    int slices = 0;
    for (; chain_->has_work(); ++slices) EXPECT_TRUE(chain_->work().ok());
    return slices;
  }

  hooked_task task_;
  std::optional<output_gate> outputs_;
  std::optional<operator_chain> chain_;
  std::string diary_;
};

TEST_F(OperatorChain, OpensConsumersFirstAndClosesProducersFirst) {
  task_.map("a", diarist("a")).map("b", diarist("b")).chain(0, 1);
  start(task_);
  EXPECT_EQ(diary(), "b open, a open");
  EXPECT_TRUE(chain_->close(false).ok());
  EXPECT_EQ(diary(), "a close, b close");
}

TEST_F(OperatorChain, ClosesOnlyOnce) {
  task_.map("a", diarist("a"));
  start(task_);
  EXPECT_TRUE(chain_->close(true).ok());
  EXPECT_TRUE(chain_->close(false).ok());
  EXPECT_EQ(diary(), "a open, a abandon");
}

TEST_F(OperatorChain, LetsAnOperatorEmitWhileItOpens) {
  operator_hooks eager;
  eager.open = [](operator_context& context) { emit_numbers(context, 0, 3); };
  task_.map("eager", eager).map("b", diarist("b")).chain(0, 1);
  start(task_);
  EXPECT_EQ(diary(), "b open, b 3");
}

TEST_F(OperatorChain, HandsABatchFromOperatorToOperator) {
  task_.map("a", diarist("a")).map("b", diarist("b")).chain(0, 1);
  start(task_);
  diary();
  process(0, 5);
  EXPECT_EQ(diary(), "a 5, b 5");
}

TEST_F(OperatorChain, GivesEachOfSeveralConsumersAllRecords) {
  std::vector<number> seen;
  operator_hooks greedy;  // Takes the records out of the batch.
  greedy.process = [&](operator_context&, std::uint32_t, record_batch& batch) {
    for (const number each : numbers::of(batch).values) seen.push_back(each);
    batch.clear();
  };
  task_.map("a").map("b", greedy).map("c", greedy).map("d", greedy);
  task_.chain(0, 1).chain(0, 2).chain(0, 3);
  start(task_);
  process(7, 2);
  EXPECT_EQ(seen, (std::vector<number>{7, 8, 7, 8, 7, 8}));
}

TEST_F(OperatorChain, DropsWhatNobodyConsumes) {
  operator_hooks splitting;
  splitting.process = [](operator_context& context, std::uint32_t, record_batch& batch) {
    emit_numbers(context, 0, 1, 1);
    context.ports[0]->emit(batch);
  };
  task_.add("a", operator_kind::transformation, splitting, 2).map("b", diarist("b")).chain(0, 1);
  start(task_);
  diary();
  process(0, 5);
  EXPECT_EQ(diary(), "b 5");
}

TEST_F(OperatorChain, PassesAWatermarkOnWhenAllThatWasDueIsOut) {
  int left = 3;
  operator_hooks slow = diarist("a");
  slow.advance_to = [&](operator_context&, event_time) {
    note("a slice");
    return --left == 0;
  };
  task_.map("a", slow).map("b", diarist("b")).chain(0, 1);
  auto& chain = start(task_);
  diary();
  chain.on_watermark(time_of_number(9));
  EXPECT_EQ(work_until_done(), 3);
  EXPECT_EQ(diary(), "a slice, a slice, a slice, b time 9");
  EXPECT_EQ(chain.watermark(), time_of_number(9));
}

TEST_F(OperatorChain, SendsMarksOutOfTheTaskBehindTheLastOperator) {
  task_.map("a").map("b").chain(0, 1).leave(1, partitioning::forward, 1);
  auto& chain = start(task_);
  chain.on_watermark(time_of_number(9));
  work_until_done();
  chain.on_idle(true);
  std::vector<frame> sent;
  outputs_->send([&](channel_index, frame leaving) { sent.push_back(std::move(leaving)); });
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].watermark, time_of_number(9));
  EXPECT_EQ(sent[0].idle, std::optional<bool>{true});
}

TEST_F(OperatorChain, StopsWatermarksAtAnOperatorThatMakesItsOwn) {
  operator_hooks own = diarist("a");
  own.makes_watermarks = true;
  own.process = [](operator_context& context, std::uint32_t, record_batch&) {
    context.watermarks->emit_watermark(time_of_number(4));
  };
  task_.map("a", own).map("b", diarist("b")).chain(0, 1);
  auto& chain = start(task_);
  diary();
  chain.on_watermark(time_of_number(9));
  work_until_done();
  EXPECT_EQ(diary(), "a time 9");
  process(0, 1);
  work_until_done();
  EXPECT_EQ(diary(), "b time 4");
}

TEST_F(OperatorChain, PassesTheEndOfTimeThroughEveryOperator) {
  operator_hooks own = diarist("a");
  own.makes_watermarks = true;
  task_.map("a", own).map("b", diarist("b")).chain(0, 1).leave(1, partitioning::forward, 1);
  auto& chain = start(task_);
  diary();
  chain.on_input_ended();
  work_until_done();
  EXPECT_EQ(diary(), "a time end, a finish, b time end, b finish");
  EXPECT_TRUE(chain.has_finished());
  EXPECT_FALSE(outputs_->is_drained());
}

TEST_F(OperatorChain, FinishesInSlices) {
  int left = 3;
  operator_hooks slow;
  slow.finish = [&](operator_context& context) {
    emit_numbers(context, 0, 1);
    return --left == 0;
  };
  task_.map("a", slow).map("b", diarist("b")).chain(0, 1);
  auto& chain = start(task_);
  diary();
  chain.on_input_ended();
  EXPECT_EQ(work_until_done(), 3);
  EXPECT_EQ(diary(), "b 1, b 1, b 1, b time end, b finish");
}

TEST_F(OperatorChain, CallsTimersWhenTheyAreDueAndNotBefore) {
  std::optional<processing_time> timer = at(50);
  operator_hooks hooks;
  hooks.next_processing_timer = [&] { return timer; };
  hooks.on_processing_time = [&](operator_context& context, processing_time now) {
    EXPECT_EQ(context.now, now);
    note("fired");
    timer.reset();
    return true;
  };
  task_.map("a").map("b", hooks).chain(0, 1);
  auto& chain = start(task_);
  chain.set_now(at(49));
  EXPECT_FALSE(chain.has_work());
  EXPECT_EQ(chain.next_timer(), at(50));
  chain.set_now(at(50));
  EXPECT_EQ(work_until_done(), 1);
  EXPECT_EQ(diary(), "fired");
  EXPECT_EQ(chain.next_timer(), std::nullopt);
}

TEST_F(OperatorChain, ForgetsTheTimersOfOperatorsThatHaveFinished) {
  operator_hooks hooks;
  hooks.next_processing_timer = [] { return at(50); };
  hooks.on_processing_time = [&](operator_context&, processing_time) {
    note("fired");
    return true;
  };
  task_.map("a", hooks);
  auto& chain = start(task_);
  chain.on_input_ended();
  work_until_done();
  chain.set_now(at(60));
  EXPECT_FALSE(chain.has_work());
  EXPECT_EQ(chain.next_timer(), std::nullopt);
  EXPECT_EQ(diary(), "");
}

TEST_F(OperatorChain, NamesTheOperatorThatThrewAndItsSubtask) {
  operator_hooks throwing;
  throwing.process = [](operator_context&, std::uint32_t, record_batch&) {
    throw std::runtime_error{"no such airport"};
  };
  task_.map("a").map("parse", throwing).chain(0, 1).subtask(1, 4);
  auto& chain = start(task_);
  const auto failed = chain.process(0, *batch_of_numbers(0, 1));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.failure().code, error_code::user_function);
  EXPECT_EQ(failed.failure().message, "operator parse (2/4): threw: no such airport");
}

TEST_F(OperatorChain, NamesTheProducerAgainOnceItsConsumerHasReturned) {
  operator_hooks throwing;
  throwing.process = [](operator_context& context, std::uint32_t, record_batch& batch) {
    context.ports[0]->emit(batch);
    throw task_failure{{error_code::io_failure, "disk full"}};
  };
  task_.map("writer", throwing).map("b").chain(0, 1);
  const auto failed = start(task_).process(0, *batch_of_numbers(0, 1));
  EXPECT_EQ(failed.failure().code, error_code::io_failure);
  EXPECT_EQ(failed.failure().message, "operator writer: disk full");
}

failed_record record_of(const operator_context& context) {
  return {.failed_in = context.id,
          .operator_name = context.name,
          .record = "13",
          .cause = "unlucky",
          .place = {},
          .among = {}};
}

// Says of every batch that its first record has failed, and what it is told to do then.
operator_hooks complaining(std::vector<error_policy>& told) {
  operator_hooks hooks;
  hooks.process = [&told](operator_context& context, std::uint32_t, record_batch&) {
    auto failed = record_of(context);
    told.push_back(context.failures->on_record_failed(failed, 0));
  };
  return hooks;
}

TEST_F(OperatorChain, RemembersTheRecordOnWhichAFunctionHasFailed) {
  std::vector<error_policy> told;
  task_.map("a").map("b", complaining(told)).chain(0, 1);
  auto& chain = start(task_);
  EXPECT_EQ(chain.failed_on(), std::nullopt);
  ASSERT_TRUE(chain.process(0, *batch_of_numbers(0, 1)));
  EXPECT_EQ(told, std::vector{error_policy::fail});
  ASSERT_TRUE(chain.failed_on());
  EXPECT_EQ(chain.failed_on()->operator_name, "b");
  EXPECT_EQ(chain.failed_on()->record, "13");
  EXPECT_EQ(chain.failed_on()->place, "") << "it did not come from a source of this task";
}

TEST_F(OperatorChain, KnowsWhatBecomesOfPoisonRecords) {
  std::vector<error_policy> told;
  task_.map("a", complaining(told));
  std::map<std::string, error_policy> poison;
  operator_environment world;
  world.poison = &poison;
  outputs_.emplace(task_.description());
  chain_.emplace(task_.description(), world, *outputs_);
  ASSERT_TRUE(chain_->open(at(0)));
  ASSERT_TRUE(chain_->process(0, *batch_of_numbers(0, 1)));
  poison[identity_of(*chain_->failed_on())] = error_policy::skip;
  ASSERT_TRUE(chain_->process(0, *batch_of_numbers(0, 1)));
  EXPECT_EQ(told, (std::vector{error_policy::fail, error_policy::skip}));
}

TEST_F(OperatorChain, RemembersInputThatCannotBeRead) {
  operator_hooks throwing;
  throwing.process = [](operator_context&, std::uint32_t, record_batch&) {
    throw task_failure{{error_code::malformed_record, "a.csv: line 7: no comma"}};
  };
  task_.map("a", throwing);
  auto& chain = start(task_);
  EXPECT_FALSE(chain.process(0, *batch_of_numbers(0, 1)));
  ASSERT_TRUE(chain.failed_on());
  EXPECT_EQ(chain.failed_on()->record, "a.csv: line 7: no comma");
  EXPECT_FALSE(chain.failed_on()->can_be_left_out);
}

TEST_F(OperatorChain, SurvivesWhatIsNotAnException) {
  operator_hooks throwing;
  throwing.finish = [](operator_context&) -> bool { throw 17; };
  task_.map("a", throwing);
  auto& chain = start(task_);
  chain.on_input_ended();
  EXPECT_EQ(chain.work().failure().message,
            "operator a: threw something that is not a std::exception");
}

TEST_F(OperatorChain, ClosesWhatWasOpenedWhenOpeningFails) {
  operator_hooks throwing = diarist("b");
  throwing.open = [](operator_context&) { throw std::runtime_error{"no"}; };
  task_.map("a", diarist("a")).map("b", throwing).map("c", diarist("c")).chain(0, 1).chain(1, 2);
  outputs_.emplace(task_.description());
  chain_.emplace(task_.description(), operator_environment{}, *outputs_);
  EXPECT_EQ(chain_->open(at(0)).failure().message, "operator b: threw: no");
  EXPECT_TRUE(chain_->close(true).ok());
  EXPECT_EQ(diary(), "c open, b abandon, c abandon");
}

TEST_F(OperatorChain, ReportsTheFirstErrorOfClosingAndClosesTheRest) {
  operator_hooks throwing;
  throwing.close = [](bool) { throw std::runtime_error{"stuck"}; };
  task_.map("a", throwing).map("b", diarist("b")).chain(0, 1);
  auto& chain = start(task_);
  EXPECT_EQ(chain.close(false).failure().message, "operator a: threw: stuck");
  EXPECT_EQ(diary(), "b open, b close");
}

TEST_F(OperatorChain, TellsEveryOperatorItsPlace) {
  operator_hooks hooks;
  hooks.open = [&](operator_context& context) {
    note(context.name);
    EXPECT_EQ(context.subtask, subtask_index{2});
    EXPECT_EQ(context.parallelism, 3U);
    EXPECT_EQ(context.key_groups(), context.state->key_groups());
    EXPECT_EQ(context.key_groups().end, default_max_parallelism);
  };
  task_.map("a", hooks).map("b", hooks).chain(0, 1).subtask(2, 3);
  start(task_);
  EXPECT_EQ(diary(), "b (3/3), a (3/3)");
}

}  // namespace
}  // namespace weir
