// SPDX-License-Identifier: Apache-2.0
// Plans follow from their seeds, say what they are, and happen when they say.
#include "coordination/simulation/fault_plan.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/probe_actor.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using kind = planned_fault::kind;

TEST(FaultPlan, IsTheSameForTheSameSeedAndWithinItsLimits) {
  const fault_plan_options options{.task_managers = 3,
                                   .faults = 8,
                                   .within = seconds{1},
                                   .longest_pause = seconds{2},
                                   .longest_outage = seconds{3},
                                   .one_crash_stays_in = 4};
  std::set<std::string> texts;
  std::set<std::uint32_t> victims;
  int pauses = 0;
  int restarts = 0;
  int for_ever = 0;
  for (const auto seed : every_seed_of(100)) {
    const auto plan = fault_plan::random(seed, options);
    EXPECT_EQ(plan, fault_plan::random(seed, options));
    texts.insert(to_string(plan));
    ASSERT_EQ(plan.faults().size(), 8U);
    auto last = duration::zero();
    for (const auto& fault : plan.faults()) {
      EXPECT_GE(fault.when, last);
      last = fault.when;
      EXPECT_LT(fault.when, options.within);
      victims.insert(fault.process.value);
      const bool is_pause = fault.what == kind::pause;
      EXPECT_LE(fault.span, is_pause ? options.longest_pause : options.longest_outage);
      pauses += is_pause ? 1 : 0;
      restarts += !is_pause && fault.span > duration::zero() ? 1 : 0;
      for_ever += !is_pause && fault.span == duration::zero() ? 1 : 0;
    }
  }
  EXPECT_EQ(texts.size(), 100U);
  EXPECT_EQ(victims, (std::set<std::uint32_t>{1, 2, 3}));
  EXPECT_GT(pauses, 300);
  EXPECT_GT(restarts, 200);
  EXPECT_GT(for_ever, 50);
}

TEST(FaultPlan, SaysWhatWillHappen) {
  const fault_plan plan{{
      {.when = milliseconds{1250}, .what = kind::crash, .process = {2}, .span = seconds{3}},
      {.when = milliseconds{2}, .what = kind::pause, .process = {1}, .span = milliseconds{40}},
      {.when = seconds{2}, .what = kind::crash, .process = {1}},
  }};
  EXPECT_EQ(to_string(plan),
            "at 2ms: pause tm-1 for 40ms\n"
            "at 1s250ms: crash tm-2, restart it after 3s\n"
            "at 2s: crash tm-1, for ever\n");
  EXPECT_EQ(to_string(plan.without(1)),
            "at 2ms: pause tm-1 for 40ms\n"
            "at 2s: crash tm-1, for ever\n");
  EXPECT_EQ(to_string(fault_plan{}), "");
}

TEST(FaultPlan, SaysWhatWillHappenToLinks) {
  const auto of = [](kind what) {
    return to_string(planned_fault{.when = milliseconds{5},
                                   .what = what,
                                   .process = {0},
                                   .other = {2},
                                   .span = milliseconds{40},
                                   .interval = milliseconds{7},
                                   .number = 9});
  };
  EXPECT_EQ(of(kind::slow_process), "at 5ms: slow down jm 9 times for 40ms");
  EXPECT_EQ(of(kind::slow_link), "at 5ms: slow down the link from jm to tm-2 by 7ms for 40ms");
  EXPECT_EQ(of(kind::cut), "at 5ms: cut the link from jm to tm-2 for 40ms");
  EXPECT_EQ(of(kind::stall), "at 5ms: stall the link between jm and tm-2 for 40ms");
  EXPECT_EQ(of(kind::jam), "at 5ms: jam the link from jm to tm-2 for 40ms");
  EXPECT_EQ(of(kind::reset), "at 5ms: reset the link between jm and tm-2");
  EXPECT_EQ(of(kind::flap), "at 5ms: flap the link between jm and tm-2 every 7ms for 40ms");
  EXPECT_EQ(of(kind::swizzle_clog), "at 5ms: clog the links of some processes, choice 9, for 40ms");
  EXPECT_EQ(to_string(planned_fault{.what = kind::crash_again,
                                    .process = {2},
                                    .span = milliseconds{40},
                                    .interval = milliseconds{7}}),
            "at 0s: crash tm-2, restart it after 40ms, crash it again after 7ms, restart "
            "it after 40ms");
  EXPECT_EQ(to_string(planned_fault{.what = kind::crash_at_once, .span = milliseconds{40}}),
            "at 0s: crash tm-1, noticed at once, restart it after 40ms");
}

TEST(FaultPlan, DrawsEveryKindForThoseWhoMaySuffer) {
  fault_plan_options options{.task_managers = 2, .faults = 10, .kinds = every_kind_of_fault()};
  for (const bool spares : {true, false}) {
    options.spares_job_manager = spares;
    std::set<kind> seen;
    std::set<std::uint32_t> victims;
    for (const auto seed : every_seed_of(100)) {
      const auto plan = fault_plan::random(seed, options);
      EXPECT_EQ(plan, fault_plan::random(seed, options));
      for (const auto& fault : plan.faults()) {
        seen.insert(fault.what);
        const auto crashes = fault.what <= kind::crash_again;
        EXPECT_TRUE(!crashes || fault.process.value > 0) << to_string(fault);
        victims.insert(fault.process.value);
        const auto is_of_link = fault.what >= kind::slow_link && fault.what <= kind::flap;
        if (!is_of_link) continue;
        EXPECT_NE(fault.process, fault.other) << to_string(fault);
        EXPECT_LE(fault.span, options.longest_link_fault);
        victims.insert(fault.other.value);
      }
    }
    EXPECT_EQ(seen.size(), every_kind_of_fault().size());
    EXPECT_EQ(victims.contains(0), !spares);
    EXPECT_EQ(victims.size(), spares ? 2U : 3U);
  }
}

TEST(FaultPlan, DrawsKindsByTheirShares) {
  const fault_plan_options options{.faults = 1000, .kinds = {{kind::cut, 9}, {kind::reset, 1}}};
  const auto plan = fault_plan::random(3, options);
  const auto cuts = std::count_if(plan.faults().begin(), plan.faults().end(),
                                  [](const auto& each) { return each.what == kind::cut; });
  EXPECT_NEAR(static_cast<double>(cuts), 900, 50);
}

TEST(FaultPlan, HasFaultsThatGetSimplerUntilTheyCannot) {
  EXPECT_FALSE(simplified({.what = kind::reset, .other = {2}}));
  planned_fault fault{.what = kind::stall, .other = {2}, .span = milliseconds{9}};
  int times = 0;
  for (; const auto simpler = simplified(fault); ++times) {
    EXPECT_EQ(simpler->span, fault.span / 2);
    fault.span = simpler->span;
    EXPECT_EQ(*simpler, fault);
  }
  EXPECT_EQ(times, 3);
  EXPECT_EQ(simplified({.what = kind::clock_jump, .interval = milliseconds{-9}})->interval,
            std::chrono::microseconds{-4500});
}

TEST(FaultPlan, SparesTheJobManagerWhenItIsAsked) {
  fault_plan_options options{.task_managers = 3, .faults = 50, .kinds = {{kind::swizzle_clog}}};
  const auto plan = fault_plan::random(1, options);
  for (const auto& each : plan.faults()) EXPECT_EQ(each.process, process_id{1});
  options.spares_job_manager = false;
  EXPECT_EQ(fault_plan::random(1, options).faults()[0].process, process_id{0});
}

TEST(FaultPlan, SaysWhatWillHappenToClocks) {
  const auto of = [](kind what, duration by) {
    return to_string(
        planned_fault{.when = milliseconds{5}, .what = what, .process = {2}, .interval = by});
  };
  EXPECT_EQ(of(kind::clock_jump, milliseconds{7}), "at 5ms: set the clock of tm-2 ahead by 7ms");
  EXPECT_EQ(of(kind::clock_jump, -milliseconds{7}), "at 5ms: set the clock of tm-2 back by 7ms");
  EXPECT_EQ(of(kind::clock_drift, std::chrono::microseconds{40}),
            "at 5ms: the clock of tm-2 gains 40us a second");
  EXPECT_EQ(of(kind::clock_drift, -std::chrono::microseconds{40}),
            "at 5ms: the clock of tm-2 loses 40us a second");
}

TEST(FaultPlan, HappensToTheCluster) {
  sink_results results;
  const auto job = keyed_sum_job(endless, results);
  simulated_cluster cluster{job.graph(), {}, {.seed = 1, .task_managers = 2}};
  auto& world = cluster.world();
  const fault_plan plan{{
      {.when = milliseconds{10}, .what = kind::crash, .process = {1}, .span = milliseconds{20}},
      {.when = milliseconds{15}, .what = kind::crash, .process = {1}, .span = milliseconds{1}},
      {.when = milliseconds{50}, .what = kind::crash, .process = {2}},
      {.when = milliseconds{60}, .what = kind::pause, .process = {2}, .span = milliseconds{9}},
  }};
  plan.apply(cluster);
  run_for(world, milliseconds{5});
  EXPECT_TRUE(world.is_alive({1}));
  run_for(world, milliseconds{8});
  EXPECT_FALSE(world.is_alive({1}));
  run_for(world, milliseconds{5});
  EXPECT_TRUE(world.is_alive({1}));  // The second crash was none, but its restart came.
  run_for(world, milliseconds{100});
  EXPECT_TRUE(world.is_alive({1}));
  EXPECT_EQ(world.actors_of({1}, "task_manager").size(), 1U);
  EXPECT_FALSE(world.is_alive({2}));
}

// Whether or not a job still runs there.
TEST(FaultPlan, HappensToTheLinksOfTheCluster) {
  sink_results results;
  const auto job = keyed_sum_job(1000, results);
  simulated_cluster cluster{job.graph(), {}, {.seed = 1, .task_managers = 2}};
  auto& world = cluster.world();
  const probe watcher{world.process({2})};
  world.process({2}).fabric().watch_peers(watcher.handle());
  run_for(world, milliseconds{1});
  const fault_plan plan{
      {{.when = milliseconds{10}, .what = kind::reset, .other = {2}},
       {.when = milliseconds{100}, .what = kind::cut, .other = {2}, .span = milliseconds{400}},
       {.when = milliseconds{600},
        .what = kind::pause,
        .process = {0},
        .span = milliseconds{400}}}};
  plan.apply(cluster);
  run_for(world, milliseconds{50});
  EXPECT_EQ(watcher->count<peer_down>(), 1U);
  EXPECT_EQ(watcher->last<peer_down>().peer, process_id{1});
  run_for(world, milliseconds{500});
  EXPECT_EQ(watcher->count<peer_down>(), 2U);
  EXPECT_EQ(watcher->last<peer_down>().peer, process_id{1});
  run_for(world, milliseconds{500});
  EXPECT_EQ(watcher->count<peer_down>(), 3U);
  EXPECT_EQ(watcher->last<peer_down>().peer, process_id{0});
  EXPECT_EQ(watcher->count<peer_up>(), 5U);
}

TEST(FaultPlan, CrashesATaskManagerAgain) {
  sink_results results;
  const auto job = keyed_sum_job(endless, results);
  simulated_cluster cluster{job.graph(), {}, {.seed = 1, .task_managers = 2}};
  auto& world = cluster.world();
  const fault_plan plan{{{.when = milliseconds{10},
                          .what = kind::crash_again,
                          .span = milliseconds{20},
                          .interval = milliseconds{5}}}};
  plan.apply(cluster);
  std::string alive;
  for (const int wait : {5, 10, 17, 5, 20}) {
    run_for(world, milliseconds{wait});
    alive += world.is_alive({1}) ? "+" : "-";
  }
  EXPECT_EQ(alive, "+-+-+");
}

}  // namespace
}  // namespace weir
