// SPDX-License-Identifier: Apache-2.0
// The root of a process: a whole job below one node, and what the loss of any of its parts means.
#include "coordination/node_actor.hpp"

#include <gtest/gtest.h>

#include "actors/caf_messages.hpp"
#include "tests/support/probe_actor.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

class NodeActor : public ::testing::Test {
protected:
  void start(const job_graph& graph, std::uint32_t task_managers = 2, std::uint32_t slots = 2) {
    job_options options;
    options.parallelism = 4;
    options.seed = 1;
    graph_ = std::make_shared<const execution_graph>(graph, options);
    node_ = process_.spawn<node_actor>(process_, graph_,
                                       node_roles{.listener = &listener_,
                                                  .task_managers = task_managers,
                                                  .slots_per_task_manager = slots});
  }
  void start_endless_job() {
    start(endless_.graph());
    ASSERT_TRUE(run_until(world_, [&] { return listener_.last() == job_state::running; }));
  }
  std::vector<caf::actor> all(std::string_view name) { return world_.actors_of({0}, name); }
  void kill(std::string_view name) {
    const auto victim = all(name).front();
    caf::anon_send_exit(victim, caf::exit_reason::user_shutdown);
  }
  bool ends() {
    return run_until(world_, [&] { return is_final(listener_.last()); });
  }

  sink_results results_;
  state_listener listener_;
  linear_job short_ = keyed_sum_job(1000, results_);
  linear_job endless_ = keyed_sum_job(endless, results_);
  std::shared_ptr<const execution_graph> graph_;
  simulated_world world_{{.seed = 1}};
  runtime& process_ = world_.process({0});
  caf::actor node_;
};

TEST_F(NodeActor, RunsAJobToItsEnd) {
  start(short_.graph());
  ASSERT_TRUE(ends());
  EXPECT_EQ(listener_.last(), job_state::finished);
  EXPECT_EQ(results_.sum(), sum_below(1000) + 1000);
  EXPECT_EQ(listener_.totals.records_read, 1000U);
  EXPECT_EQ(listener_.totals.records_written, key_count);
  EXPECT_EQ(results_.finished(), 4U);
}

TEST_F(NodeActor, LeavesNobodyBehindWhenItEnds) {
  const auto before = world_.system().registry().running();
  start_endless_job();
  // Two task managers with two slots each, and four subtasks of two chains.
  EXPECT_EQ(world_.system().registry().running(), before + 1 + 1 + 2 + 4 + 8);
  caf::anon_send_exit(node_, caf::exit_reason::user_shutdown);
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(world_.system().registry().running(), before);
  EXPECT_EQ(results_.abandoned(), 4U);
}

TEST_F(NodeActor, LeavesNoTaskBehindWhenTheJobEnds) {
  start(short_.graph());
  ASSERT_TRUE(ends());
  run_for(world_, std::chrono::seconds{1});
  EXPECT_TRUE(all("task").empty());
  EXPECT_EQ(all("slot").size(), 4U);
}

TEST_F(NodeActor, FailsTheJobWithTheErrorOfAnOperatorAndAbandonsTheSinks) {
  const auto job = throwing_job(1000, 500, results_);
  start(job.graph());
  ASSERT_TRUE(ends());
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_EQ(listener_.cause.code, error_code::user_function);
  // Split 500 % 7 = 3 belongs to the last of the four subtasks.
  EXPECT_EQ(listener_.cause.message, "operator parse (4/4): threw: 500 is unlucky");
  EXPECT_EQ(results_.abandoned(), 4U);
  EXPECT_EQ(results_.finished(), 0U);
}

TEST_F(NodeActor, FailsTheJobWhenATaskIsKilled) {
  start_endless_job();
  kill("task");
  ASSERT_TRUE(ends());
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_TRUE(listener_.cause.message.starts_with("task numbers -> add ("))
      << listener_.cause.message;
  EXPECT_TRUE(listener_.cause.message.ends_with(": it was told to end from outside"));
  EXPECT_TRUE(all("task").empty());
  EXPECT_EQ(results_.abandoned(), 4U);
}

TEST_F(NodeActor, FailsTheJobAndReplacesTheSlotWhenASlotIsKilled) {
  start_endless_job();
  kill("slot");
  ASSERT_TRUE(ends());
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_EQ(listener_.cause.message, "a slot was lost: it was told to end from outside");
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(all("slot").size(), 4U);
  EXPECT_TRUE(all("task").empty());
}

TEST_F(NodeActor, FailsTheJobAndReplacesTheTaskManagerWhenATaskManagerIsKilled) {
  start_endless_job();
  kill("task_manager");
  ASSERT_TRUE(ends());
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_TRUE(listener_.cause.message.ends_with("was lost: it was told to end from outside"))
      << listener_.cause.message;
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(all("task_manager").size(), 2U);
  EXPECT_EQ(all("slot").size(), 4U);
  EXPECT_TRUE(all("task").empty());
}

TEST_F(NodeActor, StartsTheJobOnReplacedTaskManagersIfItHasNotStarted) {
  start(short_.graph(), 1, 4);
  ASSERT_TRUE(run_until(world_, [&] { return !all("task_manager").empty(); }));
  for (int i = 0; i < 3; ++i) {
    kill("task_manager");
    ASSERT_TRUE(run_until(world_, [&] { return !all("task_manager").empty(); }));
  }
  ASSERT_TRUE(ends());
}

TEST_F(NodeActor, FailsTheJobWhenTaskManagersDieTooOften) {
  start(short_.graph(), 1, 1);  // Too few slots, so that the job cannot start.
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(run_until(world_, [&] { return !all("task_manager").empty(); })) << i;
    kill("task_manager");
    run_for(world_, std::chrono::milliseconds{10});
  }
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_EQ(listener_.cause.message,
            "a node lost its task managers too often: it was told to end from outside");
  EXPECT_TRUE(all("task_manager").empty());
}

TEST_F(NodeActor, FailsTheJobAndEndsWhenTheJobManagerIsKilled) {
  const auto before = world_.system().registry().running();
  start_endless_job();
  kill("job_manager");
  ASSERT_TRUE(ends());
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_EQ(listener_.cause.message, "the job manager was lost: it was told to end from outside");
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(world_.system().registry().running(), before);
}

TEST_F(NodeActor, PassesACancelOnToTheJobManager) {
  start_endless_job();
  caf::anon_send(node_, cancel_job{});
  ASSERT_TRUE(ends());
  EXPECT_EQ(listener_.last(), job_state::cancelled);
  EXPECT_TRUE(all("task").empty());
  EXPECT_EQ(results_.abandoned(), 4U);
}

TEST_F(NodeActor, SurvivesUnexpectedMessagesEverywhere) {
  start_endless_job();
  for (const char* name : {"node", "job_manager", "task_manager", "slot", "task"}) {
    for (const auto& each : all(name)) {
      caf::anon_send(each, 17);
      caf::anon_send(each, check_deployment{});
    }
  }
  run_for(world_, std::chrono::milliseconds{100});
  EXPECT_EQ(listener_.last(), job_state::running);
  EXPECT_EQ(all("task").size(), 8U);
}

}  // namespace
}  // namespace weir
