// SPDX-License-Identifier: Apache-2.0
// How long each strategy waits, and when it gives up.
#include "coordination/restart_strategy.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using delays = std::vector<std::optional<duration>>;

// The one that strays neither way.
constexpr std::uint64_t middle = std::uint64_t{1} << 63;

processing_time at(duration since_start) { return processing_time{since_start}; }

job_options exponential() {
  job_options options;
  options.restart = restart_strategy_type::exponential_delay;
  options.backoff_multiplier = 2;
  options.max_backoff = 1s;
  return options;
}

// The answers to failures at the same moment.
delays answers(const job_options& options, int failures) {
  const auto strategy = make_restart_strategy(options);
  delays all;
  for (int n = 0; n < failures; ++n) all.push_back(strategy->on_failure(at(0s), middle));
  return all;
}

TEST(RestartStrategy, NoneGivesUpAtOnce) {
  job_options options;
  options.restart = restart_strategy_type::none;
  options.checkpoint_directory = "checkpoints";
  EXPECT_EQ(answers(options, 2), (delays{std::nullopt, std::nullopt}));
}

TEST(RestartStrategy, AutomaticIsNoneWithoutCheckpoints) {
  EXPECT_EQ(answers({}, 1), (delays{std::nullopt}));
}

TEST(RestartStrategy, AutomaticIsExponentialDelayWithCheckpoints) {
  job_options options;
  options.checkpoint_directory = "checkpoints";
  EXPECT_EQ(answers(options, 4), (delays{100ms, 150ms, 225ms, 337500us}));
}

TEST(RestartStrategy, FixedDelayCountsTheRestartsOfTheWholeLife) {
  job_options options;
  options.restart = restart_strategy_type::fixed_delay;
  options.fixed_delay_attempts = 2;
  options.fixed_delay = 5s;
  const auto strategy = make_restart_strategy(options);
  EXPECT_EQ(strategy->on_failure(at(0s), 0), 5s);
  strategy->on_running(at(5s));
  EXPECT_EQ(strategy->on_failure(at(24h), 0), 5s);
  EXPECT_EQ(strategy->on_failure(at(48h), 0), std::nullopt);
  EXPECT_EQ(strategy->on_failure(at(72h), 0), std::nullopt);
}

TEST(RestartStrategy, FailureRateGivesUpWhenFailuresComeTooOften) {
  job_options options;
  options.restart = restart_strategy_type::failure_rate;
  options.max_failures_per_interval = 2;
  options.failure_rate_interval = 1min;
  options.failure_rate_delay = 3s;
  const auto strategy = make_restart_strategy(options);
  EXPECT_EQ(strategy->on_failure(at(0s), 0), 3s);
  EXPECT_EQ(strategy->on_failure(at(30s), 0), 3s);
  EXPECT_EQ(strategy->on_failure(at(60s), 0), 3s);
  EXPECT_EQ(strategy->on_failure(at(89s), 0), std::nullopt);
  EXPECT_EQ(strategy->on_failure(at(24h), 0), std::nullopt);
}

TEST(RestartStrategy, ExponentialDelayGrowsUpToTheLongestWait) {
  EXPECT_EQ(answers(exponential(), 6), (delays{100ms, 200ms, 400ms, 800ms, 1s, 1s}));
}

TEST(RestartStrategy, ExponentialDelayIsNeverLongerThanTheLongestWait) {
  auto options = exponential();
  options.initial_backoff = 1h;
  EXPECT_EQ(answers(options, 1), (delays{1s}));
}

TEST(RestartStrategy, ExponentialDelayBeginsAnewAfterTheJobHasRunForLong) {
  const auto strategy = make_restart_strategy(exponential());
  EXPECT_EQ(strategy->on_failure(at(0s), middle), 100ms);
  EXPECT_EQ(strategy->on_failure(at(1h), middle), 200ms) << "it did not run";
  strategy->on_running(at(1h));
  EXPECT_EQ(strategy->on_failure(at(1h + 5min - 1us), middle), 400ms);
  strategy->on_running(at(2h));
  EXPECT_EQ(strategy->on_failure(at(2h + 5min), middle), 100ms);
  EXPECT_EQ(strategy->on_failure(at(3h), middle), 200ms);
}

TEST(RestartStrategy, ExponentialDelayCountsAttemptsUntilTheJobHasRunForLong) {
  auto options = exponential();
  options.attempts_before_reset_backoff = 2;
  const auto strategy = make_restart_strategy(options);
  EXPECT_TRUE(strategy->on_failure(at(0s), middle));
  EXPECT_TRUE(strategy->on_failure(at(0s), middle));
  strategy->on_running(at(1s));
  EXPECT_TRUE(strategy->on_failure(at(1h), middle)) << "the count is reset";
  EXPECT_TRUE(strategy->on_failure(at(1h), middle));
  EXPECT_FALSE(strategy->on_failure(at(1h), middle));
  strategy->on_running(at(2h));
  EXPECT_FALSE(strategy->on_failure(at(3h), middle)) << "it has given up";
}

TEST(RestartStrategy, ExponentialDelayWithoutAttemptsGivesUpAtOnce) {
  auto options = exponential();
  options.attempts_before_reset_backoff = 0;
  EXPECT_EQ(answers(options, 1), (delays{std::nullopt}));
}

TEST(RestartStrategy, ExponentialDelayStraysAsFarAsItMay) {
  const auto first_delay = [](std::uint64_t random) {
    return make_restart_strategy(exponential())->on_failure(at(0s), random);
  };
  EXPECT_EQ(first_delay(0), 90ms);
  EXPECT_EQ(first_delay(middle), 100ms);
  EXPECT_EQ(first_delay(std::numeric_limits<std::uint64_t>::max()), 110ms);
}

TEST(RestartStrategy, ExponentialDelayStaysWithinItsBounds) {
  for (const auto seed : seeds_for(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_numbers random{seed};
    job_options options = exponential();
    options.initial_backoff = duration{1000 + static_cast<std::int64_t>(random.below(100'000))};
    options.backoff_multiplier = 1.0 + static_cast<double>(random.below(100)) / 10;
    options.backoff_jitter = static_cast<double>(random.below(101)) / 100;
    const auto strategy = make_restart_strategy(options);
    for (int n = 0; n < 200; ++n) {
      const auto delay = strategy->on_failure(at(0s), random.next());
      ASSERT_TRUE(delay);
      ASSERT_GE(*delay, 0s);
      ASSERT_LE(*delay, options.max_backoff);
    }
  }
}

}  // namespace
}  // namespace weir
