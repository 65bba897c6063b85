// SPDX-License-Identifier: Apache-2.0
// What becomes of jobs when their processes and nodes come and go.
#include "coordination/cluster/cluster_state.hpp"

#include <algorithm>

#include "tests/coordination/cluster/told_cluster.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class ClusterState : public told_cluster {};

TEST_F(ClusterState, StartsAJobManagerAndTaskManagersOnceItListens) {
  join(node_a, 4);
  submit(4);
  auto begun = starts();
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].node, node_a);
  EXPECT_EQ(begun[0].order.slots, 0U);
  EXPECT_EQ(state(), "starting");
  run();
  begun = starts();
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].order.slots, 4U);
  EXPECT_EQ(begun[0].order.job_manager, 1U);
  EXPECT_EQ(begun[0].order.arguments.back(), "10.0.0.1:0");
  EXPECT_EQ(state(), "running");
  run();
  EXPECT_TRUE(starts().empty());
}

TEST_F(ClusterState, LetsAJobWaitForSlotsAndSaysSo) {
  join(node_a, 4);
  submit(6);
  EXPECT_TRUE(starts().empty());
  EXPECT_EQ(state(), "waiting");
  EXPECT_EQ(listed().remark, "needs 6 slots, 4 are free on 1 node");
  join(node_b, 4);
  EXPECT_EQ(starts().size(), 1U);
  run();
  const auto begun = starts();
  ASSERT_EQ(begun.size(), 2U);
  EXPECT_NE(begun[0].node, begun[1].node);
  EXPECT_EQ(begun[0].order.slots, 3U);
}

TEST_F(ClusterState, KeepsTheSlotsOfOneJobFromAnother) {
  join(node_a, 4);
  submit(3);
  take(state_.on_submitted("5e", {.name = "other", .slots = 2}, now_));
  EXPECT_EQ(starts().size(), 1U);
  EXPECT_EQ(state_.list("5e").remark, "needs 2 slots, 1 is free on 1 node");
  EXPECT_EQ(state_.list_nodes(node_a).at(0).free_slots, 1U);
  report({.state = "finished", .listens = "10.0.0.1:7000"});
  end(1, 0);
  EXPECT_EQ(state(), "finished");
  ASSERT_EQ(starts().size(), 1U);
}

TEST_F(ClusterState, ReplacesALostTaskManagerWhereThereIsRoom) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  join(node_b, 4);
  end(2);
  auto begun = starts();
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].order.number, 3U);
  EXPECT_EQ(begun[0].order.job_manager, 1U);
  EXPECT_EQ(last_failure(),
            "task-manager-2 on " + begun[0].node + " was killed by signal 9 (Killed)");
  take(state_.on_node_lost(node_b, now_));
  starts();
  take(state_.on_node_lost(node_a, now_));
  EXPECT_TRUE(starts().empty());
}

TEST_F(ClusterState, SaysWhatAJobLacksThatRuns) {
  join(node_a, 4);
  join(node_b, 4);
  submit(8);
  run();
  starts();
  take(state_.on_node_lost(node_b, now_));
  EXPECT_EQ(listed().remark, "1 of 2 task managers need 4 slots each, 0 are free on 1 node");
  join(node_b, 4);
  EXPECT_EQ(starts().size(), 1U);
  EXPECT_EQ(listed().remark, "");
}

TEST_F(ClusterState, GoesOnFromTheLatestCheckpointWhenTheJobManagerIsLost) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  end(1);
  // Not before the task managers of the last one have ended.
  EXPECT_TRUE(starts().empty());
  EXPECT_EQ(state(), "restarting");
  const auto told = signals();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].number, 2U);
  EXPECT_EQ(told[0].what, process_signal::kill);
  end(2);
  const auto begun = starts();
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].order.number, 3U);
  const auto& words = begun[0].order.arguments;
  const auto restore = std::find(words.begin(), words.end(), "--restore");
  ASSERT_NE(restore, words.end());
  EXPECT_EQ(*std::next(restore), "latest");
  EXPECT_EQ(last_failure(), "job-manager-1 was killed by signal 9 (Killed)");
}

TEST_F(ClusterState, BeginsAgainWithItsSavepointUntilItHasACheckpointOfItsOwn) {
  join(node_a, 4);
  job_submission job{.name = "count", .slots = 1};
  job.checkpoint_directory = "/shared";
  job.restore = "/shared/savepoint-1";
  take(state_.on_submitted("4f", job, now_));
  end(1);
  EXPECT_EQ(stored_.restore, "/shared/savepoint-1");
  EXPECT_EQ(stored_.restores, 1U) << "the wish is still the same";
  report({.state = "running", .listens = "h:1", .checkpoints = 1});
  EXPECT_EQ(stored_.restore, "latest");
}

TEST_F(ClusterState, FailsAJobWithoutCheckpointsWhenItsJobManagerIsLost) {
  join(node_a, 4);
  submit(4, "");
  run();
  end(1);
  end(2, 130);
  EXPECT_EQ(state(), "failed");
  EXPECT_NE(last_failure().find("takes no checkpoints"), std::string::npos);
  EXPECT_EQ(stored_.ended, "failed");
}

TEST_F(ClusterState, GivesAJobUpWhoseProcessesEndTooOften) {
  join(node_a, 4);
  submit(4);
  run();
  std::uint32_t number = 2;
  for (; state() == "running" && number < 50; ++number) {
    now_ += 1s;
    end(number);
  }
  EXPECT_EQ(number, 2 + most_replacements + 1);
  EXPECT_NE(last_failure().find("ended too often: task-manager-12"), std::string::npos);
  ASSERT_FALSE(signals().empty());
  end(1);
  EXPECT_EQ(state(), "failed");
}

TEST_F(ClusterState, ReplacesOnWithoutEndWhatEndsNowAndThen) {
  join(node_a, 4);
  submit(4);
  run();
  for (std::uint32_t number = 2; number < 50; ++number) {
    now_ += 10s;
    end(number);
  }
  EXPECT_EQ(state(), "running");
}

TEST_F(ClusterState, CountsWhatIsLostWithANodeAsOne) {
  join(node_a, 12);
  join(node_b, 1);
  job_submission job{.name = "count", .slots = 13, .checkpoint_directory = "/shared"};
  take(state_.on_submitted("4f", job, now_));
  report({.state = "running", .listens = "10.0.0.1:7000"});
  EXPECT_EQ(listed().record.task_managers, 13U);
  take(state_.on_node_lost(node_a, now_));
  EXPECT_EQ(state(), "running");
}

TEST_F(ClusterState, EndsAsTheJobManagerSays) {
  join(node_a, 4);
  submit(4);
  run();
  report({.state = "failed", .listens = "h:1", .failures = {{event_time{}, "parse: line 7"}}});
  end(2, 0);
  EXPECT_TRUE(numbers() == (std::vector<std::uint32_t>{1, 2})) << "a dismissed one was replaced";
  end(1, 1);
  EXPECT_EQ(state(), "failed");
  EXPECT_EQ(last_failure(), "parse: line 7");
}

// The job manager has seen that a connection broke, and says so before the node says why.
class ClusterStateOfAFailedJob : public ClusterState {
protected:
  ClusterStateOfAFailedJob() {
    join(node_a, 4);
    submit(4);
    run();
    report({.state = "failed", .listens = "h:1", .failures = {{event_time{}, "it is lost"}}});
  }
  void task_manager_ends(bool is_explained) {
    take(state_.on_ended({"4f", 2, "was killed: too much memory", {}, true, is_explained}, now_));
  }
  std::vector<std::string> causes() const {
    std::vector<std::string> all;
    for (const auto& each : stored_.failures) all.push_back(each.cause);
    return all;
  }
  const std::string why_ =
      "task-manager-2 on " + std::string{node_a} + " was killed: too much memory";
};

TEST_F(ClusterStateOfAFailedJob, RemembersWhyATaskManagerEnded) {
  task_manager_ends(true);
  EXPECT_EQ(causes(), std::vector{why_});
  end(1, 1);
  EXPECT_EQ(state(), "failed");
  EXPECT_EQ(causes(), (std::vector<std::string>{"it is lost", why_}));
}

TEST_F(ClusterStateOfAFailedJob, RemembersItAlsoWhenTheJobHasEnded) {
  end(1, 1);
  EXPECT_EQ(state(), "failed");
  task_manager_ends(true);
  EXPECT_EQ(causes(), (std::vector<std::string>{why_, "it is lost"}));
  EXPECT_TRUE(listed().processes.empty());
}

TEST_F(ClusterStateOfAFailedJob, DoesNotRememberWhatItMayHaveKilledItself) {
  end(1, 1);
  task_manager_ends(false);
  EXPECT_EQ(causes(), std::vector<std::string>{"it is lost"});
}

TEST_F(ClusterState, PointsToTheLogWhereNothingElseIsKnown) {
  join(node_a, 4);
  submit(4);
  end(1, 2);
  EXPECT_EQ(state(), "failed");
  EXPECT_EQ(last_failure(), "job-manager-1 exited with 2; weir logs 4f shows why");
}

TEST_F(ClusterState, DoesNotTryAProgramAgainThatCannotBeStarted) {
  join(node_a, 4);
  submit(4);
  take(state_.on_ended({"4f", 1, "could not be started: Exec format error", {}, false}, now_));
  EXPECT_EQ(state(), "failed");
  EXPECT_EQ(numbers().size(), 1U);
}

TEST_F(ClusterState, KillsWhatDoesNotEndWhenItIsTold) {
  join(node_a, 4);
  submit(4);
  run();
  report({.state = "finished", .listens = "h:1"});
  end(1, 0);
  EXPECT_EQ(signals().at(0).what, process_signal::terminate);
  wait(clearing_patience - 1us);
  EXPECT_TRUE(signals().empty());
  wait(1us);
  EXPECT_EQ(signals().at(0).what, process_signal::kill);
  wait(clearing_patience - 1us);
  EXPECT_TRUE(signals().empty());
  wait(1us);
  EXPECT_EQ(signals().size(), 1U) << "the first one may have been lost";
}

TEST_F(ClusterState, WaitsForANodeThatIsOutOfSightBeforeItReplacesAJobManager) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  join(node_b, 4);
  take(state_.on_node_lost(node_a, now_));
  EXPECT_EQ(listed().remark, "its node " + node_a + " is out of sight");
  wait(node_is_lost_after - 1us);
  EXPECT_TRUE(starts().empty());
  wait(1us);
  const auto begun = starts();
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].node, node_b);
  EXPECT_LT(node_gives_up_after, node_is_lost_after);
  // It is back, with what nobody wants any more.
  signals();
  join(node_a, 4, {{.job = "4f", .place = {1, true, node_a}, .job_manager = 1}});
  ASSERT_EQ(signals().size(), 1U);
}

TEST_F(ClusterState, KeepsWhatIsStillThereWhenANodeIsBack) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  take(state_.on_node_lost(node_a, now_));
  wait(1s);
  join(node_a, 4,
       {{.job = "4f", .place = {1, true, node_a}, .job_manager = 1},
        {.job = "4f", .place = {2, false, node_a}, .job_manager = 1, .slots = 4, .pid = 9}});
  EXPECT_TRUE(starts().empty());
  EXPECT_TRUE(signals().empty());
  EXPECT_EQ(listed().processes.size(), 2U);
  wait(1min);
  EXPECT_EQ(state(), "running");
}

TEST_F(ClusterState, LearnsWhatRunsWhenItTakesOverFromAFormerLeader) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  cluster_state next;
  next.recover(stored_, now_);
  state_ = std::move(next);
  join(node_b, 4);
  EXPECT_TRUE(starts().empty());
  join(node_a, 4,
       {{.job = "4f", .place = {1, true, node_a}, .job_manager = 1},
        {.job = "4f", .place = {2, false, node_a}, .job_manager = 1, .slots = 4},
        {.job = "9c", .place = {2, false, node_a}, .job_manager = 1, .slots = 4}});
  EXPECT_TRUE(starts().empty());
  EXPECT_EQ(state(), "running");
  const auto told = signals();
  ASSERT_EQ(told.size(), 1U) << "what belongs to no job is killed";
  EXPECT_EQ(told[0].job, "9c");
}

TEST_F(ClusterState, GoesOnAtOnceWhenTheNodeOfTheJobManagerHasStartedAgain) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  cluster_state next;
  next.recover(stored_, now_);
  state_ = std::move(next);
  join(node_a, 4);
  const auto begun = starts();
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].order.number, 3U);
  EXPECT_EQ(stored_.restore, "latest");
}

}  // namespace
}  // namespace weir
