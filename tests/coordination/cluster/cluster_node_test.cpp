// SPDX-License-Identifier: Apache-2.0
// Nodes over real sockets, here in one process, with scripts for programs: what clients are
// answered, how programs get about, and who is turned away.
#include "coordination/cluster/cluster_node.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <mutex>
#include <pthread.h>

#include <gtest/gtest.h>

#include "actors/networked_runtime.hpp"
#include "coordination/cluster/cluster_client.hpp"
#include "coordination/cluster/cluster_command.hpp"
#include "coordination/cluster/control_connections.hpp"
#include "network/sha256.hpp"
#include "tests/support/heard_reports.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class ClusterNode : public ::testing::Test {
protected:
  ClusterNode() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGIO);
    sigaddset(&signals, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  }

  static cluster_secret secret(const std::string& text = "a secret of this test") {
    return *cluster_secret::make(text);
  }
  // A port that was free a moment ago.
  static endpoint free_place() { return tcp_socket::listen({})->local(); }

  result<std::unique_ptr<cluster_node>> try_start(const endpoint& where,
                                                  const std::string& directory,
                                                  const std::string& join = "") {
    return cluster_node::start({.listen = where,
                                .slots = 4,
                                .directory = there_ / directory,
                                .secret = secret(),
                                .join = join,
                                .report = heard_.reporter()});
  }
  void start(const endpoint& where, const std::string& directory, const std::string& join = "") {
    auto started = try_start(where, directory, join);
    ASSERT_TRUE(started.ok()) << started.failure().message;
    nodes_.push_back(*std::move(started));
  }
  std::unique_ptr<cluster_client> client(const endpoint& node) {
    auto connected = cluster_client::connect({.node = to_string(node), .secret = secret()});
    EXPECT_TRUE(connected.ok()) << (connected ? "" : connected.failure().message);
    return *std::move(connected);
  }
  static std::string hash_of(const std::string& program) {
    sha256 sum;
    sum.update(program);
    return std::move(sum).finish();
  }
  static void upload(cluster_client& to, const std::string& program) {
    const auto taken =
        to.ask_for<chunk_taken>(blob_chunk{hash_of(program), program.size(), 0, program});
    ASSERT_TRUE(taken.ok()) << taken.failure().message;
    EXPECT_EQ(taken->next, program.size());
  }
  result<accepted> submit(cluster_client& to, const std::string& program, std::uint32_t slots = 2) {
    return to.ask_for<accepted>(
        submit_job{.id = "job" + std::to_string(++submitted_),
                   .job = {.name = "script", .program = hash_of(program), .slots = slots}});
  }
  // Once it has ended; the nodes hear of their children.
  listed_job ended(cluster_client& from, const std::string& job) {
    for (;;) {
      for (const auto& each : nodes_) each->on_child_signal();
      auto listed = from.ask_for<jobs_listed>(list_jobs{job});
      EXPECT_TRUE(listed.ok());
      if (!listed || !listed->jobs.at(0).record.ended.empty()) return listed->jobs.at(0);
      from.wait(std::chrono::milliseconds{5});
    }
  }
  std::string answer_to(cluster_client& from, const cluster_request& request) {
    std::string text;
    auto done = ask_cluster(request, from, [&](std::string_view part) { text += part; });
    return done ? text : "failed: " + done.failure().message;
  }

  heard_reports heard_;
  temporary_directory there_;
  std::uint32_t submitted_ = 0;
  std::vector<std::unique_ptr<cluster_node>> nodes_;
};

using kind = cluster_request::kind;

TEST_F(ClusterNode, RunsAProgramThatWasUploaded) {
  const auto place = free_place();
  start(place, "node");
  auto asks = client(place);
  const std::string program = "#!/bin/sh\necho it runs\n";
  EXPECT_EQ(submit(*asks, program).failure().message, "submit a job: its program was not uploaded");
  upload(*asks, program);
  const auto job = submit(*asks, program);
  ASSERT_TRUE(job.ok()) << job.failure().message;
  EXPECT_EQ(ended(*asks, job->job).record.ended, "finished");
  EXPECT_TRUE(
      answer_to(*asks, {.what = kind::logs, .subject = job->job}).ends_with("<==\nit runs\n"));
  EXPECT_NE(answer_to(*asks, {.what = kind::jobs}).find("finished"), std::string::npos);
  EXPECT_NE(answer_to(*asks, {.what = kind::job, .subject = job->job}).find("is finished"),
            std::string::npos);
  EXPECT_NE(answer_to(*asks, {.what = kind::nodes}).find("leads"), std::string::npos);
}

TEST_F(ClusterNode, SaysWhyAProgramDoesNotRun) {
  const auto place = free_place();
  start(place, "node");
  auto asks = client(place);
  for (const auto& [program, why] :
       {std::pair<std::string, std::string>{std::string("\0\1\2", 3), "Exec format error"},
        {"#!/bin/sh\nexit 2\n", "exited with 2; weir logs "},
        {"#!/bin/sh\nkill -9 $$\n", "takes no checkpoints from which another could go on"}}) {
    upload(*asks, program);
    const auto job = submit(*asks, program);
    ASSERT_TRUE(job.ok());
    const auto end = ended(*asks, job->job);
    EXPECT_EQ(end.record.ended, "failed");
    EXPECT_NE(end.record.failures.at(0).cause.find(why), std::string::npos)
        << end.record.failures.at(0).cause;
  }
}

TEST_F(ClusterNode, RefusesWhatIsCorruptOrCannotBeAJob) {
  const auto place = free_place();
  start(place, "node");
  auto asks = client(place);
  const std::string program = "#!/bin/sh\n";
  const auto corrupt =
      asks->ask_for<chunk_taken>(blob_chunk{hash_of(program), program.size(), 0, "#!/bin/xx\n"});
  ASSERT_FALSE(corrupt.ok());
  EXPECT_EQ(corrupt.failure().code, error_code::corrupt_data);
  upload(*asks, program);
  EXPECT_EQ(submit(*asks, program, 0).failure().message,
            "submit a job: slots and parallelism are between 1 and 32768");
  EXPECT_EQ(answer_to(*asks, {.what = kind::cancel, .subject = "4f"}),
            "failed: there is no job 4f; weir jobs lists them");
  EXPECT_EQ(answer_to(*asks, {.what = kind::drain, .subject = "n"}),
            "failed: there is no node n; weir nodes lists them");
  EXPECT_EQ(answer_to(*asks, {.what = kind::undrain, .subject = "n"}),
            "failed: there is no node n; weir nodes lists them");
}

TEST_F(ClusterNode, CancelsAndStartsAgainWhatWaits) {
  const auto place = free_place();
  start(place, "node");
  auto asks = client(place);
  const std::string program = "#!/bin/sh\n";
  upload(*asks, program);
  const auto job = submit(*asks, program, 9);
  ASSERT_TRUE(job.ok());
  EXPECT_NE(answer_to(*asks, {.what = kind::jobs}).find("needs 9 slots, 4 are free on 1 node"),
            std::string::npos);
  EXPECT_EQ(answer_to(*asks, {.what = kind::cancel, .subject = job->job}),
            "job " + job->job + " is cancelled\n");
  EXPECT_EQ(answer_to(*asks, {.what = kind::restart, .subject = job->job, .from = "/s/1"}),
            "job " + job->job + " begins again with /s/1\n");
  EXPECT_NE(answer_to(*asks, {.what = kind::savepoint, .subject = job->job}).find("no checkpoints"),
            std::string::npos);
}

TEST_F(ClusterNode, TurnsStrangersAndOtherVersionsAway) {
  const auto place = free_place();
  start(place, "node");
  const auto stranger = cluster_client::connect(
      {.node = to_string(place), .secret = secret("another secret, long enough")});
  ASSERT_FALSE(stranger.ok());
  EXPECT_NE(stranger.failure().message.find("different cluster secrets"), std::string::npos);
  const auto other = cluster_client::connect(
      {.node = to_string(place), .secret = secret(), .version = "weir control protocol 0"});
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.failure().message.find("weir control protocol 0"), std::string::npos);
  heard_.wait_for("different cluster secrets");
  heard_.wait_for("weir control protocol 0");
  const auto nobody =
      cluster_client::connect({.node = to_string(free_place()), .secret = secret()});
  ASSERT_FALSE(nobody.ok());
  EXPECT_NE(nobody.failure().message.find("is there a weir node of this cluster?"),
            std::string::npos);
}

// Somebody with another secret, whose number is the same each time, as that of a node is. It tries
// once, or hardly more often.
void knock(const endpoint& node) {
  std::promise<void> turned_away;
  std::once_flag told;
  std::atomic<networked_runtime*> knocking{nullptr};
  const auto stranger =
      networked_runtime::start({.threads = 1,
                                .idle = idle_workers::sleep,
                                .self = {.cluster = std::string{control_cluster},
                                         .program = std::string{control_version},
                                         .process = {4711},
                                         .incarnation = 0},
                                .secret = *cluster_secret::make("another secret, long enough"),
                                .tls = {},
                                .listen = {},
                                .connections = control_connections(),
                                .report = [](const error&) {},
                                .on_not_reached =
                                    [&](process_id peer, const error&) {
                                      std::call_once(told, [&] {
                                        knocking.load()->fabric().forget(peer);
                                        turned_away.set_value();
                                      });
                                    }});
  ASSERT_TRUE(stranger.ok());
  knocking = stranger->get();
  (*stranger)->fabric().listen();
  ASSERT_TRUE((*stranger)->fabric().dial(node_process(to_string(node)), node));
  turned_away.get_future().wait();
}

TEST_F(ClusterNode, DoesNotLogTheSameAgainAndAgain) {
  const auto place = free_place();
  start(place, "node");
  // What is said after that is news.
  while (!heard_.has("leads")) client(place);
  for (int n = 0; n < 4; ++n) knock(place);
  while (!heard_.has("different cluster secrets")) client(place);
  EXPECT_EQ(heard_.count("different cluster secrets"), 1);
}

TEST_F(ClusterNode, DoesNotShareItsPlaceOrItsDirectory) {
  const auto place = free_place();
  start(place, "node");
  EXPECT_NE(try_start(place, "other").failure().message.find("in use"), std::string::npos);
  EXPECT_EQ(try_start(free_place(), "node").failure().message,
            "another node uses the directory " + there_ / "node");
  there_.write("file", "");
  EXPECT_NE(try_start(free_place(), "file/node").failure().message.find("file"), std::string::npos);
}

TEST_F(ClusterNode, FollowsALeaderAndFetchesTheProgramsItIsToRun) {
  const auto first = free_place();
  const auto second = free_place();
  const auto third = free_place();
  start(first, "first");
  start(second, "second", to_string(first));
  start(third, "third", to_string(second));  // Which does not lead, and says who does.
  auto asks = client(third);
  // Until it has been welcomed, a node does not know who leads.
  const auto nodes = [&] {
    const auto listed = asks->ask_for<nodes_listed>(list_nodes{});
    return listed ? listed->nodes.size() : 0U;
  };
  while (nodes() < 3) asks->wait(std::chrono::milliseconds{5});
  EXPECT_EQ(answer_to(*asks, {.what = kind::drain, .subject = to_string(first)}),
            "node " + to_string(first) +
                " gets no more processes; weir nodes shows how many it still has\n");
  // Larger than a chunk.
  const auto program = "#!/bin/sh\necho it runs here\nexit\n" + std::string(2'500'000, '#') + "\n";
  for (std::uint64_t next = 0; next < program.size();) {
    const auto taken = asks->ask_for<chunk_taken>(
        blob_chunk{hash_of(program), program.size(), next, program.substr(next, most_chunk_bytes)});
    ASSERT_TRUE(taken.ok()) << taken.failure().message;
    next = taken->next;
  }
  const auto job = submit(*asks, program);
  ASSERT_TRUE(job.ok()) << job.failure().message;
  const auto end = ended(*asks, job->job);
  EXPECT_EQ(end.record.ended, "finished");
  EXPECT_NE(end.record.places.back().node, to_string(first));
  EXPECT_TRUE(
      answer_to(*asks, {.what = kind::logs, .subject = job->job}).ends_with("<==\nit runs here\n"));
}

TEST_F(ClusterNode, StaysDrainedUntilItIsUndrained) {
  const auto place = free_place();
  const auto name = to_string(place);
  start(place, "node");
  {
    auto asks = client(place);
    EXPECT_EQ(answer_to(*asks, {.what = kind::undrain, .subject = name}),
              "node " + name + " was not drained\n");
    answer_to(*asks, {.what = kind::drain, .subject = name});
  }
  nodes_.clear();
  start(place, "node");
  auto asks = client(place);
  EXPECT_NE(answer_to(*asks, {.what = kind::nodes}).find("leads, draining"), std::string::npos);
  const std::string program = "#!/bin/sh\n";
  upload(*asks, program);
  const auto job = submit(*asks, program);
  ASSERT_TRUE(job.ok());
  EXPECT_NE(answer_to(*asks, {.what = kind::jobs}).find("needs 2 slots, 0 are free on 1 node"),
            std::string::npos);
  EXPECT_EQ(answer_to(*asks, {.what = kind::undrain, .subject = name}),
            "node " + name + " takes processes again\n");
  EXPECT_EQ(ended(*asks, job->job).record.ended, "finished");
  EXPECT_EQ(answer_to(*asks, {.what = kind::nodes}).find("draining"), std::string::npos);
}

TEST_F(ClusterNode, SaysThatItCannotReadWhichNodesAreDrained) {
  const auto place = free_place();
  start(place, "node");
  {
    auto asks = client(place);
    answer_to(*asks, {.what = kind::drain, .subject = to_string(place)});
  }
  nodes_.clear();
  there_.write("node/records/entries-1/drained", "damaged");
  start(place, "node");
  auto asks = client(place);
  EXPECT_EQ(answer_to(*asks, {.what = kind::nodes}).find("draining"), std::string::npos);
  EXPECT_TRUE(heard_.has("the entry drained: read which nodes are drained: it is not of version"));
}

TEST_F(ClusterNode, KnowsItsJobsWhenItIsStartedAgain) {
  const auto place = free_place();
  std::string job;
  const std::string program = "#!/bin/sh\n";
  {
    start(place, "node");
    auto asks = client(place);
    upload(*asks, program);
    job = submit(*asks, program, 9)->job;
    ASSERT_TRUE(submit(*asks, program, 8).ok());
  }
  nodes_.clear();
  // One record is damaged: the others are known all the same.
  const auto names = std::filesystem::directory_iterator{there_ / "node/records/entries-1"};
  for (const auto& each : names) {
    if (each.path().filename() == "job-" + job) continue;
    there_.write("node/records/entries-1/" + each.path().filename().string(), "damaged");
  }
  start(place, "node");
  auto asks = client(place);
  const auto jobs = asks->ask_for<jobs_listed>(list_jobs{});
  ASSERT_EQ(jobs->jobs.size(), 1U);
  EXPECT_EQ(jobs->jobs[0].record.id, job);
  EXPECT_TRUE(heard_.has("it is none of versions 1 to 4"));
}

}  // namespace
}  // namespace weir
