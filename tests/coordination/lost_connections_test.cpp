// SPDX-License-Identifier: Apache-2.0
// What the parts of a job do when a connection ends and nobody has: a task manager ends its tasks
// and comes back, the job manager takes it back, a task whose peer is out of reach fails. That the
// whole of it loses nothing is shown in tests/simulation/link_faults_test.cpp.
#include <gtest/gtest.h>

#include "coordination/job_manager_actor.hpp"
#include "coordination/slot_actor.hpp"
#include "coordination/task_manager_actor.hpp"
#include "tests/support/probe_actor.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;

constexpr process_id here{0};
constexpr process_id there{1};
constexpr process_id elsewhere{2};
constexpr attempt_number first{1};

class LostConnections : public ::testing::Test {
protected:
  static job_options two_subtasks() {
    job_options options;
    options.parallelism = 2;
    options.seed = 1;
    return options;
  }
  std::shared_ptr<const execution_graph> graph(const job_options& options = {}) {
    return std::make_shared<const execution_graph>(job_.graph(), options);
  }
  void run_for_a_while() { run_for(world_, milliseconds{5}); }
  // In the far process, with `peer` at the other end of its input.
  void connect_a_task(const probe& job_manager, const probe& peer) {
    const auto slot = far_.spawn<slot_actor>(far_, far_node_.handle(), graph());
    caf::anon_send(slot, deploy_task{first, {1}, 0, {}, job_manager.address()});
    run_for_a_while();
    const auto task = far_.fabric().resolve(job_manager->last<task_deployed>().address);
    caf::anon_send(task, connect_task{first, {peer.address()}, {}});
    run_for_a_while();
  }

  sink_results results_;
  linear_job job_ = keyed_sum_job(100, results_);
  state_listener listener_;
  simulated_world world_{{.seed = 1, .processes = 3}};
  runtime& near_ = world_.process(here);
  runtime& far_ = world_.process(there);
  probe node_{near_};
  probe far_node_{far_};
};

TEST_F(LostConnections, EndTheTasksOfATaskManagerWhichThenOffersItsSlotsAgain) {
  const probe job_manager{near_};
  const auto manager =
      far_.spawn<task_manager_actor>(far_, far_node_.handle(), graph(), 2U, job_manager.address());
  run_for_a_while();
  ASSERT_EQ(job_manager->count<task_manager_registered>(), 1U);
  const auto offer = job_manager->last<task_manager_registered>();
  const auto deploy = [&](attempt_number attempt, std::uint32_t slot) {
    caf::anon_send(near_.fabric().resolve(offer.task_manager),
                   deploy_task{attempt, {slot}, slot, {}, job_manager.address()});
    run_for_a_while();
  };
  deploy(first, 0);
  deploy(first, 1);
  ASSERT_EQ(world_.actors_of(there, "task").size(), 2U);

  world_.links().reset(there, elsewhere);
  run_for_a_while();
  EXPECT_EQ(world_.actors_of(there, "task").size(), 2U);
  EXPECT_EQ(job_manager->count<task_manager_registered>(), 1U);

  world_.links().stall(here, there, std::chrono::seconds{1});
  run_for(world_, milliseconds{500});
  EXPECT_TRUE(world_.actors_of(there, "task").empty());
  EXPECT_EQ(world_.actors_of(there, "slot").size(), 2U);
  EXPECT_EQ(job_manager->count<task_manager_registered>(), 1U);
  run_for(world_, milliseconds{505});
  ASSERT_EQ(job_manager->count<task_manager_registered>(), 2U);
  EXPECT_EQ(job_manager->last<task_manager_registered>().task_manager, offer.task_manager);
  EXPECT_EQ(job_manager->last<task_manager_registered>().slots, 2U);
  deploy({2}, 0);
  EXPECT_EQ(world_.actors_of(there, "task").size(), 1U);
  EXPECT_EQ(far_node_->count<caf::down_msg>(), 0U);
}

TEST_F(LostConnections, LetTheJobManagerTakeATaskManagerBack) {
  const auto manager = near_.spawn<job_manager_actor>(near_, node_.handle(), graph(two_subtasks()),
                                                      static_cast<job_listener&>(listener_));
  const auto address = near_.fabric().publish(manager);
  const probe left{far_};
  const probe right{world_.process(elsewhere)};
  const auto offer = [&](const probe& task_manager, process_id from) {
    caf::anon_send(world_.process(from).fabric().resolve(address),
                   task_manager_registered{task_manager.address(), 1});
    run_for_a_while();
  };
  offer(left, there);
  offer(left, there);  // The same slot, offered once more.
  EXPECT_TRUE(listener_.states.empty());
  world_.links().reset(here, there);
  run_for_a_while();
  offer(right, elsewhere);  // Now one slot is there.
  EXPECT_TRUE(listener_.states.empty());
  offer(left, there);
  EXPECT_EQ(listener_.last(), job_state::deploying);
  EXPECT_EQ(left->count<deploy_task>(), 2U);
  EXPECT_EQ(right->count<deploy_task>(), 2U);

  world_.links().reset(here, there);
  run_for_a_while();
  EXPECT_EQ(listener_.last(), job_state::failing);
  EXPECT_EQ(listener_.cause.message,
            "task manager 1 was lost: its process cannot be reached any more");
  EXPECT_EQ(right->count<cancel_attempt>(), 1U);
  EXPECT_EQ(left->count<cancel_attempt>(), 0U);
}

TEST_F(LostConnections, FailATaskWhosePeerCannotBeReached) {
  const probe job_manager{far_};
  const probe peer{world_.process(elsewhere)};
  connect_a_task(job_manager, peer);
  ASSERT_EQ(job_manager->count<task_started>(), 1U);

  world_.links().reset(here, there);
  run_for_a_while();
  EXPECT_EQ(job_manager->count<task_ended>(), 0U);
  world_.links().reset(there, elsewhere);
  run_for_a_while();
  ASSERT_EQ(job_manager->count<task_ended>(), 1U);
  const auto ended = job_manager->last<task_ended>();
  EXPECT_FALSE(ended.finished);
  EXPECT_FALSE(ended.cancelled);
  EXPECT_NE(ended.cause.message.find(
                "exchange records with process 2: its process cannot be reached any more"),
            std::string::npos)
      << ended.cause.message;
}

// Its slot reports it; what it drags along would only hide the cause.
TEST_F(LostConnections, AreNotWhatAPeerThatFailedLeaves) {
  const probe job_manager{far_};
  const probe peer{world_.process(elsewhere)};
  connect_a_task(job_manager, peer);
  caf::anon_send_exit(peer.handle(), caf::exit_reason::user_shutdown);
  run_for_a_while();
  EXPECT_EQ(job_manager->count<task_ended>(), 0U);
}

}  // namespace
}  // namespace weir
