// SPDX-License-Identifier: Apache-2.0
// Which actor runs next: evenly drawn, or by priorities that change at few steps.
#include "coordination/simulation/simulated_schedule.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using strategy = schedule_options::strategy;

const std::vector<std::uint64_t> five_actors{11, 12, 13, 14, 15};

// Which of five actors that are always ready runs in each step.
std::vector<std::uint64_t> run(std::uint64_t seed, schedule_options options, std::size_t steps) {
  simulated_schedule schedule{seed, options};
  std::vector<std::uint64_t> ran;
  for (std::size_t i = 0; i < steps; ++i) ran.push_back(five_actors[schedule.choose(five_actors)]);
  return ran;
}

std::size_t changes_in(const std::vector<std::uint64_t>& ran) {
  std::size_t changes = 0;
  for (std::size_t i = 1; i < ran.size(); ++i) changes += ran[i] != ran[i - 1] ? 1U : 0U;
  return changes;
}

TEST(SimulatedSchedule, DrawsEvenly) {
  simulated_schedule schedule{1, {}};
  EXPECT_FALSE(schedule.needs_names());
  std::map<std::size_t, int> times;
  for (int i = 0; i < 4000; ++i) ++times[schedule.choose(4)];
  ASSERT_EQ(times.size(), 4U);
  for (const auto& [place, count] : times) EXPECT_NEAR(count, 1000, 150) << place;
}

TEST(SimulatedSchedule, RunsTheHighestPriorityUntilAChange) {
  std::map<std::uint64_t, int> first;
  for (const auto seed : every_seed_of(200)) {
    const schedule_options options{.how = strategy::priorities, .depth = 3, .steps = 100};
    const auto ran = run(seed, options, 100);
    EXPECT_EQ(ran, run(seed, options, 100));
    EXPECT_LE(changes_in(ran), 2U) << "seed " << seed;
    ++first[ran.front()];
  }
  EXPECT_EQ(first.size(), 5U);
}

TEST(SimulatedSchedule, ChangesNothingAtDepthOne) {
  const auto ran = run(7, {.how = strategy::priorities, .depth = 1, .steps = 10}, 1000);
  EXPECT_EQ(changes_in(ran), 0U);
}

// So nobody who always has something to do keeps the others from running for ever.
TEST(SimulatedSchedule, GoesOnChangingInARunWithoutEnd) {
  for (const auto seed : seeds_for(20)) {
    const auto ran = run(seed, {.how = strategy::priorities, .depth = 2, .steps = 50}, 5000);
    EXPECT_GE(changes_in(ran), 99U) << "seed " << seed;
    EXPECT_EQ((std::set<std::uint64_t>{ran.begin(), ran.end()}).size(), 5U);
  }
}

TEST(SimulatedSchedule, AsksOnlyThoseThatAreReady) {
  simulated_schedule schedule{3, {.how = strategy::priorities, .depth = 1}};
  const auto best = five_actors[schedule.choose(five_actors)];
  std::vector<std::uint64_t> others;
  for (const auto each : five_actors) {
    if (each != best) others.push_back(each);
  }
  const auto second = others[schedule.choose(others)];
  EXPECT_NE(second, best);
  EXPECT_EQ(five_actors[schedule.choose(five_actors)], best);
  EXPECT_EQ(others[schedule.choose(others)], second);
}

// A queue of actors of which each always has more to do.
TEST(SimulatedSchedule, RunsAQueueInTurnAndPassesOver) {
  simulated_schedule schedule{1, {.how = strategy::round_robin}};
  EXPECT_TRUE(schedule.is_queue());
  std::deque<char> queue{'a', 'b', 'c'};
  std::string ran;
  const auto run = [&](const std::vector<std::size_t>& ready) {
    schedule.bring_to_front(queue, schedule.take_turn(queue, ready));
    ran += queue.front();
    std::rotate(queue.begin(), queue.begin() + 1, queue.end());
  };
  for (int i = 0; i < 4; ++i) run({0, 1, 2});
  EXPECT_EQ(ran, "abca");
  schedule.pass_over(1);
  run({0, 1, 2});  // b waits, behind a.
  run({0, 1, 2});
  run({0, 1, 2});
  EXPECT_EQ(ran, "abcacab");
  run({1, 2});  // c is paused.
  schedule.pass_over(9);
  run({0, 1, 2});  // All but the last, who is the one that has just run.
  EXPECT_EQ(ran, "abcacabaa");
}

}  // namespace
}  // namespace weir
