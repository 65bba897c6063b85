// SPDX-License-Identifier: Apache-2.0
// What can be asked of a cluster, when, and what comes of it.
#include <string>

#include "coordination/cluster/drained_nodes.hpp"
#include "tests/coordination/cluster/told_cluster.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class ClusterStateOrders : public told_cluster {};

TEST_F(ClusterStateOrders, CancelsWhatRunsWhatWaitsAndWhatIsBetween) {
  submit(4);
  take(state_.cancel({"4f"}, now_));
  EXPECT_EQ(state(), "cancelled");
  take(state_.restart({"4f", "latest"}, now_));
  EXPECT_EQ(state(), "waiting");
  join(node_a, 4);
  run();
  take(state_.cancel({"4"}, now_));
  ASSERT_EQ(signals().size(), 1U);
  end(1);  // Before it could obey.
  end(2, 130);
  EXPECT_EQ(state(), "cancelled");
  EXPECT_EQ(numbers(), (std::vector<std::uint32_t>{1, 2}));
  take(state_.restart({"4f", "latest"}, now_));
  run();
  end(3);
  EXPECT_EQ(state(), "restarting");
  take(state_.cancel({"4f"}, now_));
  EXPECT_EQ(stored_.ended, "cancelled") << "another leader would start it again";
  end(4);
  EXPECT_EQ(state(), "cancelled");
}

TEST_F(ClusterStateOrders, TakesEachRestartForAnotherWish) {
  submit(4);
  for (std::uint32_t i = 2; i < 5; ++i) {
    take(state_.cancel({"4f"}, now_));
    take(state_.restart({"4f", "/s/1"}, now_));
    EXPECT_EQ(stored_.restores, i);
  }
}

TEST_F(ClusterStateOrders, RescalesWithTheSavepointThatTheJobStopsWith) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  take(state_.rescale({"4f", 2}, now_));
  ASSERT_TRUE(orders().at(0).order.stops);
  report_savepoint("/s/1");
  end(1, 0);
  EXPECT_EQ(state(), "restarting");
  end(2, 0);
  const auto begun = starts();
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(stored_.submitted.parallelism, 2U);
  EXPECT_EQ(stored_.restore, "/s/1");
  EXPECT_EQ(stored_.restores, 2U);
  EXPECT_EQ(stored_.slots_each, 2U);
}

TEST_F(ClusterStateOrders, StoresNoReportThatHasNoRoomInARecord) {
  join(node_a, 4);
  submit(4);
  const std::string huge(1 << 20, 'x');
  report({.state = "running", .listens = huge, .savepoints = 1, .last_savepoint = huge});
  EXPECT_LT(stored_text(stored_).size(), std::size_t{100} << 10);
  EXPECT_EQ(stored_.report.state, "running");
}

TEST_F(ClusterStateOrders, GoesOnAsItWasWhenTheSavepointFails) {
  join(node_a, 4);
  submit(4);
  run();
  take(state_.rescale({"4f", 2}, now_));
  report_savepoint("", "no space");
  EXPECT_EQ(state(), "running");
  EXPECT_FALSE(stored_.next);
  report({.state = "finished", .listens = "h:1", .savepoints = 1, .savepoint_failure = "no space"});
  end(1, 0);
  end(2, 0);
  EXPECT_EQ(state(), "finished");
}

TEST_F(ClusterStateOrders, DrainsANode) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  join(node_b, 4);
  take(state_.drain({node_a}, now_));
  EXPECT_TRUE(orders().at(0).order.stops);
  EXPECT_TRUE(state_.list_nodes(node_b).at(0).is_draining);
  report_savepoint("/s/1");
  end(1, 0);
  end(2, 0);
  ASSERT_EQ(listed().processes.size(), 2U);
  EXPECT_EQ(starts().at(0).node, node_b);
}

TEST_F(ClusterStateOrders, StartsOnADrainedNodeNothingThatWasPlannedThere) {
  join(node_a, 4);
  join(node_b, 4);
  submit(8);
  ASSERT_EQ(numbers(), std::vector<std::uint32_t>{1}) << "its task managers are planned";
  const auto manager = listed().record.job_manager_node;
  const auto other = manager == node_a ? node_b : node_a;
  EXPECT_EQ(take(state_.drain({other}, now_)), "");
  run();
  for (const auto& each : starts()) EXPECT_NE(each.node, other);
  EXPECT_EQ(listed().remark, "1 of 2 task managers need 4 slots each, 0 are free on 2 nodes");
  take(state_.undrain({other}));
  ASSERT_EQ(starts().at(0).node, other);
}

TEST_F(ClusterStateOrders, SaysWhichJobsStayOnANodeThatIsDrained) {
  join(node_a, 4);
  submit(4, "");
  run();
  EXPECT_EQ(take(state_.drain({node_a}, now_)),
            "job 4f stays there: it takes no checkpoints; submit it with "
            "-D execution.checkpointing.dir=DIRECTORY");
}

TEST_F(ClusterStateOrders, SaysOfManyJobsThatStayHowManyThereAre) {
  join(node_a, 25);
  for (int n = 10; n < 35; ++n) {
    take(state_.on_submitted("j" + std::to_string(n), {.name = "one", .slots = 1}, now_));
  }
  const auto remark = take(state_.drain({node_a}, now_));
  EXPECT_TRUE(remark.ends_with("\nand 5 more")) << remark;
  EXPECT_EQ(std::count(remark.begin(), remark.end(), '\n'), 20);
}

TEST_F(ClusterStateOrders, DoesNotSayThatAJobStaysWhichIsStoppedOrGoesOnElsewhere) {
  join(node_a, 4);
  submit(4);
  run();
  take(ask_for({.token = "7", .stops = true}));
  EXPECT_EQ(take(state_.drain({node_a}, now_)), "");
  end(1);
  ASSERT_EQ(state(), "restarting");
  EXPECT_EQ(take(state_.drain({node_a}, now_)), "");
}

TEST_F(ClusterStateOrders, DrainsANodeWithoutForgettingThatAJobIsToBeRescaled) {
  join(node_a, 4);
  submit(4);
  run();
  take(state_.rescale({"4f", 2}, now_));
  join(node_b, 4);
  take(state_.drain({node_a}, now_));
  report_savepoint("/s/1");
  end(1, 0);
  end(2, 0);
  EXPECT_EQ(stored_.submitted.parallelism, 2U);
  EXPECT_EQ(stored_.job_manager_node, node_b);
}

TEST_F(ClusterStateOrders, ChangesAPlanWhoseSavepointIsThereAlready) {
  join(node_a, 4);
  submit(4);
  run();
  take(state_.rescale({"4f", 2}, now_));
  const auto token = orders().at(0).order.token;
  report(
      {.state = "finishing", .listens = "10.0.0.1:7000", .savepoints = 1, .last_savepoint = "/s/1"},
      {{token, "/s/1", ""}});
  take(state_.rescale({"4f", 3}, now_));
  EXPECT_TRUE(orders().empty()) << "it would take no second one";
  report({.state = "finished", .savepoints = 1, .last_savepoint = "/s/1"}, {{token, "/s/1", ""}});
  end(1, 0);
  end(2, 0);
  EXPECT_EQ(stored_.submitted.parallelism, 3U);
  EXPECT_EQ(stored_.restore, "/s/1");
}

TEST_F(ClusterStateOrders, StoresAgainWhichNodesAreDrainedWhenThatHasFailed) {
  join(node_a, 4);
  take(state_.drain({node_a}, now_));
  state_.on_drained_not_stored();
  EXPECT_EQ(state_.drain({node_a}, now_)->orders.size(), 1U);
  EXPECT_TRUE(state_.drain({node_a}, now_)->orders.empty());
  take(state_.undrain({node_a}));
  state_.on_drained_not_stored();
  EXPECT_EQ(state_.undrain({node_a})->size(), 1U);
  EXPECT_TRUE(state_.undrain({node_a})->empty());
}

TEST_F(ClusterStateOrders, StartsWhatWaitsOnANodeThatIsUndrained) {
  join(node_a, 4);
  join(node_b, 2);
  take(state_.drain({node_a}, now_));
  EXPECT_EQ(drained_, std::set<std::string>{node_a});
  submit(4);
  EXPECT_EQ(listed().remark, "needs 4 slots, 2 are free on 2 nodes");
  take(state_.undrain({node_a}));
  EXPECT_EQ(drained_, std::set<std::string>{});
  EXPECT_EQ(state(), "starting");
  ASSERT_EQ(starts().size(), 1U);
  EXPECT_FALSE(state_.list_nodes(node_b).at(0).is_draining);
}

TEST_F(ClusterStateOrders, GivesARunningJobTheSlotsThatItLacksOnANodeThatIsUndrained) {
  join(node_a, 4);
  submit(4);
  run();
  join(node_b, 4);
  take(state_.drain({node_b}, now_));
  take(state_.drain({node_a}, now_));
  starts();
  end(2);
  EXPECT_TRUE(starts().empty());
  take(state_.undrain({node_b}));
  ASSERT_EQ(numbers(), std::vector<std::uint32_t>{3});
}

TEST_F(ClusterStateOrders, UndrainsWhatIsNotDrainedAndWhatIsAway) {
  join(node_a, 4);
  EXPECT_TRUE(state_.undrain({node_a})->empty());
  take(state_.drain({node_a}, now_));
  EXPECT_TRUE(state_.drain({node_a}, now_)->orders.empty()) << "it is stored already";
  take(state_.on_node_lost(node_a, now_));
  take(state_.undrain({node_a}));
  EXPECT_EQ(drained_, std::set<std::string>{});
  EXPECT_EQ(state_.undrain({node_a}).failure().message,
            "there is no node " + node_a + "; weir nodes lists them");
}

TEST_F(ClusterStateOrders, KeepsWhatIsDrainedWhoeverLeads) {
  join(node_a, 4);
  take(state_.drain({node_a}, now_));
  state_ = {};
  state_.recover_drained(drained_);
  join(node_a, 4);
  submit(2);
  EXPECT_EQ(state(), "waiting");
  take(state_.undrain({node_a}));
  EXPECT_EQ(state(), "starting");
}

TEST_F(ClusterStateOrders, DrainsSoManyNodesAndNoMore) {
  std::set<std::string> gone;
  for (std::size_t n = 0; n < most_drained_nodes; ++n) gone.insert("gone" + std::to_string(n));
  state_.recover_drained(gone);
  join(node_a, 4);
  EXPECT_EQ(state_.drain({node_a}, now_).failure().message,
            "drain node " + node_a +
                ": 1000 are drained, such as gone0; weir undrain those that are gone for good");
  take(state_.undrain({"gone0"}));
  take(state_.drain({node_a}, now_));
  EXPECT_TRUE(state_.is_drained(node_a));
}

TEST_F(ClusterStateOrders, RefusesWhatCannotBe) {
  const auto why = [](const auto& outcome) { return outcome ? "" : outcome.failure().message; };
  EXPECT_EQ(why(state_.cancel({"4f"}, now_)), "there is no job 4f; weir jobs lists them");
  EXPECT_EQ(why(state_.find("")), "there is no job ; weir jobs lists them");
  submit(4, "");
  EXPECT_EQ(why(ask_for({.token = "7"})),
            "take a savepoint of job 4f: it takes no checkpoints; submit it with "
            "-D execution.checkpointing.dir=DIRECTORY");
  EXPECT_NE(why(state_.restart({"4f", "latest"}, now_)).find("has not ended"), std::string::npos);
  EXPECT_NE(why(state_.rescale({"4f", 0}, now_)).find("at least 1"), std::string::npos);
  EXPECT_NE(why(state_.rescale({"4f", 2}, now_)).find("no checkpoints"), std::string::npos);
  EXPECT_EQ(why(state_.drain({"n"}, now_)), "there is no node n; weir nodes lists them");
  EXPECT_EQ(why(state_.undrain({"n"})), "there is no node n; weir nodes lists them");
  take(state_.cancel({"4f"}, now_));
  EXPECT_EQ(why(state_.cancel({"4f"}, now_)), "cancel job 4f: it has ended: cancelled");
  EXPECT_NE(why(state_.restart({"4f", "latest"}, now_)).find("--from PATH"), std::string::npos);
  EXPECT_EQ(why(state_.restart({"4f", "s/1"}, now_)),
            "restart job 4f: --from s/1 is no absolute path, as all nodes see it");
  take(
      state_.on_submitted("4e", {.name = "other", .slots = 2, .checkpoint_directory = "/c"}, now_));
  EXPECT_EQ(why(state_.find("4")), "several jobs begin with 4: 4e, 4f");
  EXPECT_EQ(*state_.find("4e"), "4e");
  EXPECT_NE(why(state_.take_savepoint({"4e", {.token = "7"}})).find("does not run"),
            std::string::npos);
  EXPECT_EQ(why(state_.take_savepoint({"4e", {.token = "7", .directory = "s"}})),
            "take a savepoint of job 4e: the directory for a savepoint, 's', is no absolute path: "
            "it is one on the hosts of the job, not here");
  EXPECT_EQ(why(state_.take_savepoint({"4e", {}})),
            "take a savepoint of job 4e: its order has no proper token");
  EXPECT_NE(why(state_.rescale({"4e", 2}, now_)).find("parallelism or a slot sharing"),
            std::string::npos);
}

TEST_F(ClusterStateOrders, ForgetsTheOldestOfManyThatHaveEnded) {
  for (std::size_t i = 0; i <= most_ended_jobs; ++i) {
    now_ += 1s;
    const auto id = "j" + std::to_string(1000 - i);
    take(state_.on_submitted(
        id, {.name = "other", .program = std::string(64, i == 0 ? 'a' : 'b'), .slots = 2}, now_));
    take(state_.cancel({id}, now_));
  }
  EXPECT_EQ(forgotten_, std::vector<std::string>{"j1000"});
  EXPECT_EQ(state_.forgotten().jobs, forgotten_);
  EXPECT_EQ(state_.forgotten().programs, std::vector{std::string(64, 'a')});
  EXPECT_EQ(state_.list_jobs().size(), most_ended_jobs);
  EXPECT_EQ(state_.list_jobs().front().record.id, "j999");
}

TEST_F(ClusterStateOrders, ForgetsAsManyAsHaveEndedSinceTheLastSubmission) {
  for (std::size_t n = 0; n < most_ended_jobs + 5; ++n) {
    now_ += 1s;
    take(state_.on_submitted("j" + std::to_string(1000 + n),
                             {.name = "other", .program = std::string(64, 'a'), .slots = 2}, now_));
  }
  for (const auto& each : state_.list_jobs()) take(state_.cancel({each.record.id}, now_));
  EXPECT_TRUE(forgotten_.empty());
  submit(2);
  EXPECT_EQ(forgotten_,
            (std::vector<std::string>{"j1000", "j1001", "j1002", "j1003", "j1004", "j1005"}));
  EXPECT_EQ(state_.list_jobs().size(), most_ended_jobs);
}

TEST_F(ClusterStateOrders, LetsNothingGoThatAJobNeedsWhateverWasForgotten) {
  const std::string shared(64, 'a');
  const std::string other(64, 'b');
  EXPECT_TRUE(state_.forgotten().jobs.empty());
  forgotten_jobs former;
  for (const auto& each : {forgotten_job{"j1", shared}, {"j2", shared}, {"j3", other}}) {
    former.add(each);
  }
  state_.recover(former);
  // A leader was lost before it had erased the record of what it had put into the list.
  job_record kept{.id = "j2", .ended = "finished"};
  kept.submitted.program = shared;
  state_.recover(kept, now_);
  EXPECT_EQ(state_.forgotten().jobs, (std::vector<std::string>{"j3", "j1"}));
  EXPECT_EQ(state_.forgotten().programs, std::vector{other});
  take(state_.on_submitted("j4", {.name = "again", .program = other, .slots = 2}, now_));
  EXPECT_TRUE(state_.forgotten().programs.empty());
}

}  // namespace
}  // namespace weir
