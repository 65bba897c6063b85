// SPDX-License-Identifier: Apache-2.0
// Processes that join the one of the job manager: who is told of whom, and what is started.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/node_actor.hpp"
#include "tests/support/probe_actor.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

// Notes who is dialed.
class noted_links final : public process_links {
public:
  explicit noted_links(std::string self) : self_{std::move(self)} {}
  std::string endpoint() const override { return self_; }
  status dial(process_id peer, const std::string& endpoint) override {
    if (endpoint == "nowhere") return error{error_code::invalid_argument, "nowhere is no address"};
    dialed[peer.value] = endpoint;
    return {};
  }
  void forget(process_id peer) override { dialed.erase(peer.value); }

  std::map<std::uint32_t, std::string> dialed;

private:
  std::string self_;
};

class JoiningNodes : public ::testing::Test {
protected:
  JoiningNodes() {
    job_options options;
    options.parallelism = 4;
    options.seed = 1;
    graph_ = std::make_shared<const execution_graph>(endless_.graph(), options);
  }
  void start_job_manager() {
    auto& process = world_.process({0});
    first_ = process.spawn<node_actor>(process, graph_,
                                       node_roles{.listener = &listener_, .task_managers = 0});
    root_ = process.fabric().publish(first_);
  }
  caf::actor start_member(std::uint32_t number, process_links* links = nullptr,
                          std::shared_ptr<local_backup> backup = nullptr) {
    auto& process = world_.process({number});
    return process.spawn<node_actor>(
        process, graph_,
        node_roles{.joins = root_,
                   .task_managers = 1,
                   .slots_per_task_manager = 2,
                   .backup = std::move(backup),
                   .links = links,
                   .on_dismissed = [this, number](const std::optional<error>& failure) {
                     dismissed_[number] = failure ? failure->message : "";
                   }});
  }
  void run(int millis) { run_for(world_, std::chrono::milliseconds{millis}); }
  std::size_t count(std::uint32_t process, std::string_view name) {
    return world_.actors_of({process}, name).size();
  }

  sink_results results_;
  state_listener listener_;
  linear_job endless_ = keyed_sum_job(endless, results_);
  std::shared_ptr<const execution_graph> graph_;
  noted_links one_{"10.0.0.1:1"};
  noted_links two_{"10.0.0.2:2"};
  noted_links nowhere_{"nowhere"};
  std::map<std::uint32_t, std::string> dismissed_;
  simulated_world world_{{.seed = 1, .processes = 3}};
  caf::actor first_;
  actor_address root_;
};

TEST_F(JoiningNodes, RunTheJobTogether) {
  start_job_manager();
  start_member(1);
  start_member(2);
  ASSERT_TRUE(run_until(world_, [&] { return listener_.last() == job_state::running; }));
  EXPECT_EQ(count(1, "task"), 4U);
  EXPECT_EQ(count(2, "task"), 4U);
}

TEST_F(JoiningNodes, DialEachOther) {
  start_job_manager();
  start_member(1, &one_);
  run(10);
  EXPECT_TRUE(one_.dialed.empty());
  start_member(2, &two_);
  run(10);
  EXPECT_EQ(one_.dialed, (std::map<std::uint32_t, std::string>{{2, "10.0.0.2:2"}}));
  EXPECT_EQ(two_.dialed, (std::map<std::uint32_t, std::string>{{1, "10.0.0.1:1"}}));
}

TEST_F(JoiningNodes, LetTheirLocalBackupGoWhenTheJobHasEnded) {
  start_job_manager();
  auto backup = std::make_shared<local_backup>(world_.files(), "/local", "job");
  const std::weak_ptr<local_backup> left = backup;
  const auto member = start_member(1, nullptr, std::move(backup));
  run(10);
  EXPECT_FALSE(left.expired());
  caf::anon_send(member, leave_cluster{true});
  run(10);
  EXPECT_TRUE(left.expired());
}

TEST_F(JoiningNodes, ForgetWhoIsLost) {
  start_job_manager();
  start_member(1, &one_);
  start_member(2, &two_);
  run(10);
  world_.crash({2});
  run(1'000);
  EXPECT_TRUE(one_.dialed.empty());
}

TEST_F(JoiningNodes, KeepTheirTaskManagerWhenTheConnectionWasLostForAWhile) {
  start_job_manager();
  start_member(1, &one_);
  start_member(2, &two_);
  ASSERT_TRUE(run_until(world_, [&] { return listener_.last() == job_state::running; }));
  const auto before = world_.actors_of({1}, "task_manager");
  world_.links().stall({0}, {1}, std::chrono::seconds{1});
  run(3'000);
  EXPECT_EQ(world_.actors_of({1}, "task_manager"), before);
  EXPECT_EQ(two_.dialed, (std::map<std::uint32_t, std::string>{{1, "10.0.0.1:1"}}));
}

TEST_F(JoiningNodes, StartAnewForAnotherJobManager) {
  start_job_manager();
  start_member(1);
  start_member(2);
  ASSERT_TRUE(run_until(world_, [&] { return listener_.last() == job_state::running; }));
  const auto before = world_.actors_of({1}, "task_manager");
  // Another life of the job manager's process, and as it happens its node has the same number.
  caf::anon_send(world_.actors_of({1}, "node").front(), cluster_told{{{0}, 4711}, {}});
  run(10);
  EXPECT_EQ(count(1, "task_manager"), 1U);
  EXPECT_NE(world_.actors_of({1}, "task_manager"), before);
  EXPECT_EQ(count(1, "task"), 0U);
}

TEST_F(JoiningNodes, EndWhenTheJobManagersNodeSaysSo) {
  start_job_manager();
  start_member(1);
  start_member(2);
  run(10);
  caf::anon_send(first_, leave_cluster{true});
  run(10);
  EXPECT_EQ(dismissed_, (std::map<std::uint32_t, std::string>{{1, ""}, {2, ""}}));
  EXPECT_EQ(count(1, "task_manager"), 0U);
}

TEST_F(JoiningNodes, GiveUpAndSayWhyWhenAMemberHasNoAddress) {
  start_job_manager();
  start_member(1, &one_);
  start_member(2, &nowhere_);
  run(10);
  EXPECT_EQ(dismissed_, (std::map<std::uint32_t, std::string>{{1, "nowhere is no address"}}));
  EXPECT_EQ(count(1, "node"), 0U);
}

}  // namespace
}  // namespace weir
