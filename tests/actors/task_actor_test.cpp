// SPDX-License-Identifier: Apache-2.0
// The actor around a task: frames, credit, reports and the end travel as messages of one attempt.
// The test plays the slot, the job manager and the neighbours.
#include "actors/task_actor.hpp"

#include <deque>

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "actors/caf_runtime.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

constexpr attempt_number attempt{2};
constexpr std::uint32_t window = 2;

class TaskActor : public ::testing::Test {
protected:
  ~TaskActor() override {
    caf::anon_send_exit(slot_, caf::exit_reason::user_shutdown);
    slot_ = nullptr;
  }

  // A task of one operator, whose neighbours are all the test itself.
  caf::actor spawn(graph_node of, std::uint32_t inputs, std::uint32_t outputs,
                   std::vector<source_split> splits = {}) {
    const auto& node = nodes_.emplace_back(std::move(of));
    task_description made;
    made.task = {5};
    made.name = node.name;
    made.credit_window = window;
    made.operators.push_back({&node, {1}, {}});
    if (outputs > 0) {
      made.operators.front().targets.push_back({0, false, 0, 0});
      made.output_edges.push_back(
          {partitioning::forward, nullptr, nullptr, 1, element_type_of<number>()});
    }
    made.input_of_channel.assign(inputs, 0);
    made.upstream.assign(inputs, {task_index{4}, channel_index{7}});
    made.downstream.assign(outputs, {task_index{6}, channel_index{8}});
    made.splits = std::move(splits);
    auto task = world_.spawn<task_actor>(static_cast<runtime&>(world_), slot_, attempt, terms_,
                                         std::move(made), self());
    test_->monitor(task);
    connect_.upstream.assign(inputs, self());
    connect_.downstream.assign(outputs, self());
    return task;
  }
  actor_address self() { return world_.fabric().publish(caf::actor_cast<caf::actor>(test_)); }
  void start(const caf::actor& task) {
    test_->send(task, connect_);
    EXPECT_EQ(receive<task_started>().task, task_index{5});
  }

  template <class Message>
  Message receive() {
    Message received{};
    test_->receive([&](const Message& message) { received = message; });
    return received;
  }
  // What a task says of its credit time and again, whether or not it has changed, is none.
  credit_granted receive_grant() {
    auto granted = receive<credit_granted>();
    while (!granted.content->returned) granted = receive<credit_granted>();
    return granted;
  }
  bool has_nothing_but_announcements() {
    while (!test_->mailbox().empty()) {
      bool is_one = false;
      test_->receive(
          [&](const credit_granted& granted) { is_one = granted.content->limit == window; },
          caf::others >>
              [](caf::message_view&) -> caf::result<caf::message> { return caf::make_message(); });
      if (!is_one) return false;
    }
    return true;
  }
  caf::error end_of_task() {
    caf::error reason;
    test_->receive([&](const caf::down_msg& down) { reason = down.reason; });
    return reason;
  }
  // Returns once `task` has handled everything sent to it so far.
  void settle(const caf::actor& task) {
    test_->request(task, caf::infinite, 17).receive([](int) {}, [](const caf::error&) {});
  }
  void send_numbers(const caf::actor& task, std::uint64_t sequence, attempt_number from) {
    auto content = std::make_shared<frame>();
    content->sequence = sequence;
    content->batch = batch_of_numbers(sequence, 1);
    test_->send(task, frame_sent{from, {0}, content});
  }
  void send_end(const caf::actor& task, std::uint64_t sequence) {
    auto content = std::make_shared<frame>();
    content->sequence = sequence;
    content->end = true;
    test_->send(task, frame_sent{attempt, {0}, content});
  }

  // What tasks refer to outlives the world in which they run.
  std::deque<graph_node> nodes_;
  sink_results results_;
  caf_runtime world_{2, no_stores};
  caf::scoped_actor test_{world_.system()};
  caf::actor slot_{world_.system().spawn([]() -> caf::behavior { return {[](int) {}}; })};
  std::shared_ptr<attempt_terms> terms_ = std::make_shared<attempt_terms>();
  connect_task connect_{attempt, {}, {}};
};

TEST_F(TaskActor, SendsFramesToItsConsumersChannelAsFarAsCreditGoes) {
  const auto batch = records_per_batch<number>();
  const auto task = spawn(source_node(1000 * batch, batch), 0, 1, {{"0/1", {}}});
  start(task);
  for (std::uint64_t n = 1; n <= window; ++n) {
    const auto sent = receive<frame_sent>();
    EXPECT_EQ(sent.attempt, attempt);
    EXPECT_EQ(sent.channel, channel_index{8});
    EXPECT_EQ(sent.content->sequence, n);
  }
  settle(task);
  EXPECT_TRUE(test_->mailbox().empty());
  auto content = std::make_shared<credit_grant>();
  content->limit = 1 + window;
  test_->send(task, credit_granted{attempt, {0}, content});
  EXPECT_EQ(receive<frame_sent>().content->sequence, 1U + window);
}

TEST_F(TaskActor, GrantsCreditToItsProducersChannel) {
  const auto task = spawn(sink_node(results_), 1, 0);
  start(task);
  send_numbers(task, 1, attempt);
  const auto granted = receive_grant();
  EXPECT_EQ(granted.attempt, attempt);
  EXPECT_EQ(granted.channel, channel_index{7});
  EXPECT_EQ(granted.content->limit, 1U + window);
  EXPECT_EQ(results_.seen(), (std::vector<number>{1}));
}

TEST_F(TaskActor, KeepsFramesThatComeBeforeItIsConnected) {
  const auto task = spawn(sink_node(results_), 1, 0);
  send_numbers(task, 1, attempt);
  settle(task);
  EXPECT_TRUE(results_.seen().empty());
  start(task);
  receive_grant();
  EXPECT_EQ(results_.seen(), (std::vector<number>{1}));
}

TEST_F(TaskActor, IgnoresWhatAnotherAttemptSends) {
  const auto task = spawn(sink_node(results_), 1, 0);
  start(task);
  send_numbers(task, 99, {1});
  send_numbers(task, 99, {3});
  auto content = std::make_shared<credit_grant>();
  test_->send(task, credit_granted{{1}, {0}, content});
  test_->send(task, connect_task{{1}, {}, {}});
  test_->send(task, request_report{{1}});
  settle(task);
  EXPECT_TRUE(results_.seen().empty());
  EXPECT_TRUE(has_nothing_but_announcements());
}

TEST_F(TaskActor, ReportsWhenItIsAskedAndWhenItHasDrainedAndEndsWhenItHasCommitted) {
  const auto task = spawn(sink_node(results_), 1, 0);
  start(task);
  send_numbers(task, 1, attempt);
  receive_grant();
  test_->send(task, request_report{attempt});
  EXPECT_EQ(receive<task_reported>().report.records_written, 1U);
  send_numbers(task, 2, attempt);
  send_end(task, 3);
  EXPECT_EQ(receive<task_reported>().report.records_written, 2U);
  EXPECT_EQ(receive<task_drained>().task, task_index{5});
  EXPECT_EQ(results_.finished(), 0U);
  test_->send(task, commit_output{{1}});
  test_->send(task, credit_granted{attempt, {0}, nullptr});
  settle(task);
  EXPECT_EQ(results_.finished(), 0U) << "the order was for another attempt";
  test_->send(task, commit_output{attempt});
  EXPECT_EQ(end_of_task(), caf::exit_reason::normal);
  EXPECT_EQ(results_.finished(), 1U);
  EXPECT_EQ(results_.abandoned(), 0U);
}

TEST_F(TaskActor, EndsWithTheErrorOfItsOperator) {
  const auto task = spawn(map_node<throwing_map>("parse", number{1}), 1, 1);
  start(task);
  send_numbers(task, 1, attempt);
  const auto reason = end_of_task();
  EXPECT_EQ(reason.context().get_as<std::string>(1), "operator parse: threw: 1 is unlucky");
}

TEST_F(TaskActor, FailsWhenItsOperatorCannotBeOpened) {
  auto node = sink_node(results_);
  node.make_operator = []() -> std::unique_ptr<stream_operator> {
    throw task_failure{{error_code::permission_denied, "out.csv: permission denied"}};
  };
  const auto task = spawn(std::move(node), 1, 0);
  test_->send(task, connect_);
  EXPECT_EQ(end_of_task().context().get_as<std::string>(1),
            "operator collect: out.csv: permission denied");
}

TEST_F(TaskActor, FailsWhenAFrameIsMissing) {
  const auto task = spawn(sink_node(results_), 1, 0);
  start(task);
  send_numbers(task, 2, attempt);
  EXPECT_EQ(end_of_task().context().get_as<std::string>(1),
            "input channel 0: expected frame 1 but frame 2 arrived: frames were lost on the way");
  EXPECT_EQ(results_.abandoned(), 1U);
}

TEST_F(TaskActor, AbandonsItsOperatorsWhenItsSlotEnds) {
  const auto task = spawn(sink_node(results_), 1, 0);
  start(task);
  send_numbers(task, 1, attempt);
  receive<credit_granted>();
  caf::anon_send_exit(slot_, caf::exit_reason::user_shutdown);
  EXPECT_EQ(end_of_task(), caf::exit_reason::user_shutdown);
  EXPECT_EQ(results_.abandoned(), 1U);
  EXPECT_EQ(results_.finished(), 0U);
}

}  // namespace
}  // namespace weir
