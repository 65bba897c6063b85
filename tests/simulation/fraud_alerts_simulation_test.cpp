// SPDX-License-Identifier: Apache-2.0
// The fraud sample on failing clusters, as docs/testing_with_simulation.md shows it.
#include <chrono>

#include <gtest/gtest.h>

#include "coordination/testing/simulate.hpp"
#include "samples/fraud_alerts.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

TEST(FraudAlerts, LoseNothingAndRepeatNothing) {
  const auto seeds = seeds_for(50);
  simulate(fraud::build_job, {{"payments", "2000"}})
      .task_managers(3)
      .parallelism(2)
      .seeds(seeds.front(), seeds.back())
      .checkpoint_every(50ms)
      .crash_random_process({.every = 200ms, .restart_after = {10ms, 2s}})
      .partition({.every = 300ms, .lasting = {5ms, 1s}, .one_way = 0.3})
      .pause_random_process({.every = 1s, .lasting = {10ms, 800ms}})
      .disk_faults({.torn_write = 1e-3, .no_space = 1e-4})
      .rescale_at(1s, 4)
      .expect_exactly_once()
      .expect_progress_within(5s);
}

TEST(FraudAlerts, SurviveACrashBetweenTheAcknowledgementsOfACheckpoint) {
  simulate(fraud::build_job, {{"payments", "500"}, {"rate", "1000"}})
      .parallelism(2)
      .seeds(1, 20)
      .on("checkpoint 3 acknowledged by fraud/1")
      .crash("tm-1")
      .on("checkpoint 5 completed")
      .partition("tm-2", "jm", 300ms)
      .expect_exactly_once();
}

}  // namespace
}  // namespace weir
