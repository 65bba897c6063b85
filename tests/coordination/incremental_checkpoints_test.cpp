// SPDX-License-Identifier: Apache-2.0
// What an incremental checkpoint is based on: the newest that its attempt has completed, which
// stays until it is not needed any more.
#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "coordination/checkpoint_coordinator.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class IncrementalCheckpoints : public testing::Test {
protected:
  IncrementalCheckpoints() { start(); }

  void start(checkpoint_id restored = {}) {
    attempt_.value += 1;
    checkpoints_.on_attempt_started(attempt_, {{0}}, now_, restored);
  }
  // Begins the next checkpoint; what it is based on.
  std::uint64_t begin() {
    now_ += 10s;
    return base_of(checkpoints_.on_tick(now_));
  }
  static std::uint64_t base_of(const checkpoint_coordinator::commands& commands) {
    const auto found = std::find_if(commands.begin(), commands.end(), [](const auto& each) {
      return std::holds_alternative<checkpoint_commands::trigger>(each);
    });
    if (found == commands.end()) return 999;
    return std::get<checkpoint_commands::trigger>(*found).base.checkpoint.value;
  }
  checkpoint_coordinator::commands acknowledge() {
    return checkpoints_.on_acknowledged(attempt_, *checkpoints_.pending(), {0}, {});
  }
  checkpoint_coordinator::commands complete() {
    static_cast<void>(acknowledge());
    return checkpoints_.on_completed(*checkpoints_.pending(), now_);
  }

  processing_time now_{};
  attempt_number attempt_;
  checkpoint_coordinator checkpoints_{
      {.interval = 10s, .timeout = 60s, .min_pause = 0s, .tolerable_failed = 9, .retained = 1},
      1,
      {},
      {}};
};

TEST_F(IncrementalCheckpoints, AreBasedOnTheNewestCompleted) {
  EXPECT_EQ(begin(), 0U);
  static_cast<void>(complete());
  EXPECT_EQ(begin(), 1U);
  static_cast<void>(complete());
  EXPECT_EQ(begin(), 2U);
}

TEST_F(IncrementalCheckpoints, AreBasedOnNoneThatHasFailed) {
  begin();
  static_cast<void>(complete());
  EXPECT_EQ(begin(), 1U);
  static_cast<void>(checkpoints_.on_declined(attempt_, {2}, {0}, {error_code::io_failure, "no"}));
  EXPECT_EQ(begin(), 1U);
  static_cast<void>(acknowledge());
  static_cast<void>(checkpoints_.on_not_completed({3}, {error_code::io_failure, "no"}));
  EXPECT_EQ(begin(), 1U);
}

TEST_F(IncrementalCheckpoints, KeepWhatTheyAreBasedOnUntilTheyHaveCompleted) {
  begin();
  static_cast<void>(complete());
  begin();
  EXPECT_TRUE(acknowledge().size() == 1);
  const auto done = checkpoints_.on_completed({2}, now_);
  const auto discarded = std::find_if(done.begin(), done.end(), [](const auto& each) {
    const auto* order = std::get_if<checkpoint_commands::discard>(&each);
    return order != nullptr && order->id == checkpoint_id{1};
  });
  EXPECT_NE(discarded, done.end());
}

TEST_F(IncrementalCheckpoints, AreBasedOnNoneOfAnEarlierAttempt) {
  begin();
  static_cast<void>(complete());
  static_cast<void>(checkpoints_.on_attempt_ended());
  start();
  EXPECT_EQ(begin(), 0U);
}

TEST_F(IncrementalCheckpoints, AreBasedOnWhatTheAttemptWasRestoredFromUntilItHasOneOfItsOwn) {
  begin();
  static_cast<void>(complete());
  static_cast<void>(checkpoints_.on_attempt_ended());
  start({1});
  EXPECT_EQ(begin(), 1U);
  static_cast<void>(checkpoints_.on_declined(attempt_, {2}, {0}, {error_code::io_failure, "no"}));
  EXPECT_EQ(begin(), 1U);
  static_cast<void>(complete());
  EXPECT_EQ(begin(), 3U);
}

TEST_F(IncrementalCheckpoints, AreNotBasedOnWhatAnEarlierAttemptCompletesLate) {
  begin();
  static_cast<void>(acknowledge());
  static_cast<void>(checkpoints_.on_attempt_ended());
  static_cast<void>(checkpoints_.on_completed({1}, now_));
  start();
  EXPECT_EQ(begin(), 0U);
}

TEST_F(IncrementalCheckpoints, AreBasedOnSavepointsButNotTheOtherWayRound) {
  begin();
  static_cast<void>(complete());
  EXPECT_EQ(base_of(checkpoints_.request_savepoint({"s", after_savepoint::go_on, "t"}, now_)), 0U);
  static_cast<void>(complete());
  EXPECT_EQ(begin(), 2U);
}

TEST_F(IncrementalCheckpoints, AreBasedOnTheSameInATaskThatDrainsMeanwhile) {
  checkpoint_coordinator two{
      {.interval = 10s, .timeout = 60s, .min_pause = 0s, .tolerable_failed = 9, .retained = 1},
      2,
      {},
      {}};
  two.on_attempt_started({1}, {{0}}, processing_time{});
  for (const std::uint64_t id : {1, 2}) {
    static_cast<void>(two.on_tick(processing_time{id * 10s}));
    if (id == 2) break;
    for (const std::uint32_t task : {0, 1}) {
      static_cast<void>(two.on_acknowledged({1}, {id}, {task}, {}));
    }
    static_cast<void>(two.on_completed({id}, processing_time{id * 10s}));
  }
  EXPECT_EQ(base_of(two.on_task_drained({1}, {1})), 1U);
}

}  // namespace
}  // namespace weir
