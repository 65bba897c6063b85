// SPDX-License-Identifier: Apache-2.0
// What is lost, late or asked at the wrong moment, and must not harm a job that is well.
#include <string>

#include "tests/coordination/cluster/told_cluster.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class ClusterTrouble : public told_cluster {
protected:
  running_process running(std::uint32_t number, const std::string& node, std::uint32_t slots) {
    return {.job = "4f",
            .place = {number, slots == 0, node},
            .job_manager = 1,
            .slots = slots,
            .pid = 100 + static_cast<std::int64_t>(number)};
  }
};

// One node joins the new leader before the other: what runs on the other is not missing.
TEST_F(ClusterTrouble, StartsNothingAgainThatANodeHasWhichIsStillOnItsWay) {
  join(node_a, 2);
  join(node_b, 2);
  submit(4);
  run();
  ASSERT_EQ(numbers(), (std::vector<std::uint32_t>{1, 2, 3}));
  const auto former = stored_;
  state_ = {};
  state_.recover(former, now_);
  join(node_a, 4, {running(1, node_a, 0), running(2, node_a, 2)});
  run();
  wait(1s);
  EXPECT_EQ(numbers(), std::vector<std::uint32_t>{});
  join(node_b, 2, {running(3, node_b, 2)});
  EXPECT_TRUE(signals().empty()) << "what was well was killed";
  wait(node_is_lost_after);
  EXPECT_EQ(numbers(), std::vector<std::uint32_t>{});
  end(3);
  EXPECT_EQ(numbers(), std::vector<std::uint32_t>{4});
}

TEST_F(ClusterTrouble, ReplacesWhatNoNodeHasAfterAWhile) {
  join(node_a, 4);
  submit(4);
  run();
  starts();
  const auto former = stored_;
  state_ = {};
  state_.recover(former, now_);
  join(node_a, 4, {running(1, node_a, 0)});
  run();
  EXPECT_EQ(numbers(), std::vector<std::uint32_t>{});
  wait(node_is_lost_after);
  EXPECT_EQ(numbers(), std::vector<std::uint32_t>{3});
}

TEST_F(ClusterTrouble, StopsAJobForGoodWhoseRescalingHasFailed) {
  for (const bool is_heard : {true, false}) {
    state_ = {};
    join(node_a, 4);
    submit(4);
    run();
    take(state_.rescale({"4f", 2}, now_));
    if (is_heard) report_savepoint("", "full");
    take(ask_for({.token = "7", .stops = true}));
    report_savepoint("/s/2");
    end(1, 0);
    end(2, 0);
    EXPECT_EQ(state(), "finished");
    EXPECT_EQ(stored_.submitted.parallelism, 4U);
    forget_given();
  }
}

TEST_F(ClusterTrouble, AsksForNoSavepointBeforeTheJobRuns) {
  join(node_a, 4);
  submit(4);
  for (const bool stops : {false, true}) {
    EXPECT_EQ(ask_for({.token = "7", .stops = stops}).failure().message,
              "take a savepoint of job 4f: it does not run at the moment; try again");
  }
  run();
  take(state_.rescale({"4f", 2}, now_));
  EXPECT_EQ(ask_for({.token = "7"}).failure().message,
            "take a savepoint of job 4f: it stops with one just now, to go on elsewhere or "
            "otherwise; try again");
  EXPECT_EQ(orders().size(), 1U);
}

TEST_F(ClusterTrouble, CancelsAgainUntilItIsHeard) {
  join(node_a, 4);
  submit(4);
  run();
  take(state_.cancel({"4f"}, now_));
  signals();
  wait(1s);
  ASSERT_EQ(signals().size(), 1U);
  // Nor does a new leader forget it.
  const auto former = stored_;
  state_ = {};
  state_.recover(former, now_);
  wait(1s);
  EXPECT_TRUE(signals().empty()) << "its node is not there";
  join(node_a, 4, {running(1, node_a, 0), running(2, node_a, 4)});
  wait(1s);
  const auto told = signals();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].number, 1U);
  EXPECT_EQ(told[0].what, process_signal::terminate);
  end(1, 130);
  end(2, 0);
  EXPECT_EQ(state(), "cancelled");
}

TEST_F(ClusterTrouble, GoesOnFromTheCheckpointsThatItHearsOfWhenANodeHasJoined) {
  join(node_a, 4);
  submit(4);
  run();
  take(state_.on_node_lost(node_a, now_));
  join(node_a, 4, {running(1, node_a, 0)});
  report({.state = "running", .listens = "10.0.0.1:7000", .checkpoints = 3});
  EXPECT_EQ(stored_.restore, "latest");
}

TEST_F(ClusterTrouble, StartsNoTaskManagersBeforeItHearsWhatTheJobManagerHasSaid) {
  for (const bool has_finished : {false, true}) {
    state_ = {};
    forget_given();
    join(node_a, 4);
    submit(4);
    run();
    starts();
    take(state_.on_node_lost(node_a, now_));
    join(node_a, 4, {running(1, node_a, 0)});
    EXPECT_TRUE(starts().empty());
    report({.state = has_finished ? "finished" : "running", .listens = "10.0.0.1:7000"});
    EXPECT_EQ(starts().size(), has_finished ? 0U : 1U);
  }
}

TEST_F(ClusterTrouble, KnowsItsProcessesFromOthers) {
  join(node_a, 4);
  submit(4);
  EXPECT_TRUE(state_.knows("4f", 1));
  EXPECT_FALSE(state_.knows("4f", 7));
  EXPECT_FALSE(state_.knows("5a", 1));
}

TEST_F(ClusterTrouble, KeepsANodeDrainedThatHasBeenAway) {
  join(node_a, 4);
  take(state_.drain({node_a}, now_));
  take(state_.on_node_lost(node_a, now_));
  join(node_a, 4);
  submit(2);
  EXPECT_EQ(state(), "waiting");
  EXPECT_TRUE(state_.list_nodes("").front().is_draining);
}

TEST_F(ClusterTrouble, RescalesToNoMoreThanTheKeyGroups) {
  join(node_a, 4);
  job_submission job{.name = "count", .slots = 2, .parallelism = 2};
  job.checkpoint_directory = "/shared";
  job.max_parallelism = 128;
  take(state_.on_submitted("4f", job, now_));
  run();
  EXPECT_EQ(state_.rescale({"4f", 129}, now_).failure().message,
            "rescale job 4f: its state has 128 key groups (pipeline.max-parallelism), which is the "
            "most");
  EXPECT_TRUE(state_.rescale({"4f", 128}, now_).ok());
}

}  // namespace
}  // namespace weir
