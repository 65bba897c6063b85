// SPDX-License-Identifier: Apache-2.0
// What a job manager says of its tasks: what they do, where, and with how many records, each time
// before the progress with which it has changed.
#include <gtest/gtest.h>

#include "coordination/job_manager_actor.hpp"
#include "coordination/listed_task.hpp"
#include "tests/support/probe_actor.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr attempt_number first{1};

class task_listener final : public job_listener {
public:
  void on_state(job_state state, const std::optional<error>&, processing_time) override {
    last = state;
  }
  void on_progress(const job_totals&, processing_time) override { told_before = told; }
  void on_tasks(const std::vector<listed_task>& all) override {
    tasks = all;
    ++told;
  }

  job_state last = job_state::created;
  std::vector<listed_task> tasks;
  std::size_t told = 0;
  std::size_t told_before = 0;  // The progress that was told last.
};

// Two subtasks of two chains: tasks 0 and 1 read, tasks 2 and 3 sum up. The test plays the task
// managers, in processes 1 and 2, and the tasks.
class ListedTasks : public ::testing::Test {
protected:
  void start(std::uint32_t parallelism = 2) {
    job_options options;
    options.parallelism = parallelism;
    options.seed = 1;
    graph_ = std::make_shared<const execution_graph>(job_.graph(), options);
    auto& process = world_.process({0});
    manager_ = process.spawn<job_manager_actor>(process, node_.handle(), graph_, listener_);
  }
  template <class Message>
  void tell(Message message, duration after = 1ms) {
    caf::anon_send(manager_, std::move(message));
    run_for(world_, after);
  }
  void offer(const probe& task_manager, std::uint32_t slots) {
    tell(task_manager_registered{task_manager.address(), slots});
  }
  void begin_tasks() {
    start();
    offer(left_, 1);
    offer(right_, 1);
    for (std::uint32_t n = 0; n < 4; ++n) tell(task_deployed{first, {n}, task_.address()});
  }
  void start_tasks() {
    begin_tasks();
    for (std::uint32_t n = 0; n < 4; ++n) tell(task_started{first, {n}});
  }
  // As they are told with the next progress.
  const std::vector<listed_task>& next_tasks() {
    run_for(world_, 2s);
    EXPECT_EQ(listener_.told_before, listener_.told) << "told after the progress";
    return listener_.tasks;
  }
  std::vector<std::string> next_states() {
    std::vector<std::string> states;
    for (const auto& each : next_tasks()) states.push_back(each.state);
    return states;
  }

  sink_results results_;
  linear_job job_ = keyed_sum_job(100, results_);
  task_listener listener_;
  std::shared_ptr<const execution_graph> graph_;
  simulated_world world_{{.seed = 1, .processes = 3}};
  probe node_{world_.process({0})};
  probe left_{world_.process({1})};
  probe right_{world_.process({2})};
  probe task_{world_.process({1})};
  caf::actor manager_;
};

TEST_F(ListedTasks, AreNamedWithTheirProcessesAndRecords) {
  start_tasks();
  tell(task_reported{first, {.task = {0}, .is_source = true, .records_in = 40}});
  tell(task_reported{first, {.task = {3}, .is_sink = true, .records_in = 7}});
  EXPECT_EQ(next_tasks(),
            (std::vector<listed_task>{{graph_->describe({0}, {}).name, "running", 1, 40},
                                      {graph_->describe({1}, {}).name, "running", 2, 0},
                                      {graph_->describe({2}, {}).name, "running", 1, 0},
                                      {graph_->describe({3}, {}).name, "running", 2, 7}}));
}

TEST_F(ListedTasks, SayWhatTheyDo) {
  using states = std::vector<std::string>;
  start();
  EXPECT_TRUE(next_tasks().empty()) << "none is deployed";
  offer(left_, 2);
  EXPECT_EQ(next_states(), states(4, "deploying"));
  for (std::uint32_t n = 0; n < 4; ++n) tell(task_deployed{first, {n}, task_.address()});
  tell(task_started{first, {0}});
  EXPECT_EQ(next_states(), (states{"running", "deploying", "deploying", "deploying"}));
  for (std::uint32_t n = 1; n < 4; ++n) tell(task_started{first, {n}});
  EXPECT_EQ(next_states(), states(4, "running"));
  tell(task_ended{first, {0}, true, false, {}});
  EXPECT_EQ(next_states(), (states{"finished", "running", "running", "running"}));
  tell(task_ended{first, {1}, false, false, {error_code::user_function, "it fell"}});
  tell(task_ended{first, {2}, false, true, {}});
  EXPECT_EQ(next_states(), (states{"finished", "failed", "canceled", "running"}));
}

TEST_F(ListedTasks, AreToldAtTheEndAsTheyWereThen) {
  start_tasks();
  for (std::uint32_t n = 0; n < 4; ++n) tell(task_drained{first, {n}}, 1us);
  for (std::uint32_t n = 0; n < 4; ++n) tell(task_ended{first, {n}, true, false, {}}, 1us);
  EXPECT_EQ(listener_.last, job_state::finished);
  ASSERT_EQ(listener_.tasks.size(), 4U);
  for (const auto& each : listener_.tasks) EXPECT_EQ(each.state, "finished");
}

TEST_F(ListedTasks, AreToldAgainOnlyWhenSomethingHasChanged) {
  start_tasks();
  next_tasks();
  const auto told = listener_.told;
  next_tasks();
  EXPECT_EQ(listener_.told, told);
  tell(task_reported{first, {.task = {0}, .is_source = true, .records_in = 1}});
  EXPECT_EQ(next_tasks()[0].records_in, 1U);
  EXPECT_EQ(listener_.told, told + 1);
}

TEST_F(ListedTasks, AreThoseOfTheAttemptThatRuns) {
  start_tasks();
  tell(task_reported{{7}, {.task = {0}, .is_source = true, .records_in = 1000}});
  tell(task_ended{{7}, {0}, false, false, {error_code::internal, "of another life"}});
  const auto& tasks = next_tasks();
  EXPECT_EQ(tasks.at(0).state, "running");
  EXPECT_EQ(tasks.at(0).records_in, 0U);
}

TEST_F(ListedTasks, AreTheFirstOfManyInShort) {
  job_ = linear_job{source_node(100)};
  job_.then(map_node<adding_map>(std::string(300, 'x'), number{1}))
      .then(map_node<keyed_sum>("sum"), partitioning::hash)
      .then(sink_node(results_));
  start(60);
  offer(left_, 60);
  const auto& tasks = next_tasks();
  ASSERT_EQ(graph_->task_count(), 120U);
  ASSERT_EQ(tasks.size(), most_listed_tasks);
  EXPECT_EQ(tasks[0].name.size(), longest_task_name);
}

}  // namespace
}  // namespace weir
