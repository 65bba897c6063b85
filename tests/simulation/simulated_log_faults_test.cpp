// SPDX-License-Identifier: Apache-2.0
// As often as asked for, and nothing while nothing is asked for.
#include "coordination/simulation/simulated_log_faults.hpp"

#include <map>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;
using fate = simulated_log_faults::fate;
using commit_fate = simulated_log_faults::commit_fate;

TEST(SimulatedLogFaults, AreNoneUntilTheyAreAskedFor) {
  simulated_log_faults faults{1};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(faults.next({}), fate::answered);
    EXPECT_EQ(faults.next_commit(), commit_fate::answered);
  }
}

TEST(SimulatedLogFaults, StrikeAboutAsOftenAsTheirChancesSay) {
  simulated_log_faults faults{2};
  faults.set({.broker_error = 0.1, .unknown_commit = 0.3});
  std::map<fate, int> calls;
  std::map<commit_fate, int> commits;
  for (int i = 0; i < 10'000; ++i) {
    ++calls[faults.next({})];
    ++commits[faults.next_commit()];
  }
  EXPECT_NEAR(calls[fate::broker_error], 1000, 200);
  for (const auto each : {commit_fate::lost, commit_fate::applied, commit_fate::late}) {
    EXPECT_NEAR(commits[each], 1000, 200);
  }
  faults.set({});
  EXPECT_EQ(faults.next({}), fate::answered);
}

TEST(SimulatedLogFaults, AnOutageLastsForItsTimeAndStrikesEverything) {
  simulated_log_faults faults{3};
  faults.set({.outage = 1, .shortest_outage = 10ms, .longest_outage = 20ms});
  const processing_time began{1s};
  EXPECT_EQ(faults.next(began), fate::outage_begins);
  faults.set({});
  EXPECT_GE(faults.back_at(), began + 10ms);
  EXPECT_LE(faults.back_at(), began + 20ms);
  EXPECT_EQ(faults.next(faults.back_at() - 1us), fate::away);
  EXPECT_EQ(faults.next(faults.back_at()), fate::answered);
}

TEST(SimulatedLogFaults, FollowFromTheSeed) {
  const auto draw = [](std::uint64_t seed) {
    simulated_log_faults faults{seed};
    faults.set({.broker_error = 0.5});
    std::string drawn;
    for (int i = 0; i < 64; ++i) drawn += faults.next({}) == fate::answered ? '.' : 'x';
    return drawn + to_string(faults.delay());
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

}  // namespace
}  // namespace weir
