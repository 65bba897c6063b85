// SPDX-License-Identifier: Apache-2.0
// The job manager carries out what the lifecycle decides. The test plays its node, its task
// managers and the tasks.
#include "coordination/job_manager_actor.hpp"

#include <gtest/gtest.h>

#include "tests/support/probe_actor.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

constexpr attempt_number first{1};

class warnings_listener final : public job_listener {
public:
  void on_state(job_state, const std::optional<error>&, processing_time) override {}
  void on_progress(const job_totals&, processing_time) override {}
  void on_warning(const error& what, processing_time) override { warnings.push_back(what.message); }

  std::vector<std::string> warnings;
};

// Two subtasks of two chains: tasks 0 and 1 read, tasks 2 and 3 sum up.
class JobManagerActor : public ::testing::Test {
protected:
  void start(const job_graph& graph) { start(graph, options_); }
  void start(const job_graph& graph, job_options options) {
    start(graph, std::move(options), listener_);
  }
  void start(const job_graph& graph, job_options options, job_listener& listener) {
    options.parallelism = 2;
    options.seed = 1;
    graph_ = std::make_shared<const execution_graph>(graph, options);
    manager_ = process_.spawn<job_manager_actor>(process_, node_.handle(), graph_, listener);
  }
  // What a job manager of a former life may still hold.
  std::unique_ptr<file_lock> hold_directory() {
    EXPECT_TRUE(process_.files().make_directories("/chk"));
    auto held = process_.files().lock("/chk/lock");
    EXPECT_TRUE(held);
    return held ? std::move(*held) : nullptr;
  }
  template <class Message>
  void tell(Message message) {
    caf::anon_send(manager_, std::move(message));
    run_for(world_, std::chrono::milliseconds{1});
  }
  void offer(const probe& task_manager, std::uint32_t slots) {
    tell(task_manager_registered{task_manager.address(), slots});
  }
  void start_all_tasks() {
    offer(left_, 2);
    for (std::uint32_t n = 0; n < 4; ++n) tell(task_deployed{first, {n}, tasks_[n].address()});
    for (std::uint32_t n = 0; n < 4; ++n) tell(task_started{first, {n}});
  }
  void end(std::uint32_t task) { tell(task_ended{first, {task}, true, false, {}}); }

  sink_results results_;
  state_listener listener_;
  warnings_listener noted_;
  job_options options_;
  linear_job job_ = keyed_sum_job(100, results_);
  std::shared_ptr<const execution_graph> graph_;
  simulated_world world_{{.seed = 1}};
  runtime& process_ = world_.process({0});
  probe node_{process_};
  probe left_{process_};
  probe right_{process_};
  std::vector<probe> tasks_ = std::vector<probe>(4, probe{process_});
  caf::actor manager_;
};

using states = std::vector<job_state>;

TEST_F(JobManagerActor, WaitsForEnoughSlots) {
  start(job_.graph());
  offer(left_, 1);
  EXPECT_TRUE(listener_.states.empty());
  offer(right_, 1);
  EXPECT_EQ(listener_.states, (states{job_state::deploying}));
  EXPECT_EQ(left_->count<deploy_task>(), 2U);
  EXPECT_EQ(right_->count<deploy_task>(), 2U);
}

TEST_F(JobManagerActor, DealsOutSplitsWithTheTasks) {
  start(job_.graph());
  offer(left_, 2);
  const auto orders = left_->all<deploy_task>();
  ASSERT_EQ(orders.size(), 4U);
  EXPECT_EQ(orders[0].splits.size(), 4U);
  EXPECT_EQ(orders[1].splits.size(), 3U);
  EXPECT_TRUE(orders[2].splits.empty());
  for (std::uint32_t n = 0; n < 4; ++n) {
    EXPECT_EQ(orders[n].attempt, first);
    EXPECT_EQ(orders[n].task, task_index{n});
    EXPECT_EQ(orders[n].slot, n % 2);
    EXPECT_EQ(process_.fabric().resolve(orders[n].job_manager), manager_);
  }
}

TEST_F(JobManagerActor, ConnectsTasksOnceAllAreDeployed) {
  start(job_.graph());
  offer(left_, 2);
  probe a{process_};
  probe b{process_};
  tell(task_deployed{first, {0}, a.address()});
  tell(task_deployed{first, {1}, a.address()});
  tell(task_deployed{first, {2}, b.address()});
  EXPECT_EQ(a->count<connect_task>(), 0U);
  tell(task_deployed{first, {3}, b.address()});
  ASSERT_EQ(a->count<connect_task>(), 2U);
  const auto order = a->last<connect_task>();
  EXPECT_TRUE(order.upstream.empty());
  EXPECT_EQ(order.downstream, (std::vector{b.address(), b.address()}));
  EXPECT_EQ(b->last<connect_task>().upstream, (std::vector{a.address(), a.address()}));
}

TEST_F(JobManagerActor, LetsTasksCommitWhenAllHaveDrainedAndFinishesWhenAllHave) {
  start(job_.graph());
  start_all_tasks();
  EXPECT_EQ(listener_.last(), job_state::running);
  for (std::uint32_t n = 0; n < 3; ++n) tell(task_drained{first, {n}});
  tell(task_drained{{7}, {3}});
  EXPECT_EQ(listener_.last(), job_state::running);
  EXPECT_EQ(tasks_[0]->count<commit_output>(), 0U);
  tell(task_drained{first, {3}});
  for (const auto& task : tasks_) EXPECT_EQ(task->last<commit_output>().attempt, first);
  for (std::uint32_t n = 0; n < 4; ++n) end(n);
  EXPECT_EQ(listener_.states, (states{job_state::deploying, job_state::running,
                                      job_state::finishing, job_state::finished}));
}

TEST_F(JobManagerActor, CancelsTheOthersWhenATaskFails) {
  start(job_.graph());
  start_all_tasks();
  tell(task_ended{first, {1}, false, false, {error_code::user_function, "operator add: threw: x"}});
  EXPECT_EQ(left_->last<cancel_attempt>().attempt, first);
  EXPECT_EQ(listener_.last(), job_state::failing);
  for (const std::uint32_t n : {0U, 2U, 3U}) tell(task_ended{first, {n}, false, true, {}});
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_EQ(listener_.cause.message, "operator add: threw: x");
}

TEST_F(JobManagerActor, CancelsWhenTheUserAsksForIt) {
  start(job_.graph());
  start_all_tasks();
  tell(cancel_job{});
  EXPECT_EQ(left_->count<cancel_attempt>(), 1U);
  for (std::uint32_t n = 0; n < 4; ++n) tell(task_ended{first, {n}, false, true, {}});
  EXPECT_EQ(listener_.last(), job_state::cancelled);
}

TEST_F(JobManagerActor, FailsWithTheCauseItsNodeGives) {
  start(job_.graph());
  tell(fail_job{{error_code::internal, "no task managers"}});
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_EQ(listener_.cause.message, "no task managers");
}

TEST_F(JobManagerActor, TakesTheTasksOfALostTaskManagerAsLost) {
  start(job_.graph());
  offer(left_, 1);
  offer(right_, 1);
  caf::anon_send_exit(right_.handle(), caf::exit_reason::user_shutdown);
  run_for(world_, std::chrono::milliseconds{1});
  EXPECT_EQ(listener_.last(), job_state::failing);
  EXPECT_EQ(listener_.cause.message, "task manager 2 was lost: it was told to end from outside");
  EXPECT_EQ(left_->count<cancel_attempt>(), 1U);
  for (const auto& order : left_->all<deploy_task>()) {
    tell(task_ended{first, order.task, false, true, {}});
  }
  EXPECT_EQ(listener_.last(), job_state::failed);
}

TEST_F(JobManagerActor, BringsTasksBackToWhereTheirStateIs) {
  start(job_.graph(), {.local_backup = true,
                       .restart = restart_strategy_type::fixed_delay,
                       .fixed_delay = std::chrono::milliseconds{1}});
  offer(left_, 1);
  offer(right_, 1);
  const auto before = right_->all<deploy_task>();
  ASSERT_EQ(before.size(), 2U);
  caf::anon_send_exit(left_.handle(), caf::exit_reason::user_shutdown);
  run_for(world_, std::chrono::milliseconds{1});
  for (const auto& order : before) tell(task_ended{first, order.task, false, true, {}});
  const probe next{process_};
  offer(next, 1);
  run_for(world_, std::chrono::milliseconds{10});
  EXPECT_EQ(next->count<deploy_task>(), 2U);
  const auto after = right_->all<deploy_task>();
  ASSERT_EQ(after.size(), 4U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(after[i + 2].task, before[i].task);
}

TEST_F(JobManagerActor, PassesOnWhatTasksSayOfTheirRestoreInThisAttempt) {
  start(job_.graph(), {}, noted_);
  offer(left_, 2);
  tell(task_started{{7}, {0}, {}, {"of another attempt"}});
  tell(task_started{first, {0}, {}, {"a copy is damaged"}});
  EXPECT_EQ(noted_.warnings, (std::vector<std::string>{"a copy is damaged"}));
}

TEST_F(JobManagerActor, ForgetsTheSlotsOfATaskManagerThatWasLostBeforeTheStart) {
  start(job_.graph());
  offer(left_, 1);
  caf::anon_send_exit(left_.handle(), caf::exit_reason::user_shutdown);
  run_for(world_, std::chrono::milliseconds{1});
  offer(right_, 1);
  EXPECT_TRUE(listener_.states.empty());
  probe third{process_};
  offer(third, 1);
  EXPECT_EQ(listener_.last(), job_state::deploying);
  EXPECT_EQ(right_->count<deploy_task>() + third->count<deploy_task>(), 4U);
}

TEST_F(JobManagerActor, FailsWhenTheSourceCannotFindItsInput) {
  auto source = source_node(1);
  source.discover_splits = [](const source_context&) -> result<std::vector<source_split>> {
    return error{error_code::not_found, "flights.csv: no such file or directory"};
  };
  linear_job job{source};
  job.then(sink_node(results_));
  start(job.graph());
  offer(left_, 2);
  EXPECT_EQ(listener_.states,
            (states{job_state::deploying, job_state::failing, job_state::failed}));
  EXPECT_EQ(listener_.cause.code, error_code::not_found);
  EXPECT_EQ(listener_.cause.message, "discover splits: flights.csv: no such file or directory");
  EXPECT_EQ(left_->count<deploy_task>(), 0U);
}

TEST_F(JobManagerActor, FailsWhenThereAreNotEnoughSlotsInTime) {
  start(job_.graph());
  offer(left_, 1);
  run_for(world_, std::chrono::seconds{29});
  EXPECT_TRUE(listener_.states.empty());
  run_for(world_, std::chrono::seconds{2});
  EXPECT_EQ(listener_.last(), job_state::failed);
  EXPECT_EQ(listener_.cause.message,
            "2 slots are needed, and after 30s (slot.request.timeout) 1 are there");
}

TEST_F(JobManagerActor, WaitsForSlotsAsLongAsItIsToldTo) {
  options_.slot_request_timeout = std::chrono::minutes{2};
  start(job_.graph());
  offer(left_, 1);
  run_for(world_, std::chrono::seconds{119});
  EXPECT_TRUE(listener_.states.empty());
  run_for(world_, std::chrono::seconds{2});
  EXPECT_EQ(listener_.last(), job_state::failed);
}

TEST_F(JobManagerActor, WaitsForSlotsWithoutLimitAndSaysForHowMany) {
  options_.slot_request_timeout = duration::zero();
  start(job_.graph());
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(listener_.totals.missing_slots, 2U);
  offer(left_, 1);
  run_for(world_, std::chrono::hours{30});
  EXPECT_TRUE(listener_.states.empty());
  EXPECT_EQ(listener_.totals.missing_slots, 1U);
  offer(right_, 1);
  EXPECT_EQ(listener_.last(), job_state::deploying);
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(listener_.totals.missing_slots, 0U);
}

TEST_F(JobManagerActor, FailsWhenTasksDoNotStartInTime) {
  options_.slot_request_timeout = duration::zero();
  start(job_.graph());
  offer(left_, 2);
  tell(task_deployed{first, {0}, tasks_[0].address()});
  run_for(world_, std::chrono::seconds{31});
  EXPECT_EQ(listener_.last(), job_state::failing);
  EXPECT_EQ(listener_.cause.message, "the tasks have not started within 30s: 1 of 4 were deployed");
}

TEST_F(JobManagerActor, WaitsForADirectoryThatIsInUseAndBeginsOnceItIsFree) {
  options_.checkpoint_directory = "/chk";
  auto held = hold_directory();
  start(job_.graph());
  offer(left_, 2);
  run_for(world_, std::chrono::seconds{25});
  EXPECT_TRUE(listener_.states.empty());
  ASSERT_EQ(listener_.warnings.size(), 1U);
  EXPECT_EQ(listener_.warnings.front(),
            "this job waits for up to 30s: checkpoint directory /chk is used by another running "
            "job; give each job its own, or stop the other one first");
  held.reset();
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(listener_.last(), job_state::deploying);
  EXPECT_EQ(left_->count<deploy_task>(), 4U);
}

TEST_F(JobManagerActor, FailsIfItsDirectoryIsInUseForTooLong) {
  options_.checkpoint_directory = "/chk";
  const auto held = hold_directory();
  start(job_.graph());
  offer(left_, 2);
  run_for(world_, std::chrono::seconds{31});
  EXPECT_EQ(listener_.states, (states{job_state::failing, job_state::failed}));
  EXPECT_EQ(listener_.cause.code, error_code::in_use);
  EXPECT_EQ(listener_.cause.message,
            "checkpoint directory /chk is used by another running job; give each job its own, or "
            "stop the other one first");
  EXPECT_EQ(left_->count<deploy_task>(), 0U);
}

TEST_F(JobManagerActor, CanBeCancelledWhileItWaitsForItsDirectory) {
  options_.checkpoint_directory = "/chk";
  auto held = hold_directory();
  start(job_.graph());
  offer(left_, 2);
  tell(cancel_job{});
  EXPECT_EQ(listener_.last(), job_state::cancelled);
  held.reset();
  run_for(world_, std::chrono::seconds{40});
  EXPECT_EQ(listener_.last(), job_state::cancelled);
  EXPECT_TRUE(hold_directory());
}

TEST_F(JobManagerActor, IgnoresWhatAnotherAttemptReports) {
  start(job_.graph());
  offer(left_, 2);
  probe stranger{process_};
  for (std::uint32_t n = 0; n < 4; ++n) tell(task_deployed{first, {n}, tasks_[n].address()});
  tell(task_deployed{{7}, {0}, stranger.address()});
  tell(task_started{{7}, {0}});
  tell(task_ended{{7}, {0}, false, false, {error_code::internal, "old"}});
  tell(task_reported{{7}, {.task = {0}, .is_source = true, .records_in = 1000}});
  run_for(world_, std::chrono::seconds{2});
  EXPECT_EQ(listener_.last(), job_state::deploying);
  EXPECT_EQ(listener_.totals.records_read, 0U);
  EXPECT_EQ(stranger->count<request_report>(), 0U);
  EXPECT_GT(tasks_[0]->count<request_report>(), 0U);
}

TEST_F(JobManagerActor, GathersProgressUntilTheEnd) {
  start(job_.graph());
  start_all_tasks();
  tell(task_reported{first, {.task = {0}, .is_source = true, .records_in = 40}});
  tell(task_reported{first, {.task = {1}, .is_source = true, .records_in = 2}});
  run_for(world_, std::chrono::seconds{1});
  EXPECT_EQ(listener_.totals.records_read, 42U);
  tell(task_reported{first, {.task = {2}, .is_sink = true, .records_written = 5}});
  for (std::uint32_t n = 0; n < 4; ++n) end(n);
  EXPECT_EQ(listener_.totals.records_written, 5U);
  const auto reports = listener_.reports;
  run_for(world_, std::chrono::seconds{5});
  EXPECT_EQ(listener_.reports, reports);
}

TEST_F(JobManagerActor, SurvivesUnexpectedMessages) {
  start(job_.graph());
  node_.watch(manager_);
  tell(17);
  tell(deploy_task{});
  offer(left_, 2);
  EXPECT_EQ(listener_.last(), job_state::deploying);
  EXPECT_EQ(node_->count<caf::down_msg>(), 0U);
}

}  // namespace
}  // namespace weir
