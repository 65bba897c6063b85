// SPDX-License-Identifier: Apache-2.0
// A leader is lost while a job runs: another takes it over as it is.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"
#include "tests/support/simulated_nodes.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

std::set<std::pair<std::string, std::int64_t>> identities(const imagined_processes& all) {
  std::set<std::pair<std::string, std::int64_t>> found;
  for (const auto& each : all.alive()) found.emplace(each.place.node, each.pid);
  return found;
}

// A job that runs on nodes that do not lead.
class ClusterTakeover : public ::testing::Test {
protected:
  void begin(simulated_nodes& nodes, std::uint32_t slots = 8) {
    nodes.run(2s);
    first_ = nodes.leader();
    ASSERT_TRUE(first_);
    nodes.ask(*first_, drain_node{nodes.name_of(*first_)});
    ASSERT_EQ(nodes.submit(slots), "4f");
    nodes.run(2s);
    ASSERT_EQ(nodes.job("4f")->state, "running");
    before_ = identities(nodes.processes());
    ASSERT_EQ(before_.size(),
              slots > 4 ? 3U : 2U);  // A job manager, and a node's task manager each.
    for (const auto& [node, pid] : before_) ASSERT_NE(node, nodes.name_of(*first_));
  }
  // Another leads, and has the job as it was.
  void expect_taken_over(simulated_nodes& nodes) {
    const auto now = nodes.leader();
    ASSERT_TRUE(now);
    EXPECT_NE(*now, *first_);
    const auto job = nodes.job("4f");
    ASSERT_TRUE(job);
    EXPECT_EQ(job->state, "running");
    EXPECT_EQ(job->remark, "");
    EXPECT_EQ(job->record.job_managers, 1U);
    EXPECT_TRUE(job->record.failures.empty()) << job->record.failures.front().cause;
    EXPECT_EQ(job->processes.size(), before_.size());
    EXPECT_EQ(identities(nodes.processes()), before_) << "something was started or killed";
    EXPECT_EQ(nodes.processes().problem, "");
  }
  std::optional<std::uint32_t> first_;
  std::set<std::pair<std::string, std::int64_t>> before_;
};

TEST_F(ClusterTakeover, LeavesAloneProcessesOfALeaderThatCrashes) {
  simulated_nodes nodes{{.seed = 1}};
  begin(nodes);
  nodes.crash(*first_);
  nodes.run(5s);
  expect_taken_over(nodes);
  // It is there again, and follows.
  nodes.start(*first_);
  nodes.run(20s);
  expect_taken_over(nodes);
}

TEST_F(ClusterTakeover, LeavesAloneProcessesOfALeaderThatStandsStill) {
  simulated_nodes nodes{{.seed = 2}};
  begin(nodes);
  nodes.world().pause({*first_}, 30s);
  nodes.run(8s);
  expect_taken_over(nodes);
  nodes.run(40s);
  expect_taken_over(nodes);
  const auto said = nodes.said(nodes.name_of(*first_));
  EXPECT_TRUE(std::any_of(said.begin(), said.end(), [](const std::string& each) {
    return each.starts_with("leads no longer");
  }));
}

TEST_F(ClusterTakeover, IsFoundByNodesThatDoNotSeeTheStore) {
  simulated_nodes nodes{{.seed = 3, .nodes = 4, .followers = 1}};
  begin(nodes);
  nodes.crash(*first_);
  nodes.run(9s);
  expect_taken_over(nodes);
  const auto got = nodes.ask(*nodes.leader(), list_nodes{});
  EXPECT_EQ(std::get<nodes_listed>(*got).nodes.size(), 3U);
}

TEST_F(ClusterTakeover, BringsProgramsAlong) {
  simulated_nodes nodes{{.seed = 4}};
  begin(nodes);
  nodes.crash(*first_);
  nodes.run(5s);
  // One of the processes is to be started anew, by a leader to which nobody has uploaded it.
  for (auto& [node, all] : nodes.processes().by_node) {
    for (auto& each : all) {
      if (each.what.slots > 0 && node == nodes.name_of(*nodes.leader())) {
        imagined_processes::end(each, "was killed");
      }
    }
  }
  nodes.run(3s);
  EXPECT_EQ(nodes.job("4f")->remark, "");
  EXPECT_EQ(nodes.processes().alive().size(), 3U);
  EXPECT_EQ(nodes.processes().started, 4U);
}

TEST_F(ClusterTakeover, KnowsWhichNodesAreDraining) {
  simulated_nodes nodes{{.seed = 5}};
  begin(nodes);
  const auto drained = (*first_ + 1) % 3;
  nodes.ask(*first_, drain_node{nodes.name_of(drained)});
  nodes.run(1s);
  nodes.crash(*first_);
  nodes.run(5s);
  const auto got = nodes.ask(*nodes.leader(), list_nodes{nodes.name_of(drained)});
  EXPECT_TRUE(std::get<nodes_listed>(*got).nodes.at(0).is_draining);
}

// Accepted by a leader that is lost at once, with the node that it was about.
TEST_F(ClusterTakeover, KnowsWhichNodesTakeProcessesAgain) {
  simulated_nodes nodes{{.seed = 10}};
  begin(nodes);
  const auto name = nodes.name_of(*first_);
  const auto undrained = nodes.ask(*first_, undrain_node{name});
  ASSERT_TRUE(undrained && std::holds_alternative<node_undrained>(*undrained));
  EXPECT_TRUE(std::get<node_undrained>(*undrained).was_drained);
  nodes.crash(*first_);
  nodes.run(8s);
  nodes.start(*first_);
  nodes.run(8s);
  const auto got = nodes.ask(*nodes.leader(), list_nodes{name});
  EXPECT_FALSE(std::get<nodes_listed>(*got).nodes.at(0).is_draining);
}

TEST_F(ClusterTakeover, KnowsThatANodeIsDrainedThatIsStartedAgain) {
  simulated_nodes nodes{{.seed = 11}};
  begin(nodes);
  nodes.crash(*first_);
  nodes.run(8s);
  nodes.start(*first_);
  nodes.run(8s);
  const auto got = nodes.ask(*nodes.leader(), list_nodes{nodes.name_of(*first_)});
  EXPECT_TRUE(std::get<nodes_listed>(*got).nodes.at(0).is_draining);
}

TEST_F(ClusterTakeover, RestartsNothingHoweverNewsGetAbout) {
  for (const auto seed : seeds_for(100)) {
    simulated_nodes nodes{{.seed = seed, .nodes = 4}};
    begin(nodes, 6);
    nodes.crash(*first_);
    nodes.run(duration{static_cast<std::int64_t>(mix(seed) % 4'000'000)} + 6s);
    expect_taken_over(nodes);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST_F(ClusterTakeover, BringsManyProgramsToAllThatMayLead) {
  simulated_nodes nodes{{.seed = 6}};
  nodes.run(2s);
  std::set<std::string> programs;
  for (int n = 0; n < 12; ++n) {
    const auto program = std::to_string(n) + std::string(2'500'000, '#');
    sha256 sum;
    sum.update(program);
    programs.insert(std::move(sum).finish());
    ASSERT_NE(nodes.submit(1, "4f" + std::to_string(n), program), "");
  }
  nodes.run(3s);
  for (std::uint32_t n = 0; n < nodes.count(); ++n) {
    for (const auto& each : programs) {
      EXPECT_TRUE(nodes.world().files().stat("/" + nodes.name_of(n) + "/" + each).ok())
          << nodes.name_of(n) << " lacks " << each;
    }
  }
}

TEST_F(ClusterTakeover, HearsAgainWhatALostLeaderHadHeard) {
  simulated_nodes nodes{{.seed = 7}};
  begin(nodes);
  for (auto& [node, all] : nodes.processes().by_node) {
    for (auto& each : all) {
      if (each.what.slots == 0) imagined_processes::finish(each);
    }
  }
  nodes.stir_all();
  // Long enough for the leader to be told, and too short for it to have stored what that means.
  run_for(nodes.world(), std::chrono::microseconds{60});
  nodes.crash(*first_);
  nodes.run(6s);
  const auto job = nodes.job("4f");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, "finished");
  EXPECT_EQ(job->record.job_managers, 1U);
}

// Sockets take few reports. Who led is lost before the job has taken the savepoint that it was told
// to stop with, and the last reports say that it has.
TEST_F(ClusterTakeover, HearsWhatAJobManagerHasSaidLastWhileNobodyLed) {
  simulated_nodes nodes{{.seed = 7, .nodes = 2, .followers = 1}};
  begin(nodes, 4);
  nodes.ask(*first_, ask_savepoint{"4f", {.token = "7", .stops = true}});
  run_for(nodes.world(), 10ms);
  nodes.crash(*first_);
  run_for(nodes.world(), 5s);
  auto& there = nodes.processes().by_node.at(nodes.name_of(1));
  const auto find_manager = [&] {
    return std::find_if(there.begin(), there.end(),
                        [](const auto& each) { return each.what.slots == 0; });
  };
  for (int n = 0; n < 5 && find_manager() != there.end(); ++n) {
    imagined_processes::say(*find_manager());
    nodes.stir_all();
    run_for(nodes.world(), 10ms);
  }
  if (nodes.processes().savepoints.empty()) {
    auto& manager = *find_manager();
    const auto order = manager.savepoints.next();
    ASSERT_TRUE(order);
    nodes.processes().take_savepoint(manager, *order);
  }
  nodes.run(1s);
  nodes.start(*first_);
  nodes.run(20s);
  const auto job = nodes.job("4f");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, "finished");
  ASSERT_EQ(job->record.savepoints_answered.size(), 1U);
  EXPECT_EQ(job->record.savepoints_answered[0].failure, "");
  EXPECT_NE(job->record.savepoints_answered[0].path, "");
}

// The node that leads next had read that itself.
TEST_F(ClusterTakeover, KnowsWhatAJobManagerOfItsOwnHasSaidWhileNobodyLed) {
  simulated_nodes nodes{{.seed = 9, .nodes = 2}};
  begin(nodes, 4);
  nodes.ask(*first_, ask_savepoint{"4f", {.token = "7"}});
  run_for(nodes.world(), 10ms);
  nodes.crash(*first_);
  auto& there = nodes.processes().by_node.at(nodes.name_of(1 - *first_));
  const auto manager = std::find_if(there.begin(), there.end(),
                                    [](const auto& each) { return each.what.slots == 0; });
  ASSERT_NE(manager, there.end());
  if (nodes.processes().savepoints.empty()) {
    const auto order = manager->savepoints.next();
    ASSERT_TRUE(order);
    nodes.processes().take_savepoint(*manager, *order);
  }
  imagined_processes::say(*manager);
  nodes.stir_all();
  nodes.run(8s);
  expect_taken_over(nodes);
  const auto answered = nodes.job("4f")->record.savepoints_answered;
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_NE(answered[0].path, "");
}

TEST_F(ClusterTakeover, GoesOnElsewhereAsTheLostLeaderHadPlanned) {
  simulated_nodes nodes{{.seed = 8, .nodes = 4}};
  begin(nodes, 4);
  const auto drained = nodes.processes().alive().at(0).place.node;
  // Accepted, and so kept.
  ASSERT_TRUE(nodes.ask(*first_, drain_node{drained}));
  nodes.crash(*first_);
  nodes.run(8s);
  const auto job = nodes.job("4f");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, "running");
  EXPECT_EQ(job->record.job_managers, 2U);
  for (const auto& each : job->processes) EXPECT_NE(each.place.node, drained);
}

// Of a job whose leader's host is lost as soon as it was accepted.
std::optional<listed_job> job_of_a_lost_leader(simulated_nodes_options options) {
  simulated_nodes nodes{std::move(options)};
  nodes.run(2s);
  const auto first = nodes.leader();
  if (!first || nodes.submit(4, "4f", std::string(5'000'000, '#')) != "4f") return std::nullopt;
  nodes.crash(*first);
  nodes.run(40s);
  return nodes.job("4f");
}

TEST(AcceptedJobs, OutliveTheHostOfTheLeaderThatHasAcceptedThem) {
  for (const auto seed : seeds_for(20)) {
    const auto job = job_of_a_lost_leader({.seed = seed});
    ASSERT_TRUE(job) << "seed " << seed;
    EXPECT_EQ(job->state, "running") << "seed " << seed << ": " << job->remark;
  }
}

TEST(AcceptedJobs, AreLostWithItIfItDoesNotWaitForACopy) {
  const auto job = job_of_a_lost_leader({.seed = 1, .copy_patience = 0s});
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, "failed");
  EXPECT_NE(job->record.failures.at(0).cause.find("found its program"), std::string::npos)
      << job->record.failures.at(0).cause;
}

TEST(AcceptedJobs, BearARemarkWhereNobodyGetsACopy) {
  simulated_nodes nodes{{.seed = 1, .nodes = 2, .copy_patience = 3s}};
  nodes.run(2s);
  const auto first = nodes.leader();
  ASSERT_TRUE(first);
  const std::string program = "#!imagined";
  const auto other = "/" + nodes.name_of(1 - *first);
  nodes.world().files().faults().set({.create = per_million{1'000'000}, .under = other});
  sha256 sum;
  sum.update(program);
  const auto hash = std::move(sum).finish();
  nodes.ask(*first, blob_chunk{hash, program.size(), 0, program});
  const submit_job wish{"4f", {.name = "count", .program = hash}};
  const auto before = nodes.world().now();
  auto got = nodes.ask(*first, wish);
  EXPECT_GE(nodes.world().now() - before, 3s);
  EXPECT_NE(std::get<accepted>(*got).remark.find(nodes.name_of(*first) + " alone"),
            std::string::npos);
  // Whoever asks again is answered the same, and, once there is a copy, without a remark.
  got = nodes.ask(*first, wish);
  EXPECT_NE(std::get<accepted>(*got).remark, "");
  nodes.world().files().faults().set({});
  nodes.run(2s);
  got = nodes.ask(*first, wish);
  EXPECT_EQ(std::get<accepted>(*got).job, "4f");
  EXPECT_EQ(std::get<accepted>(*got).remark, "");
}

TEST(AcceptedJobs, WaitForNobodyWhereNobodyElseMayLead) {
  simulated_nodes nodes{{.seed = 1, .nodes = 2, .followers = 1, .lead_alone = true}};
  nodes.run(2s);
  ASSERT_EQ(nodes.leader(), 0U);
  const auto before = nodes.world().now();
  const auto got = nodes.submit_imagined(0);
  EXPECT_LT(nodes.world().now() - before, 1s);
  EXPECT_EQ(std::get<accepted>(*got).remark, "") << "that is how it was set up";
}

TEST(AcceptedJobs, BearARemarkAtOnceWhereNobodyIsThereToGetACopy) {
  simulated_nodes nodes{{.seed = 1, .nodes = 2, .followers = 1}};
  nodes.run(2s);
  const auto before = nodes.world().now();
  const auto got = nodes.submit_imagined(0);
  EXPECT_LT(nodes.world().now() - before, 1s);
  EXPECT_EQ(std::get<accepted>(*got).remark,
            "job 4f is accepted, but its program is on node " + nodes.name_of(0) +
                " alone: no other that may lead is there to fetch it; if that node is lost before "
                "one has, so is the job");
}

TEST(AcceptedJobs, AreKnownToALeaderThatHasNotTheirPrograms) {
  simulated_nodes nodes{{.seed = 1, .nodes = 2, .copy_patience = 1s}};
  nodes.run(2s);
  const auto first = *nodes.leader();
  nodes.world().files().faults().set(
      {.create = per_million{1'000'000}, .under = "/" + nodes.name_of(1 - first) + "/"});
  ASSERT_TRUE(nodes.submit_imagined(first));
  nodes.crash(first);
  nodes.run(5s);
  const auto got = nodes.submit_imagined(1 - first, false);
  ASSERT_TRUE(got && std::holds_alternative<refused>(*got));
  EXPECT_EQ(std::get<refused>(*got).code, error_code::io_failure) << "it may be there all the same";
  EXPECT_EQ(std::get<refused>(*got).why,
            "submit a job: job 4f is known, but its program is not here yet; weir job 4f shows "
            "what becomes of it");
}

TEST_F(ClusterTakeover, SaysThatNobodyHasAProgramAnyMore) {
  simulated_nodes nodes{{.seed = 9}};
  begin(nodes);
  // Whoever has to start a process anew, and may lead, has lost its copies.
  for (std::uint32_t n = 0; n < nodes.count(); ++n) {
    const auto files = nodes.world().files().list("/" + nodes.name_of(n));
    for (const auto& each : *files) {
      ASSERT_TRUE(nodes.world().files().remove("/" + nodes.name_of(n) + "/" + each).ok());
    }
  }
  for (auto& [node, all] : nodes.processes().by_node) {
    for (auto& each : all) imagined_processes::end(each, "was killed");
  }
  nodes.run(25s);
  const auto job = nodes.job("4f");
  EXPECT_EQ(job->state, "failed");
  EXPECT_NE(job->record.failures.at(0).cause.find("program"), std::string::npos);
}

}  // namespace
}  // namespace weir
