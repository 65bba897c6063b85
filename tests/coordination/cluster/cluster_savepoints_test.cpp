// SPDX-License-Identifier: Apache-2.0
// A savepoint that was asked for is answered once, whoever is lost meanwhile.
#include <string>

#include "tests/coordination/cluster/told_cluster.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class ClusterSavepoints : public told_cluster {
protected:
  void SetUp() override {
    join(node_a, 4);
    submit(4);
    run();
    starts();
  }
  // The node is there again with the job's processes, whose job manager says what it has answered.
  void join_again(std::vector<savepoint_answer> answers = {}) {
    join(node_a, 4,
         {{.job = "4f", .place = {1, true, node_a}, .job_manager = 1, .slots = 0, .pid = 7},
          {.job = "4f", .place = {2, false, node_a}, .job_manager = 1, .slots = 4, .pid = 8}});
    report({.state = "running", .listens = "10.0.0.1:7000"}, std::move(answers));
  }
  void replace_leader() {
    const auto kept = stored_;
    state_ = {};
    state_.recover(kept, now_);
  }
  const savepoint_order chosen_{.token = "7", .directory = "/mine", .stops = false};
};

TEST_F(ClusterSavepoints, AreOrderedWithTheirDirectoryAndAnswered) {
  take(ask_for(chosen_));
  const auto told = orders();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].node, node_a);
  EXPECT_EQ(told[0].number, 1U);
  EXPECT_EQ(told[0].order, chosen_);
  EXPECT_TRUE(stored_.savepoints_answered.empty());
  report_savepoint("/mine/savepoint-1");
  EXPECT_TRUE(stored_.savepoints_ordered.empty());
  EXPECT_EQ(stored_.savepoints_answered,
            (std::vector<savepoint_answer>{{"7", "/mine/savepoint-1", ""}}));
  EXPECT_EQ(state(), "running");
}

TEST_F(ClusterSavepoints, AreAskedForTwiceAndTakenOnce) {
  take(ask_for(chosen_));
  EXPECT_TRUE(ask_for(chosen_)->empty()) << "it is on its way";
  report_savepoint("", "no space");
  EXPECT_TRUE(ask_for(chosen_)->empty()) << "it is answered";
  end(1, 1);
  EXPECT_EQ(state(), "failed");
  EXPECT_TRUE(ask_for(chosen_)->empty()) << "it is answered, though the job has ended";
  EXPECT_EQ(ask_for({.token = "8"}).failure().message,
            "take a savepoint of job 4f: it has ended: failed");
}

TEST_F(ClusterSavepoints, AreOrderedAgainUntilTheyAreAnswered) {
  take(ask_for(chosen_));
  orders();
  wait(1s);
  EXPECT_EQ(orders().size(), 1U);
  take(state_.on_node_lost(node_a, now_));
  wait(1s);
  EXPECT_TRUE(orders().empty()) << "its node is not there";
  join_again();
  wait(1s);
  EXPECT_EQ(orders().size(), 1U);
  report_savepoint("/mine/savepoint-1");
  wait(1s);
  EXPECT_TRUE(orders().empty());
}

TEST_F(ClusterSavepoints, AreAnsweredUnderAnotherLeader) {
  take(ask_for(chosen_));
  orders();
  replace_leader();
  EXPECT_TRUE(ask_for(chosen_)->empty());
  wait(1s);
  EXPECT_TRUE(orders().empty());
  // It had been told, and has taken it while nobody led.
  join_again({{"7", "/mine/savepoint-1", ""}});
  wait(1s);
  EXPECT_TRUE(orders().empty());
  EXPECT_EQ(stored_.savepoints_answered,
            (std::vector<savepoint_answer>{{"7", "/mine/savepoint-1", ""}}));
}

TEST_F(ClusterSavepoints, AreToldByAnotherLeaderToAJobManagerThatHasNotHeardOfThem) {
  take(ask_for(chosen_));
  orders();
  replace_leader();
  join_again();
  wait(1s);
  ASSERT_EQ(orders().size(), 1U);
  report_savepoint("/mine/savepoint-1");
  EXPECT_EQ(stored_.savepoints_answered.size(), 1U);
}

TEST_F(ClusterSavepoints, AreAnsweredWhenTheirJobManagerHasEnded) {
  for (const bool is_lost : {false, true}) {
    take(ask_for({.token = is_lost ? "8" : "7"}));
    if (is_lost) {
      take(state_.on_node_lost(node_a, now_));
      wait(node_is_lost_after);
    } else {
      end(1);
      end(2);
      run();
    }
    EXPECT_TRUE(stored_.savepoints_ordered.empty());
    EXPECT_EQ(stored_.savepoints_answered.at(0).failure,
              "its job manager has ended before the savepoint; weir job 4f shows why");
  }
  EXPECT_EQ(stored_.savepoints_answered.size(), 2U);
}

TEST_F(ClusterSavepoints, DoNotTakeTheAnswersOfOthers) {
  take(ask_for(chosen_));
  report({.state = "running", .savepoints = 1, .last_savepoint = "/x"}, {{"8", "/x", ""}});
  EXPECT_EQ(stored_.savepoints_ordered.size(), 1U);
  EXPECT_TRUE(stored_.savepoints_answered.empty());
}

TEST_F(ClusterSavepoints, AreSoManyAtATime) {
  for (std::size_t n = 0; n < most_savepoint_orders; ++n) {
    take(ask_for({.token = "many" + std::to_string(n)}));
  }
  EXPECT_EQ(ask_for(chosen_).failure().message,
            "take a savepoint of job 4f: so many were asked for and have not been taken yet: 8; "
            "try again");
}

TEST_F(ClusterSavepoints, StopTheJobWhateverElseWasPlannedForIt) {
  take(ask_for({.token = "7", .directory = "/mine", .stops = true}));
  EXPECT_EQ(state_.rescale({"4f", 2}, now_).failure().message,
            "rescale job 4f: it is being stopped with a savepoint");
  take(state_.drain({node_a}, now_));
  EXPECT_EQ(orders().size(), 1U);
  report_savepoint("/mine/savepoint-1");
  end(1, 0);
  end(2, 0);
  EXPECT_EQ(state(), "finished");
  EXPECT_EQ(stored_.savepoints_answered.at(0).path, "/mine/savepoint-1");
}

TEST_F(ClusterSavepoints, EndTheJobThatStopsWithThemWhateverBecomesOfItsJobManagerThen) {
  for (const bool is_replaced : {false, true}) {
    take(ask_for({.token = is_replaced ? "8" : "7", .stops = true}));
    const auto& token = stored_.savepoints_ordered.at(0).token;
    report({.state = "finishing", .listens = "10.0.0.1:7000"}, {{token, "/s/1", ""}});
    EXPECT_EQ(state_.rescale({"4f", 2}, now_).failure().message,
              "rescale job 4f: it is being stopped with a savepoint");
    if (is_replaced) {
      replace_leader();
      join(node_a, 4);
    } else {
      end(listed().record.job_manager);
      end_started();
    }
    EXPECT_EQ(state(), "finished");
    EXPECT_NE(last_failure().find(" after the savepoint that the job was stopped with"),
              std::string::npos)
        << last_failure();
    EXPECT_TRUE(starts().empty());
    // Started again, it is a job like others.
    take(state_.restart({"4f", "latest"}, now_));
    run();
    starts();
    end(listed().record.job_manager);
    EXPECT_EQ(state(), "restarting");
    end_started();
    run();
    starts();
  }
}

TEST_F(ClusterSavepoints, DoNotEndAJobThatOnlyTakesThemOrHasFailedTo) {
  take(ask_for(chosen_));
  report_savepoint("/mine/savepoint-1");
  take(ask_for({.token = "8", .stops = true}));
  report_savepoint("", "no space");
  end(1);
  EXPECT_EQ(state(), "restarting");
}

TEST_F(ClusterSavepoints, AreNotTakenForTheOneThatAJobMovesWith) {
  take(ask_for(chosen_));
  take(state_.rescale({"4f", 2}, now_));
  const auto told = orders();
  ASSERT_EQ(told.size(), 2U);
  // The first fails, and the job ends by itself before the other.
  report({.state = "running", .savepoints = 1, .savepoint_failure = "full"}, {{"7", "", "full"}});
  EXPECT_TRUE(stored_.next) << "it is still to come";
  report({.state = "finished", .savepoints = 2, .last_savepoint = "/x"},
         {{told[1].order.token, "", "the job has ended"}});
  end(1, 0);
  end(2, 0);
  EXPECT_EQ(state(), "finished");
}

TEST_F(ClusterSavepoints, ArePlannedOnceHoweverOftenTheJobIsToMove) {
  take(state_.rescale({"4f", 2}, now_));
  take(state_.rescale({"4f", 3}, now_));
  EXPECT_EQ(orders().size(), 1U);
  replace_leader();
  join_again();
  wait(1s);
  EXPECT_EQ(orders().size(), 1U);
  report_savepoint("/s/1");
  end(1, 0);
  end(2, 0);
  EXPECT_EQ(stored_.submitted.parallelism, 3U);
  EXPECT_EQ(stored_.restore, "/s/1");
}

}  // namespace
}  // namespace weir
