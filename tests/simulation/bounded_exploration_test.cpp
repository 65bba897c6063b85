// SPDX-License-Identifier: Apache-2.0
// The bounded search visits every run within its bound, none twice, the simplest first: counted by
// hand, and on actors whose orders are known.
#include "coordination/testing/bounded_exploration.hpp"

#include <set>
#include <string>

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "coordination/simulation/simulated_world.hpp"

namespace weir {
namespace {

using kind = run_change::kind;

// A program of `steps` steps, at each of which the same actors and task managers are there.
std::vector<step_choices> same_steps(std::size_t steps, step_choices at_each) {
  return std::vector<step_choices>(steps, at_each);
}

struct searched {
  std::vector<run_changes> runs;
  exploration_summary summary;
};

template <class Program>
searched search(const exhaustive_bounds& bounds, std::uint32_t task_managers, Program program) {
  bounded_exploration exploration{bounds, task_managers};
  searched all;
  while (auto run = exploration.next()) {
    exploration.on_run(*run, program(*run));
    all.runs.push_back(*std::move(run));
  }
  all.summary = exploration.summary();
  return all;
}

std::size_t different(const std::vector<run_changes>& runs) {
  return std::set<run_changes>{runs.begin(), runs.end()}.size();
}

TEST(BoundedExploration, DelaysAtEachStepWhereThereIsAChoice) {
  const auto three_of_five = [](const run_changes&) {
    return std::vector<step_choices>{{2, 0}, {1, 0}, {0, 0}, {3, 0}, {2, 0}};
  };
  const auto found = search({.deviations = 1}, 0, three_of_five);
  std::vector<std::string> names;
  for (const auto& each : found.runs) names.push_back(to_string(each));
  EXPECT_EQ(names, (std::vector<std::string>{"base", "delay-1@1", "delay-1@4", "delay-1@5"}));
  EXPECT_TRUE(found.summary.is_covered);
  EXPECT_EQ(found.summary.known, 4U);
}

// Of n steps with three actors: 1 without, n with one delay, and with two those of two steps, n
// over 2, and those of one step, n.
TEST(BoundedExploration, CountsAsManyRunsAsByHand) {
  for (const std::size_t n : {1U, 2U, 7U, 30U}) {
    const auto found = search({.deviations = 2}, 0, [&](const run_changes&) {
      return same_steps(n, {3, 0});
    });
    const auto expected = 1 + n + n * (n - 1) / 2 + n;
    EXPECT_EQ(found.runs.size(), expected);
    EXPECT_EQ(different(found.runs), expected);
    EXPECT_EQ(found.summary.known, expected);
    EXPECT_TRUE(found.summary.is_covered);
  }
}

// With two task managers and n steps a run has one of 2n crashes; a second one is of the other at
// the same step, or of any that lives behind it.
TEST(BoundedExploration, CrashesEachTaskManagerAtEachStepAndEachPair) {
  constexpr std::size_t n = 6;
  const auto stay_dead = [&](const run_changes& run) {
    auto steps = same_steps(n, {1, 0b11});
    for (const auto& each : run) {
      for (auto later = each.step; later < n; ++later) {
        steps[later].living &= ~(std::uint64_t{1} << (each.number - 1));
      }
    }
    return steps;
  };
  EXPECT_EQ(search({.deviations = 0, .crashes = 1}, 2, stay_dead).runs.size(), 1 + 2 * n);
  const auto pairs = search({.deviations = 0, .crashes = 2}, 2, stay_dead);
  EXPECT_EQ(pairs.runs.size(), 1 + 2 * n + n * n);
  EXPECT_EQ(different(pairs.runs), pairs.runs.size());
}

TEST(BoundedExploration, PutsCrashesAndDelaysTogether) {
  constexpr std::size_t n = 5;
  const auto found = search({.deviations = 1, .crashes = 1}, 1, [&](const run_changes&) {
    return same_steps(n, {2, 1});
  });
  EXPECT_EQ(found.runs.size(), 1 + n + n + n * n);
  EXPECT_EQ(different(found.runs), found.runs.size());
  for (std::size_t i = 1; i < found.runs.size(); ++i) {
    EXPECT_LE(found.runs[i - 1].size(), found.runs[i].size()) << "the simplest come first";
  }
}

TEST(BoundedExploration, KeepsToTheFirstStepsAndToItsRunsAndSaysSo) {
  const auto program = [](const run_changes&) { return same_steps(100, {2, 1}); };
  const auto first = search({.deviations = 1, .first_steps = 10}, 1, program);
  EXPECT_EQ(first.runs.size(), 11U);
  EXPECT_TRUE(first.summary.is_covered);
  const auto some = search({.deviations = 2, .most_runs = 150}, 1, program);
  EXPECT_EQ(some.runs.size(), 150U);
  EXPECT_EQ(different(some.runs), 150U);
  EXPECT_EQ(some.summary.runs, 150U);
  EXPECT_FALSE(some.summary.is_covered);
  EXPECT_GT(some.summary.known, 1000U);
  EXPECT_EQ(some.summary.covered_changes, 1U);
  const auto few = search({.deviations = 1, .most_runs = 50}, 1, program);
  EXPECT_EQ(few.summary.covered_changes, 0U);
  EXPECT_EQ(few.summary.known, 101U);
}

// --- Actors --------------------------------------------------------------------------------------

// In which order two actors with `messages` messages each handle them, in a run with these changes.
std::string order_of(const run_changes& changes, int messages, std::vector<step_choices>& seen) {
  simulated_world world{{.seed = 1, .schedule = {.how = schedule_options::strategy::round_robin}}};
  auto order = std::make_shared<std::string>();
  for (const char name : {'a', 'b'}) {
    const auto actor = world.system().spawn([order, name]() -> caf::behavior {
      return {[order, name](int) { order->push_back(name); }};
    });
    for (int i = 0; i < messages; ++i) caf::anon_send(actor, i);
  }
  auto change = changes.begin();
  for (std::uint64_t step = 1; static_cast<int>(order->size()) < 2 * messages; ++step) {
    for (; change != changes.end() && change->step == step; ++change) {
      world.pass_over(change->number);
    }
    world.step();
    seen.push_back({static_cast<std::uint32_t>(world.last_choices()), 0});
  }
  return *order;
}

std::set<std::string> orders_within(std::uint32_t deviations, int messages) {
  std::set<std::string> orders;
  search({.deviations = deviations}, 0, [&](const run_changes& run) {
    std::vector<step_choices> seen;
    orders.insert(order_of(run, messages, seen));
    return seen;
  });
  return orders;
}

// Two queues of n messages have (2n over n) orders.
TEST(BoundedExploration, ReachesEveryOrderThatThereIs) {
  EXPECT_EQ(orders_within(0, 2), (std::set<std::string>{"abab"}));
  EXPECT_EQ(orders_within(1, 2), (std::set<std::string>{"abab", "baba", "aabb", "abba"}));
  EXPECT_EQ(orders_within(4, 2),
            (std::set<std::string>{"aabb", "abab", "abba", "baab", "baba", "bbaa"}));
  EXPECT_EQ(orders_within(8, 4).size(), 70U);
  // Fewer are within fewer delays.
  EXPECT_LT(orders_within(2, 4).size(), 70U);
}

}  // namespace
}  // namespace weir
