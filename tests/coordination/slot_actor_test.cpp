// SPDX-License-Identifier: Apache-2.0
// A slot starts tasks, ends those of a cancelled attempt, and reports each one's end exactly once.
#include "coordination/slot_actor.hpp"

#include <gtest/gtest.h>

#include "tests/support/probe_actor.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

constexpr attempt_number attempt{3};

class SlotActor : public ::testing::Test {
protected:
  void deploy(task_index task, attempt_number in = attempt) {
    caf::anon_send(slot_, deploy_task{in, task, 0, {{"0/1", {}}}, job_manager_.address()});
    const auto before = job_manager_->count<task_deployed>();
    ASSERT_TRUE(run_until(world_, [&] { return job_manager_->count<task_deployed>() > before; }));
  }
  caf::actor deployed_task() {
    return process_.fabric().resolve(job_manager_->last<task_deployed>().address);
  }
  task_ended end_of_a_task() {
    run_until(world_, [&] { return job_manager_->count<task_ended>() > 0; });
    return job_manager_->last<task_ended>();
  }

  sink_results results_;
  linear_job job_ = keyed_sum_job(100, results_);
  std::shared_ptr<const execution_graph> graph_ =
      std::make_shared<const execution_graph>(job_.graph(), job_options{});
  simulated_world world_{{.seed = 1}};
  runtime& process_ = world_.process({0});
  probe task_manager_{process_};
  probe job_manager_{process_};
  caf::actor slot_ = process_.spawn<slot_actor>(process_, task_manager_.handle(), graph_);
};

TEST_F(SlotActor, TellsTheJobManagerWhereATaskIs) {
  deploy({0});
  const auto deployed = job_manager_->last<task_deployed>();
  EXPECT_EQ(deployed.attempt, attempt);
  EXPECT_EQ(deployed.task, task_index{0});
  EXPECT_TRUE(deployed_task());
}

TEST_F(SlotActor, ReportsATaskThatWasKilledWithItsName) {
  deploy({0});
  caf::anon_send_exit(deployed_task(), caf::exit_reason::user_shutdown);
  const auto ended = end_of_a_task();
  EXPECT_EQ(ended.attempt, attempt);
  EXPECT_EQ(ended.task, task_index{0});
  EXPECT_FALSE(ended.finished);
  EXPECT_FALSE(ended.cancelled);
  EXPECT_EQ(ended.cause.message, "task numbers -> add: it was told to end from outside");
}

TEST_F(SlotActor, ReportsATaskThatFailedWithItsOperatorsError) {
  const auto throwing = throwing_job(100, 3, results_);
  graph_ = std::make_shared<const execution_graph>(throwing.graph(), job_options{});
  slot_ = process_.spawn<slot_actor>(process_, task_manager_.handle(), graph_);
  deploy({0});
  probe consumer{process_};
  caf::anon_send(deployed_task(), connect_task{attempt, {}, {consumer.address()}});
  EXPECT_EQ(end_of_a_task().cause.message, "operator parse: threw: 3 is unlucky");
}

TEST_F(SlotActor, ReportsATaskThatCannotBeReachedByItsProducersCredit) {
  deploy({1});
  probe producer{process_};
  auto broken = std::make_shared<frame>();
  broken->sequence = 9;
  caf::anon_send(deployed_task(), connect_task{attempt, {producer.address()}, {}});
  caf::anon_send(deployed_task(), frame_sent{attempt, {0}, broken});
  EXPECT_EQ(end_of_a_task().cause.message,
            "task sum -> collect: input channel 0: expected frame 1 but frame 9 arrived: frames "
            "were lost on the way");
}

TEST_F(SlotActor, EndsTheTasksOfACancelledAttemptAndOfNoLaterOne) {
  deploy({0}, {3});
  deploy({1}, {4});
  const auto survivor = deployed_task();
  caf::anon_send(slot_, cancel_attempt{{3}});
  const auto ended = end_of_a_task();
  EXPECT_EQ(ended.task, task_index{0});
  EXPECT_TRUE(ended.cancelled);
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(job_manager_->count<task_ended>(), 1U);
  EXPECT_EQ(world_.actors_of({0}, "task"), std::vector<caf::actor>{survivor});
}

TEST_F(SlotActor, ReportsTheEndOfATaskOnceHoweverOftenItIsCancelled) {
  deploy({0});
  for (int i = 0; i < 3; ++i) caf::anon_send(slot_, cancel_attempt{attempt});
  end_of_a_task();
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(job_manager_->count<task_ended>(), 1U);
}

TEST_F(SlotActor, TakesItsTasksAlong) {
  deploy({0});
  deploy({1});
  EXPECT_EQ(world_.actors_of({0}, "task").size(), 2U);
  caf::anon_send_exit(slot_, caf::exit_reason::user_shutdown);
  run_for(world_, std::chrono::seconds{1});
  EXPECT_TRUE(world_.actors_of({0}, "task").empty());
  EXPECT_EQ(results_.abandoned(), 0U);  // No task was connected, so no sink was ever opened.
}

}  // namespace
}  // namespace weir
