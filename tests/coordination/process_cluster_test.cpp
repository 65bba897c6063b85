// SPDX-License-Identifier: Apache-2.0
// A job over sockets: the runtimes of a job manager and of task managers, here in one process.
#include "coordination/process_cluster.hpp"

#include <chrono>
#include <future>

#include <gtest/gtest.h>

#include "coordination/joined_task_manager.hpp"
#include "tests/support/heard_reports.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

class ProcessCluster : public ::testing::Test {
protected:
  ProcessCluster() {
    options_.parallelism = 4;
    options_.threads = 1;
    options_.task_managers = 2;
  }
  static cluster_secret secret(const std::string& text = "a secret of this test") {
    auto made = cluster_secret::make(text);
    WEIR_ASSERT(made.ok());
    return *std::move(made);
  }
  std::unique_ptr<process_cluster> start(const job_graph& graph) {
    auto started = process_cluster::start(graph, options_, quiet_,
                                          {.secret = secret(), .report = heard_.reporter()});
    EXPECT_TRUE(started.ok()) << (started ? "" : started.failure().message);
    return *std::move(started);
  }
  std::unique_ptr<joined_task_manager> join(const job_graph& graph, const endpoint& where,
                                            std::uint32_t number,
                                            std::promise<std::optional<error>>* dismissed = nullptr,
                                            const std::string& text = "a secret of this test") {
    auto joined = joined_task_manager::start(
        graph, options_,
        {.secret = secret(text),
         .job_manager = where,
         .process = {number},
         .report = heard_.reporter(),
         .on_dismissed = [dismissed](const std::optional<error>& failure) {
           if (dismissed != nullptr) dismissed->set_value(failure);
         }});
    EXPECT_TRUE(joined.ok()) << (joined ? "" : joined.failure().message);
    return *std::move(joined);
  }

  // Hears nothing.
  class quiet_listener final : public job_listener {
  public:
    void on_state(job_state, const std::optional<error>&, processing_time) override {}
    void on_progress(const job_totals&, processing_time) override {}
  };

  job_options options_;
  sink_results results_;
  quiet_listener quiet_;
  heard_reports heard_;
};

TEST_F(ProcessCluster, RunsAJobToItsEndAndDismissesItsTaskManagers) {
  const auto job = keyed_sum_job(20'000, results_);
  std::promise<std::optional<error>> dismissed;
  auto cluster = start(job.graph());
  const auto one = join(job.graph(), cluster->local(), 1, &dismissed);
  const auto two = join(job.graph(), cluster->local(), 2);
  const auto outcome = cluster->wait();
  ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
  EXPECT_EQ(results_.sum(), sum_below(20'000) + 20'000);
  EXPECT_EQ(outcome.totals.records_read, 20'000U);
  cluster.reset();
  auto told = dismissed.get_future();
  ASSERT_EQ(told.wait_for(std::chrono::minutes{1}), std::future_status::ready);
  EXPECT_EQ(told.get(), std::nullopt);
}

TEST_F(ProcessCluster, IsCancelled) {
  const auto job = keyed_sum_job(endless, results_);
  auto cluster = start(job.graph());
  const auto one = join(job.graph(), cluster->local(), 1);
  cluster->cancel();
  EXPECT_EQ(cluster->wait().state, job_state::cancelled);
}

TEST_F(ProcessCluster, TurnsAwayWhoDoesNotKnowTheSecret) {
  const auto job = keyed_sum_job(20'000, results_);
  auto cluster = start(job.graph());
  const auto stranger =
      join(job.graph(), cluster->local(), 1, nullptr, "another secret, just as long");
  heard_.wait_for("secret");
  const auto one = join(job.graph(), cluster->local(), 2);
  const auto two = join(job.graph(), cluster->local(), 3);
  const auto outcome = cluster->wait();
  ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
}

TEST_F(ProcessCluster, TurnsAwayAnotherPlan) {
  const auto job = keyed_sum_job(20'000, results_);
  auto cluster = start(job.graph());
  options_.parallelism = 3;
  const auto other = join(job.graph(), cluster->local(), 1);
  heard_.wait_for("program");
  options_.parallelism = 4;
  const auto one = join(job.graph(), cluster->local(), 2);
  const auto two = join(job.graph(), cluster->local(), 3);
  const auto outcome = cluster->wait();
  ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
}

TEST_F(ProcessCluster, SaysWhyItCannotListen) {
  const auto job = keyed_sum_job(10, results_);
  const auto cluster = start(job.graph());
  const auto second = process_cluster::start(
      job.graph(), options_, quiet_,
      {.secret = secret(), .listen = cluster->local(), .report = heard_.reporter()});
  ASSERT_FALSE(second.ok());
  EXPECT_TRUE(second.failure().message.starts_with("start the transport: listen on "))
      << second.failure().message;
}

}  // namespace
}  // namespace weir
