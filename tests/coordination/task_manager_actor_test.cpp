// SPDX-License-Identifier: Apache-2.0
// A task manager offers slots, replaces those that die, and gives up when they die too often.
#include "coordination/task_manager_actor.hpp"

#include <gtest/gtest.h>

#include "tests/support/probe_actor.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

constexpr attempt_number attempt{1};

class TaskManagerActor : public ::testing::Test {
protected:
  TaskManagerActor() {
    node_.watch(manager_);
    run_until(world_, [&] { return job_manager_->count<task_manager_registered>() == 1; });
  }
  void deploy(std::uint32_t slot, task_index task) {
    caf::anon_send(manager_, deploy_task{attempt, task, slot, {}, job_manager_.address()});
    const auto before = job_manager_->count<task_deployed>();
    ASSERT_TRUE(run_until(world_, [&] { return job_manager_->count<task_deployed>() > before; }));
  }
  std::vector<caf::actor> slots() { return world_.actors_of({0}, "slot"); }
  void kill_a_slot() {
    const auto victim = slots().front();
    caf::anon_send_exit(victim, caf::exit_reason::user_shutdown);
    run_for(world_, std::chrono::milliseconds{1});
  }

  sink_results results_;
  linear_job job_ = keyed_sum_job(100, results_);
  std::shared_ptr<const execution_graph> graph_ =
      std::make_shared<const execution_graph>(job_.graph(), job_options{});
  simulated_world world_{{.seed = 1}};
  runtime& process_ = world_.process({0});
  probe node_{process_};
  probe job_manager_{process_};
  caf::actor manager_ = process_.spawn<task_manager_actor>(process_, node_.handle(), graph_, 2U,
                                                           job_manager_.address());
};

TEST_F(TaskManagerActor, OffersItsSlots) {
  const auto offer = job_manager_->last<task_manager_registered>();
  EXPECT_EQ(offer.slots, 2U);
  EXPECT_EQ(process_.fabric().resolve(offer.task_manager), manager_);
  EXPECT_EQ(slots().size(), 2U);
}

TEST_F(TaskManagerActor, DeploysTasksInItsSlots) {
  deploy(0, {0});
  deploy(1, {1});
  EXPECT_EQ(world_.actors_of({0}, "task").size(), 2U);
}

TEST_F(TaskManagerActor, CancelsAnAttemptInAllSlots) {
  deploy(0, {0});
  deploy(1, {1});
  caf::anon_send(manager_, cancel_attempt{attempt});
  EXPECT_TRUE(run_until(world_, [&] { return job_manager_->count<task_ended>() == 2; }));
  EXPECT_TRUE(job_manager_->last<task_ended>().cancelled);
}

TEST_F(TaskManagerActor, ReportsTheTasksOfALostSlotAndReplacesIt) {
  deploy(0, {0});
  deploy(0, {1});
  kill_a_slot();
  ASSERT_TRUE(run_until(world_, [&] { return job_manager_->count<task_ended>() == 2; }));
  const auto ended = job_manager_->last<task_ended>();
  EXPECT_FALSE(ended.finished);
  EXPECT_FALSE(ended.cancelled);
  EXPECT_EQ(ended.cause.message, "a slot was lost: it was told to end from outside");
  EXPECT_EQ(slots().size(), 2U);
  EXPECT_TRUE(world_.actors_of({0}, "task").empty());
  deploy(0, {0});
  EXPECT_EQ(job_manager_->count<task_deployed>(), 3U);
}

TEST_F(TaskManagerActor, GivesUpWhenItsSlotsDieTooOften) {
  for (int i = 0; i < 3; ++i) {
    kill_a_slot();
    ASSERT_EQ(slots().size(), 2U);
  }
  kill_a_slot();
  EXPECT_TRUE(slots().empty());
  ASSERT_EQ(node_->count<caf::down_msg>(), 1U);
  EXPECT_EQ(node_->last<caf::down_msg>().reason.context().get_as<std::string>(1),
            "a task manager lost its slots too often: it was told to end from outside");
}

TEST_F(TaskManagerActor, ReplacesSlotsThatDieRarelyForEver) {
  for (int i = 0; i < 10; ++i) {
    kill_a_slot();
    EXPECT_EQ(slots().size(), 2U);
    run_for(world_, std::chrono::seconds{2});
  }
}

TEST_F(TaskManagerActor, SurvivesUnexpectedMessages) {
  caf::anon_send(manager_, 17);
  caf::anon_send(slots().front(), std::string{"hello"});
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(slots().size(), 2U);
  EXPECT_EQ(node_->count<caf::down_msg>(), 0U);
}

TEST_F(TaskManagerActor, TakesEverythingBelowItAlong) {
  deploy(0, {0});
  caf::anon_send_exit(manager_, caf::exit_reason::user_shutdown);
  run_for(world_, std::chrono::seconds{1});
  EXPECT_TRUE(slots().empty());
  EXPECT_TRUE(world_.actors_of({0}, "task").empty());
}

}  // namespace
}  // namespace weir
