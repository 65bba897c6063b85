// SPDX-License-Identifier: Apache-2.0
// Whatever happens to nodes, processes, connections and the leader, in any order: no job has two
// job managers, no node more slots in use than it has; and when all is well again, the job runs.
#include <algorithm>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/cluster/cluster_state.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t slots_of_a_node = 4;

struct told_process {
  running_process what{};
  bool has_ended = false;  // Its node has not looked yet.
};

// A node and its connection to the leader.
struct told_node {
  std::string name{};
  bool is_connected = false;
  processing_time cut_at{};
  std::vector<told_process> processes{};
  std::deque<cluster_command> orders{};  // On their way.
};

class random_cluster {
public:
  // `gives_up`: nodes do what keeps a job from having two job managers.
  random_cluster(std::uint64_t seed, bool gives_up) : random_{seed}, gives_up_{gives_up} {
    for (const auto* name : {"10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"}) {
      nodes_.push_back({.name = name});
    }
    take(state_.on_submitted("4f", {.name = "count", .slots = 6, .checkpoint_directory = "/shared"},
                             now_));
  }

  // What was wrong; empty: nothing.
  std::string run(int steps) {
    for (int i = 0; i < steps && problem_.empty(); ++i) step();
    if (problem_.empty()) recover();
    return problem_;
  }

  // Too much has happened within a minute.
  bool was_given_up() const { return state_.list("4f").state == "failed"; }
  std::uint32_t job_managers() const { return stored_.job_managers; }

private:
  void step() {
    auto& node = nodes_[random_.below(nodes_.size())];
    switch (random_.below(12)) {
      case 0:
        return cut(node);
      case 1:
        return kill_some(node);
      case 2:
        return random_.below(4) == 0 ? crash(node) : connect(node);
      case 3:
        return random_.below(8) == 0 ? restart_leader() : connect(node);
      case 4:
      case 5:
        return pass(random_.below(3) == 0 ? 5s : 1s);
      case 6:
      case 7:
        return report(node);
      default:
        return deliver(node);
    }
  }

  void connect(told_node& node) {
    if (node.is_connected) return;
    node.is_connected = true;
    node_joining joining{.name = node.name, .slots = slots_of_a_node, .processes = {}};
    for (const auto& each : node.processes) joining.processes.push_back(each.what);
    take(state_.on_node_joined(joining, now_));
    look(node);
  }
  void cut(told_node& node) {
    if (!node.is_connected) return;
    node.is_connected = false;
    node.cut_at = now_;
    node.orders.clear();
    take(state_.on_node_lost(node.name, now_));
  }
  void crash(told_node& node) {
    node.processes.clear();
    cut(node);
  }
  void restart_leader() {
    for (auto& node : nodes_) {
      if (node.is_connected) node.cut_at = now_;
      node.is_connected = false;
      node.orders.clear();
    }
    state_ = {};
    state_.recover(stored_, now_);
  }
  void kill_some(told_node& node) {
    if (node.processes.empty()) return;
    node.processes[random_.below(node.processes.size())].has_ended = true;
    look(node);
  }
  // The node looks at its children, if the leader hears of it.
  void look(told_node& node) {
    if (!node.is_connected) return;
    const auto all = std::exchange(node.processes, {});
    for (const auto& each : all) {
      if (!each.has_ended) node.processes.push_back(each);
    }
    for (const auto& each : all) {
      if (!each.has_ended) continue;
      take(state_.on_ended({each.what.job, each.what.place.number, "was killed", {}, true}, now_));
    }
  }
  void report(told_node& node) {
    if (!node.is_connected) return;
    for (auto& each : node.processes) {
      if (each.what.slots > 0 || each.has_ended) continue;
      const job_report told{.state = "running", .listens = "10.0.0.1:7", .checkpoints = 1};
      take(state_.on_reported({"4f", each.what.place.number, told}));
      return;
    }
  }
  void deliver(told_node& node) {
    if (node.orders.empty()) return;
    const auto next = node.orders.front();
    node.orders.pop_front();
    if (const auto* start = std::get_if<start_process>(&next)) {
      const auto& order = start->order;
      node.processes.push_back({{.job = order.job,
                                 .place = {order.number, order.slots == 0, node.name},
                                 .job_manager = order.job_manager,
                                 .slots = order.slots,
                                 .pid = 7}});
    }
    if (const auto* signal = std::get_if<signal_process>(&next)) {
      for (auto& each : node.processes) {
        if (each.what.place.number == signal->number) each.has_ended = true;
      }
      look(node);
    }
    check();
  }
  void pass(duration span) {
    now_ += span;
    for (auto& node : nodes_) {
      if (node.is_connected || now_ - node.cut_at < node_gives_up_after || !gives_up_) continue;
      for (auto& each : node.processes) each.has_ended |= each.what.slots == 0;
    }
    take(state_.on_tick(now_));
    take(state_.repeated_orders());
  }
  void take(const cluster_state::commands& commands) {
    for (const auto& each : commands) {
      if (const auto* store = std::get_if<store_job>(&each)) stored_ = store->record;
      const auto* start = std::get_if<start_process>(&each);
      const auto* signal = std::get_if<signal_process>(&each);
      if (start == nullptr && signal == nullptr) continue;
      const auto& to = start != nullptr ? start->node : signal->node;
      for (auto& node : nodes_) {
        if (node.name == to && node.is_connected) node.orders.push_back(each);
      }
    }
  }
  void check() {
    std::size_t job_managers = 0;
    for (const auto& node : nodes_) {
      std::uint32_t used = 0;
      for (const auto& each : node.processes) {
        if (each.has_ended) continue;
        used += each.what.slots;
        job_managers += each.what.slots == 0 ? 1U : 0U;
      }
      if (used > slots_of_a_node) problem_ = "a node has too many slots in use";
    }
    if (job_managers > 1) problem_ = "a job has two job managers";
  }
  // Nothing goes wrong any more.
  void recover() {
    for (int round = 0; round < 60; ++round) {
      for (auto& node : nodes_) {
        connect(node);
        while (!node.orders.empty()) deliver(node);
        report(node);
      }
      pass(1s);
      if (!problem_.empty()) return;
    }
    if (was_given_up()) return;
    const auto job = state_.list("4f");
    if (job.state != "running" || !job.remark.empty() || alive() != job.processes.size()) {
      problem_ = "the job does not run: " + job.state + " " + job.remark;
    }
  }
  std::size_t alive() const {
    std::size_t count = 0;
    for (const auto& node : nodes_) count += node.processes.size();
    return count;
  }

  random_numbers random_;
  bool gives_up_;
  processing_time now_{1h};
  cluster_state state_;
  job_record stored_;
  std::vector<told_node> nodes_;
  std::string problem_;
};

TEST(ClusterInvariants, HoldWhateverHappens) {
  std::size_t given_up = 0;
  std::size_t replaced = 0;
  const auto seeds = seeds_for(2000);
  for (const auto seed : seeds) {
    random_cluster cluster{seed, true};
    ASSERT_EQ(cluster.run(300), "") << "seed " << seed;
    if (cluster.was_given_up()) ++given_up;
    if (cluster.job_managers() > 1) ++replaced;
  }
  std::cout << seeds.size() << " runs: job managers replaced in " << replaced << ", given up in "
            << given_up << "\n";
}

TEST(ClusterInvariants, AreBrokenByNodesThatDoNotGiveUp) {
  std::size_t caught = 0;
  for (const auto seed : every_seed_of(500)) {
    if (random_cluster{seed, false}.run(300) == "a job has two job managers") ++caught;
  }
  EXPECT_GT(caught, 0U);
}

}  // namespace
}  // namespace weir
