// SPDX-License-Identifier: Apache-2.0
// What forgotten jobs have left goes from all nodes, and nothing that somebody may need.
#include <gtest/gtest.h>

#include "tests/support/simulated_nodes.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

const std::string old_program = "#!an old program";
const std::string new_program = "#!a new program";

std::string hash_of(const std::string& program) {
  sha256 sum;
  sum.update(program);
  return std::move(sum).finish();
}

// A cluster that has run one job, "old", on two nodes, before many others.
class tidy_cluster {
public:
  explicit tidy_cluster(simulated_nodes_options options = {.seed = 1}) : nodes{with(options)} {
    nodes.run(2s);
    EXPECT_EQ(nodes.submit(8, "old", old_program), "old");
    nodes.run(2s);
    EXPECT_EQ(nodes.job("old")->state, "running");
    cancel("old");
    nodes.run(2s);
    EXPECT_EQ(nodes.job("old")->state, "cancelled");
  }

  void cancel(const std::string& job) { EXPECT_TRUE(nodes.ask(*nodes.leader(), end_job{job})); }
  // So many that one of them is forgotten. They never run: none needs what the others have.
  void forget_oldest() {
    for (std::size_t n = 0; n < most_ended_jobs; ++n) end_one();
  }
  void end_one() {
    const auto id = "new" + std::to_string(++submitted_);
    EXPECT_EQ(nodes.submit(1000, id, new_program), id);
    cancel(id);
  }
  // How many nodes have it.
  std::size_t logs_of(const std::string& job) {
    std::size_t found = 0;
    for (const auto& [node, jobs] : nodes.processes().logs) found += jobs.contains(job) ? 1U : 0U;
    return found;
  }
  std::size_t copies_of(const std::string& program) {
    std::size_t found = 0;
    for (std::uint32_t n = 0; n < nodes.count(); ++n) {
      const auto path = "/" + nodes.name_of(n) + "/" + hash_of(program);
      found += nodes.world().files().stat(path).ok() ? 1U : 0U;
    }
    return found;
  }

  std::string store = "/store";
  simulated_nodes nodes;

private:
  simulated_nodes_options with(simulated_nodes_options options) {
    options.open_store = [this](auto& files) {
      return std::make_unique<directory_store>(files, store);
    };
    return options;
  }
  std::size_t submitted_ = 0;
};

TEST(ClusterCleaning, RemovesLogsAndProgramsOfForgottenJobs) {
  tidy_cluster cluster;
  auto& nodes = cluster.nodes;
  ASSERT_EQ(nodes.submit(4, "runs", new_program), "runs");
  nodes.run(30min);
  EXPECT_EQ(cluster.logs_of("old"), 2U) << "there are not too many yet";
  cluster.forget_oldest();
  nodes.run(11min);
  EXPECT_EQ(cluster.logs_of("old"), 0U);
  EXPECT_EQ(cluster.logs_of("runs"), 1U);
  nodes.run(2h);
  EXPECT_EQ(cluster.copies_of(old_program), 0U);
  EXPECT_EQ(cluster.copies_of(new_program), 3U);
  EXPECT_EQ(nodes.job("runs")->state, "running");
  // It comes back to all that may lead with the next job that runs it.
  ASSERT_EQ(nodes.submit(4, "again", old_program), "again");
  nodes.run(2s);
  EXPECT_EQ(nodes.job("again")->state, "running");
  EXPECT_EQ(cluster.copies_of(old_program), 3U);
  nodes.run(2h);
  EXPECT_EQ(cluster.copies_of(old_program), 3U);
}

TEST(ClusterCleaning, ReachesNodesThatWereAwayAndLaterLeaders) {
  tidy_cluster cluster{{.seed = 2}};
  auto& nodes = cluster.nodes;
  const auto leads = *nodes.leader();
  const auto away = (leads + 1) % 3;
  nodes.crash(away);
  cluster.forget_oldest();
  nodes.crash(leads);
  nodes.start(away);
  nodes.start(leads);
  nodes.run(5s);
  EXPECT_GT(cluster.logs_of("old"), 0U);
  EXPECT_EQ(cluster.copies_of(old_program), 3U);
  nodes.run(2h);
  EXPECT_EQ(cluster.logs_of("old"), 0U);
  EXPECT_EQ(cluster.copies_of(old_program), 0U);
}

TEST(ClusterCleaning, RemovesNothingWhenTheStoreIsLost) {
  tidy_cluster cluster{{.seed = 3}};
  auto& nodes = cluster.nodes;
  for (std::uint32_t n = 0; n < nodes.count(); ++n) nodes.crash(n);
  cluster.store = "/another/store";
  for (std::uint32_t n = 0; n < nodes.count(); ++n) nodes.start(n);
  nodes.run(3s);
  const auto listed = nodes.ask(*nodes.leader(), list_jobs{});
  EXPECT_TRUE(std::get<jobs_listed>(*listed).jobs.empty());
  // Nor when as many have ended in the cluster that begins there.
  cluster.forget_oldest();
  cluster.end_one();
  nodes.run(3h);
  EXPECT_EQ(cluster.logs_of("old"), 2U);
  EXPECT_EQ(cluster.copies_of(old_program), 3U);
}

TEST(ClusterCleaning, WaitsWhileTheLeaderCannotReadAllRecords) {
  tidy_cluster cluster{{.seed = 4}};
  auto& nodes = cluster.nodes;
  cluster.forget_oldest();
  auto& files = nodes.world().files();
  std::string damaged;
  const auto names = files.list("/store");
  ASSERT_TRUE(names.ok());
  for (const auto& each : *names) {
    const auto path = "/store/" + each + "/job-new1";
    if (files.stat(path).ok()) damaged = path;
  }
  ASSERT_NE(damaged, "");
  for (std::uint32_t n = 0; n < nodes.count(); ++n) nodes.crash(n);
  files.put(damaged, "damaged");
  for (std::uint32_t n = 0; n < nodes.count(); ++n) nodes.start(n);
  nodes.run(2h);
  EXPECT_EQ(cluster.logs_of("old"), 2U);
  EXPECT_EQ(cluster.copies_of(old_program), 3U);
}

// Asks whether a program is still there, as those do who want to submit a job, and takes its time.
// Answers what the submission was answered.
std::string submit_slowly(duration patience) {
  tidy_cluster cluster{{.seed = 5, .program_patience = patience}};
  auto& nodes = cluster.nodes;
  cluster.forget_oldest();
  const auto leads = *nodes.leader();
  const auto asked = nodes.ask(leads, blob_chunk{hash_of(old_program), old_program.size(), 0, ""});
  EXPECT_EQ(std::get<chunk_taken>(*asked).next, old_program.size());
  nodes.run(45min);
  const auto got = nodes.ask(
      leads, submit_job{"slow", {.name = "slow", .program = hash_of(old_program), .slots = 8}});
  if (const auto* const no = std::get_if<refused>(&*got)) return no->why;
  nodes.run(2h);
  return nodes.job("slow")->state;
}

TEST(ClusterCleaning, KeepsAProgramWhoseJobIsStillToBeSubmitted) {
  EXPECT_EQ(submit_slowly(longest_idleness), "running");
}

TEST(ClusterCleaning, WouldTakeItFromThemIfItDidNotWait) {
  EXPECT_EQ(submit_slowly(0s), "submit a job: its program was not uploaded");
}

TEST(ClusterCleaning, RemovesUploadsThatNoJobFollows) {
  tidy_cluster cluster{{.seed = 6}};
  auto& nodes = cluster.nodes;
  const auto leads = *nodes.leader();
  const std::string whole = "#!whole";
  const std::string torn = "#!torn";
  nodes.ask(leads, blob_chunk{hash_of(whole), whole.size(), 0, whole});
  nodes.ask(leads, blob_chunk{hash_of(torn), torn.size(), 0, torn.substr(0, 3)});
  const auto directory = "/" + nodes.name_of(leads);
  EXPECT_EQ(nodes.world().files().list(directory)->size(), 3U);
  nodes.run(45min);
  EXPECT_EQ(nodes.world().files().list(directory)->size(), 3U);
  nodes.run(1h);
  EXPECT_EQ(*nodes.world().files().list(directory), std::vector{hash_of(old_program)});
}

TEST(ClusterCleaning, RemovesUploadsOfAFormerLifeAtOnce) {
  tidy_cluster cluster{{.seed = 7}};
  auto& nodes = cluster.nodes;
  const auto leads = *nodes.leader();
  nodes.ask(leads, blob_chunk{hash_of("#!torn"), 6, 0, "#!t"});
  nodes.crash(leads);
  nodes.start(leads);
  nodes.run(1s);
  EXPECT_EQ(*nodes.world().files().list("/" + nodes.name_of(leads)),
            std::vector{hash_of(old_program)});
}

}  // namespace
}  // namespace weir
