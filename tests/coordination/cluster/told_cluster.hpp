// SPDX-License-Identifier: Apache-2.0
// A cluster's state in the hands of a test: what happens to its one job, and what was ordered.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/cluster/cluster_state.hpp"

namespace weir {

inline const std::string node_a = "10.0.0.1:6123";
inline const std::string node_b = "10.0.0.2:6123";

class told_cluster : public ::testing::Test {
protected:
  void join(const std::string& node, std::uint32_t slots,
            std::vector<running_process> processes = {}) {
    take(state_.on_node_joined({.name = node, .slots = slots, .processes = std::move(processes)},
                               now_));
  }
  void submit(std::uint32_t slots, const std::string& checkpoints = "/shared") {
    job_submission job{.name = "count", .slots = slots, .parallelism = slots};
    job.checkpoint_directory = checkpoints;
    take(state_.on_submitted("4f", job, now_));
  }
  void report(const job_report& what, std::vector<savepoint_answer> answers = {}) {
    take(state_.on_reported({.job = "4f",
                             .number = listed().record.job_manager,
                             .report = what,
                             .answers = std::move(answers)}));
  }
  // The job has taken the savepoint that it was ordered to take last, or has failed to.
  void report_savepoint(const std::string& path, const std::string& failure = "") {
    ASSERT_FALSE(stored_.savepoints_ordered.empty());
    const auto& order = stored_.savepoints_ordered.back();
    const bool has_stopped = order.stops && !path.empty();
    report({.state = has_stopped ? "finished" : "running",
            .listens = "10.0.0.1:7000",
            .savepoints = stored_.report.savepoints + 1,
            .last_savepoint = path,
            .savepoint_failure = failure},
           {{order.token, path, failure}});
  }
  result<cluster_state::commands> ask_for(const savepoint_order& order) {
    return state_.take_savepoint({"4f", order});
  }
  void run() { report({.state = "running", .listens = "10.0.0.1:7000", .attempts = 1}); }
  void end(std::uint32_t number, std::optional<std::int32_t> exit_status = {}) {
    const auto how = exit_status ? "exited with " + std::to_string(*exit_status)
                                 : "was killed by signal 9 (Killed)";
    take(state_.on_ended({"4f", number, how, exit_status, true}, now_));
  }
  void end_started() {
    for (const auto& each : listed().processes) end(each.place.number, 130);
  }
  void wait(duration span) {
    now_ += span;
    take(state_.on_tick(now_));
    take(state_.repeated_orders());
  }
  listed_job listed() const { return state_.list("4f"); }
  std::string state() const { return listed().state; }
  std::string last_failure() const {
    const auto failures = listed().record.failures;
    return failures.empty() ? "" : failures.front().cause;
  }

  // What was ordered since the last call of this kind.
  std::vector<start_process> starts() { return std::exchange(starts_, {}); }
  std::vector<signal_process> signals() { return std::exchange(signals_, {}); }
  std::vector<order_savepoint> orders() { return std::exchange(orders_, {}); }
  std::vector<std::uint32_t> numbers() {
    std::vector<std::uint32_t> all;
    for (const auto& each : starts()) all.push_back(each.order.number);
    return all;
  }
  // Another cluster follows.
  void forget_given() { given_.clear(); }
  void take(const cluster_state::commands& commands) {
    for (const auto& each : commands) {
      if (const auto* start = std::get_if<start_process>(&each)) {
        starts_.push_back(*start);
        EXPECT_EQ(stored_.id, start->order.job);
        EXPECT_GE(stored_.last_process, start->order.number) << "stored after it was done";
        EXPECT_TRUE(given_.emplace(start->order.job, start->order.number).second)
            << "a number was given twice";
      }
      if (const auto* signal = std::get_if<signal_process>(&each)) signals_.push_back(*signal);
      if (const auto* order = std::get_if<order_savepoint>(&each)) {
        orders_.push_back(*order);
        const auto& kept = stored_.savepoints_ordered;
        EXPECT_NE(std::find(kept.begin(), kept.end(), order->order), kept.end())
            << "stored after it was done";
      }
      if (const auto* store = std::get_if<store_job>(&each)) stored_ = store->record;
      if (const auto* drained = std::get_if<store_drained>(&each)) drained_ = drained->nodes;
      if (const auto* list = std::get_if<store_forgotten>(&each)) stored_list_ = list->all;
      if (const auto* forget = std::get_if<forget_job>(&each)) {
        EXPECT_EQ(stored_list_.all().at(0).id, forget->job) << "erased before it was in the list";
        forgotten_.push_back(forget->job);
      }
    }
  }
  void take(const result<cluster_state::commands>& commands) {
    ASSERT_TRUE(commands.ok()) << commands.failure().message;
    take(*commands);
  }

  // And what was said of it.
  std::string take(const result<node_draining>& done) {
    EXPECT_TRUE(done.ok()) << (done ? "" : done.failure().message);
    if (done) take(done->orders);
    return done ? done->remark : "";
  }

  cluster_state state_;
  processing_time now_{std::chrono::hours{1}};
  job_record stored_;
  std::vector<std::string> forgotten_;
  std::set<std::string> drained_;

private:
  std::vector<start_process> starts_;
  std::vector<signal_process> signals_;
  forgotten_jobs stored_list_;
  std::vector<order_savepoint> orders_;
  std::set<std::pair<std::string, std::uint32_t>> given_;
};

}  // namespace weir
