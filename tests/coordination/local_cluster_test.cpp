// SPDX-License-Identifier: Apache-2.0
// Whole jobs in this process, on real threads: results, failures, cancelling and shutting down.
#include "coordination/local_cluster.hpp"

#include <algorithm>
#include <future>

#include <gtest/gtest.h>

#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

class LocalCluster : public ::testing::Test {
protected:
  static job_options with_parallelism(std::uint32_t parallelism) {
    job_options options;
    options.parallelism = parallelism;
    options.threads = 2;
    return options;
  }
  // The sums that keyed_sum_job(count) must bring, sorted.
  static std::vector<number> keyed_sums(number count) {
    std::vector<number> sums(key_count);
    for (number n = 1; n <= count; ++n) sums[key_of_number(n)] += n;
    std::sort(sums.begin(), sums.end());
    return sums;
  }
  static std::vector<number> sorted(std::vector<number> values) {
    std::sort(values.begin(), values.end());
    return values;
  }

  sink_results results_;
};

// Tells a promise when the job runs.
class waiting_listener final : public job_listener {
public:
  void on_state(job_state state, const std::optional<error>&, processing_time) override {
    if (state == job_state::running) running_.set_value();
  }
  void on_progress(const job_totals&, processing_time) override {}
  void wait_until_running() { running_.get_future().wait(); }

private:
  std::promise<void> running_;
};

class LocalClusterAtParallelism : public LocalCluster,
                                  public ::testing::WithParamInterface<std::uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Every, LocalClusterAtParallelism, ::testing::Values(1, 2, 4, 7));

TEST_P(LocalClusterAtParallelism, BringsTheSameKeyedSums) {
  const auto job = keyed_sum_job(20'000, results_);
  const auto outcome = run_locally(job.graph(), with_parallelism(GetParam()));
  ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
  EXPECT_EQ(sorted(results_.seen()), keyed_sums(20'000));
  EXPECT_EQ(results_.finished(), GetParam());
  EXPECT_EQ(outcome.totals.records_read, 20'000U);
  EXPECT_EQ(outcome.totals.records_written, key_count);
}

TEST_P(LocalClusterAtParallelism, BringsTheSameWindowsOfEventTime) {
  auto windows = map_node<window_count>("count", number{100});
  windows.parallelism = 1;
  linear_job job{source_node(20'000)};
  job.then(windows, partitioning::rebalance).then(sink_node(results_), partitioning::rebalance);
  const auto outcome = run_locally(job.graph(), with_parallelism(GetParam()));
  ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
  EXPECT_EQ(results_.seen(), std::vector<number>(200, 100));
  EXPECT_EQ(outcome.totals.late_dropped, 0U);
}

TEST_P(LocalClusterAtParallelism, BringsEverythingHoweverMuchOneEventEmits) {
  linear_job job{source_node(1000)};
  job.then(map_node<repeating_map>("repeat", number{500}))
      .then(sink_node(results_), partitioning::rebalance);
  auto options = with_parallelism(GetParam());
  options.credit_window = 2;
  ASSERT_TRUE(run_locally(job.graph(), options).ok());
  EXPECT_EQ(results_.seen().size(), 500'000U);
  EXPECT_EQ(results_.sum(), 500 * sum_below(1000));
}

TEST_P(LocalClusterAtParallelism, BringsTheSameOverEveryKindOfExchange) {
  auto narrow = map_node<adding_map>("narrow", number{0});
  narrow.parallelism = 3;
  linear_job job{source_node(5000)};
  job.then(narrow, partitioning::rescale)
      .then(map_node<adding_map>("a", number{1}), partitioning::shuffle)
      .then(map_node<adding_map>("b", number{1}), partitioning::rescale)
      .then(map_node<adding_map>("c", number{1}), partitioning::global)
      .then(map_node<adding_map>("d", number{1}), partitioning::hash)
      .then(sink_node(results_), partitioning::broadcast);
  ASSERT_TRUE(run_locally(job.graph(), with_parallelism(GetParam())).ok());
  EXPECT_EQ(results_.sum(), GetParam() * (sum_below(5000) + 4 * 5000));
}

TEST_F(LocalCluster, RunsASourceWithoutSplitsForSomeSubtasks) {
  const auto job = keyed_sum_job(500, results_);
  ASSERT_TRUE(run_locally(job.graph(), with_parallelism(16)).ok());
  EXPECT_EQ(sorted(results_.seen()), keyed_sums(500));
}

TEST_F(LocalCluster, SpreadsAJobOverSeveralTaskManagers) {
  const auto job = keyed_sum_job(5000, results_);
  auto options = with_parallelism(5);
  options.task_managers = 3;
  ASSERT_TRUE(run_locally(job.graph(), options).ok());
  EXPECT_EQ(sorted(results_.seen()), keyed_sums(5000));
}

TEST_F(LocalCluster, FailsWithTheErrorOfAnOperatorAndAbandonsTheSinks) {
  const auto job = throwing_job(10'000, 500, results_);
  const auto outcome = run_locally(job.graph(), with_parallelism(4));
  EXPECT_EQ(outcome.state, job_state::failed);
  ASSERT_TRUE(outcome.cause);
  EXPECT_EQ(outcome.cause->code, error_code::user_function);
  EXPECT_EQ(outcome.cause->message, "operator parse (4/4): threw: 500 is unlucky");
  EXPECT_EQ(results_.abandoned(), 4U);
  EXPECT_EQ(results_.finished(), 0U);
}

TEST_F(LocalCluster, RefusesAJobThatCannotRun) {
  job_graph empty;
  empty.name = "nothing";
  const auto outcome = run_locally(empty, {});
  EXPECT_EQ(outcome.state, job_state::failed);
  EXPECT_EQ(outcome.cause->message,
            "plan job \"nothing\": there is no source; start a stream with env.from(...)");
}

TEST_F(LocalCluster, FailsWhenTheSourceCannotFindItsInput) {
  auto source = source_node(1);
  source.discover_splits = [](const source_context&) -> result<std::vector<source_split>> {
    return error{error_code::not_found, "flights.csv: no such file or directory"};
  };
  linear_job job{source};
  job.then(sink_node(results_));
  const auto outcome = run_locally(job.graph(), with_parallelism(2));
  EXPECT_EQ(outcome.state, job_state::failed);
  EXPECT_EQ(outcome.cause->message, "discover splits: flights.csv: no such file or directory");
}

TEST_F(LocalCluster, CanBeCancelled) {
  const auto job = keyed_sum_job(endless, results_);
  waiting_listener listener;
  local_cluster cluster{job.graph(), with_parallelism(3), &listener};
  listener.wait_until_running();
  cluster.cancel();
  const auto outcome = cluster.wait();
  EXPECT_EQ(outcome.state, job_state::cancelled);
  EXPECT_FALSE(outcome.cause);
  EXPECT_EQ(results_.abandoned(), 3U);
}

TEST_F(LocalCluster, CanBeCancelledAtOnce) {
  const auto job = keyed_sum_job(endless, results_);
  for (int i = 0; i < 20; ++i) {
    local_cluster cluster{job.graph(), with_parallelism(3), nullptr};
    cluster.cancel();
    EXPECT_EQ(cluster.wait().state, job_state::cancelled);
  }
}

TEST_F(LocalCluster, EndsARunningJobWhenItIsDestroyed) {
  const auto job = keyed_sum_job(endless, results_);
  waiting_listener listener;
  {
    local_cluster cluster{job.graph(), with_parallelism(3), &listener};
    listener.wait_until_running();
  }
  EXPECT_EQ(results_.abandoned(), 3U);
  EXPECT_EQ(results_.finished(), 0U);
}

TEST_F(LocalCluster, CanBeDestroyedAtOnce) {
  const auto job = keyed_sum_job(endless, results_);
  for (int i = 0; i < 20; ++i) local_cluster{job.graph(), with_parallelism(3), nullptr};
  EXPECT_EQ(results_.finished(), 0U);
}

}  // namespace
}  // namespace weir
