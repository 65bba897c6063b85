// SPDX-License-Identifier: Apache-2.0
// Whole jobs on a simulated cluster: the same seed gives the same run, and whatever fails or is
// cancelled at whatever moment, the job ends with its cause and nothing is left over.
//
//   WEIR_SIMULATION_SEEDS=100000 ctest -R SimulatedCluster    # More seeds than the usual 1,000.
#include "coordination/simulation/simulated_cluster.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "coordination/simulation/fault_plan.hpp"
#include "tests/support/probe_actor.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

job_options with_parallelism(std::uint32_t parallelism) {
  job_options options;
  options.parallelism = parallelism;
  return options;
}

std::uint64_t simulation_seeds() { return number_from_environment("WEIR_SIMULATION_SEEDS", 1000); }

// What a run came to, and what it looked like on the way.
struct run_summary {
  job_state state = job_state::created;
  std::vector<number> seen;
  std::uint64_t trace_hash = 0;
  std::uint64_t steps = 0;
  friend bool operator==(const run_summary&, const run_summary&) = default;
};

run_summary run_keyed_sums(std::uint64_t seed) {
  sink_results results;
  const auto job = keyed_sum_job(300, results);
  const auto parallelism = static_cast<std::uint32_t>(1 + seed % 4);
  const auto outcome = run_simulated(job.graph(), with_parallelism(parallelism),
                                     {.seed = seed, .task_managers = 1 + parallelism / 2});
  return {outcome.job.state, results.seen(), outcome.trace_hash, outcome.steps};
}

TEST(SimulatedCluster, GivesTheSameRunForTheSameSeedAndTheRightResultForEverySeed) {
  std::set<std::uint64_t> traces;
  const auto seeds = seeds_for(simulation_seeds());
  for (const auto seed : seeds) {
    const auto run = run_keyed_sums(seed);
    ASSERT_EQ(run.state, job_state::finished) << "seed " << seed;
    ASSERT_EQ(run.seen.size(), key_count) << "seed " << seed;
    number sum = 0;
    for (const number each : run.seen) sum += each;
    ASSERT_EQ(sum, sum_below(300) + 300) << "seed " << seed;
    ASSERT_EQ(run_keyed_sums(seed), run) << "seed " << seed;
    traces.insert(run.trace_hash);
  }
  EXPECT_EQ(traces.size(), seeds.size());
}

class SimulatedClusterAtParallelism : public ::testing::TestWithParam<std::uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Every, SimulatedClusterAtParallelism, ::testing::Values(1, 2, 4, 7));

TEST_P(SimulatedClusterAtParallelism, BringsTheSameWindowsOfEventTime) {
  sink_results results;
  auto windows = map_node<window_count>("count", number{100});
  windows.parallelism = 1;
  linear_job job{source_node(2000)};
  job.then(windows, partitioning::shuffle).then(sink_node(results), partitioning::rebalance);
  const auto outcome = run_simulated(job.graph(), with_parallelism(GetParam()), {.seed = 1});
  ASSERT_TRUE(outcome.job.ok());
  EXPECT_EQ(results.seen(), std::vector<number>(20, 100));
  EXPECT_EQ(outcome.job.totals.late_dropped, 0U);
  EXPECT_EQ(outcome.job.totals.records_read, 2000U);
}

// No queue outgrows the credit that was given. A task's mailbox holds at most
//
//   window x (input channels + output channels)   frames, and grants for frames it has sent
//   + output channels x announcements             one a second, while it does not get its turn
//   + 4                                           resume, wake, announce, report
//
// and the job manager's at most four messages for each task, and a few timers.
TEST_P(SimulatedClusterAtParallelism, KeepsEveryMailboxWithinItsCredit) {
  constexpr std::uint32_t window = 3;
  const auto parallelism = GetParam();
  for (const auto seed : seeds_for(20)) {
    sink_results results;
    linear_job job{source_node(100)};
    job.then(map_node<repeating_map>("repeat", number{2000}))
        .then(map_node<adding_map>("add", number{1}), partitioning::rebalance)
        .then(sink_node(results), partitioning::hash);
    auto options = with_parallelism(parallelism);
    options.credit_window = window;
    const auto outcome = run_simulated(job.graph(), options, {.seed = seed});
    ASSERT_TRUE(outcome.job.ok());
    ASSERT_EQ(results.seen().size(), 200'000U);
    const std::size_t channels = 2 * parallelism;
    const std::size_t announcements =
        parallelism * static_cast<std::size_t>(1 + outcome.took / std::chrono::seconds{1});
    const std::size_t of_a_task = window * channels + announcements + 4;
    const std::size_t of_the_job_manager = 4 * 3 * parallelism + 4;
    EXPECT_LE(outcome.longest_mailbox, std::max(of_a_task, of_the_job_manager));
  }
}

TEST(SimulatedCluster, FailsWithTheErrorOfAnOperatorForEverySeed) {
  std::size_t opened = 0;
  const auto seeds = seeds_for(100);
  for (const auto seed : seeds) {
    sink_results results;
    const auto job = throwing_job(1000, 500, results);
    const auto outcome = run_simulated(job.graph(), with_parallelism(3), {.seed = seed});
    ASSERT_EQ(outcome.job.state, job_state::failed) << "seed " << seed;
    // Split 500 % 7 = 3 is the second of the first of three subtasks.
    ASSERT_EQ(outcome.job.cause->message, "operator parse (1/3): threw: 500 is unlucky");
    ASSERT_EQ(results.finished(), 0U);
    // One may not have been opened when another failed.
    ASSERT_EQ(results.abandoned(), results.opened()) << "seed " << seed;
    opened += results.opened();
  }
  EXPECT_GT(opened, 2 * seeds.size());
}

// A job without end on two task managers, to which things happen.
class endless_job {
public:
  explicit endless_job(std::uint64_t seed)
      : random_{mix(seed)},
        job_{keyed_sum_job(endless, results_)},
        cluster_{job_.graph(), with_parallelism(3), {.seed = seed, .task_managers = 2}} {}

  void take_random_steps() {
    for (auto left = random_.below(3000); left > 0; --left) cluster_.world().step();
  }
  simulated_cluster& cluster() { return cluster_; }
  simulated_world& world() { return cluster_.world(); }
  sink_results& results() { return results_; }
  random_numbers& random() { return random_; }

  std::size_t tasks_left() {
    std::size_t left = 0;
    for (std::uint32_t n = 0; n < 3; ++n) left += world().actors_of({n}, "task").size();
    return left;
  }
  // Ends one of the actors with that name, if there are any. Returns whether there was one.
  bool kill_one(std::string_view name) {
    std::vector<caf::actor> candidates;
    for (std::uint32_t n = 0; n < 3; ++n) {
      for (auto& each : world().actors_of({n}, name)) candidates.push_back(std::move(each));
    }
    if (candidates.empty()) return false;
    caf::anon_send_exit(candidates[random_.below(candidates.size())],
                        caf::exit_reason::user_shutdown);
    return true;
  }

private:
  random_numbers random_;
  sink_results results_;
  linear_job job_;
  simulated_cluster cluster_;
};

TEST(SimulatedCluster, FailsWithTheCauseWhenTheProcessOfATaskManagerCrashes) {
  for (const auto seed : seeds_for(100)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    endless_job job{seed};
    ASSERT_TRUE(run_until(job.world(), [&] { return job.tasks_left() == 6; }));
    job.take_random_steps();
    const auto victim = static_cast<std::uint32_t>(job.random().below(2));
    job.cluster().crash_task_manager(victim);
    const auto outcome = job.cluster().run();
    ASSERT_EQ(outcome.job.state, job_state::failed);
    EXPECT_TRUE(
        outcome.job.cause->message.ends_with("was lost: its process cannot be reached any more"))
        << outcome.job.cause->message;
    EXPECT_LT(outcome.took, std::chrono::seconds{1});
    EXPECT_EQ(job.tasks_left(), 0U);
    EXPECT_EQ(job.results().finished(), 0U);
  }
}

TEST(SimulatedCluster, FailsInTimeWhenAProcessCrashesBeforeTheJobRuns) {
  for (const auto seed : seeds_for(50)) {
    endless_job job{seed};
    for (auto left = job.random().below(60); left > 0; --left) job.world().step();
    job.cluster().crash_task_manager(0);
    const auto outcome = job.cluster().run();
    EXPECT_EQ(outcome.job.state, job_state::failed) << "seed " << seed;
    EXPECT_LE(outcome.took, std::chrono::seconds{31}) << "seed " << seed;
  }
}

TEST(SimulatedCluster, EndsWhenItIsCancelledAtAnyMoment) {
  for (const auto seed : seeds_for(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    endless_job job{seed};
    job.take_random_steps();
    job.cluster().cancel();
    const auto outcome = job.cluster().run();
    ASSERT_EQ(outcome.job.state, job_state::cancelled);
    EXPECT_FALSE(outcome.job.cause);
    EXPECT_LT(outcome.took, std::chrono::seconds{1});
    EXPECT_EQ(job.tasks_left(), 0U);
    EXPECT_EQ(job.results().finished(), 0U);
  }
}

TEST(SimulatedCluster, EndsWhenATaskASlotOrATaskManagerIsKilledAtAnyMoment) {
  for (const auto seed : seeds_for(300)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    endless_job job{seed};
    job.take_random_steps();
    constexpr std::string_view names[] = {"task", "slot", "task_manager"};
    if (!job.kill_one(names[seed % 3])) continue;
    run_for(job.world(), std::chrono::milliseconds{20});
    job.cluster().cancel();  // If it came before the job had started, nothing was lost.
    const auto outcome = job.cluster().run();
    ASSERT_TRUE(is_final(outcome.job.state)) << to_string(outcome.job.state);
    if (outcome.job.state == job_state::failed) {
      EXPECT_TRUE(outcome.job.cause->message.ends_with("it was told to end from outside"))
          << outcome.job.cause->message;
    }
    EXPECT_EQ(job.tasks_left(), 0U);
    EXPECT_EQ(job.results().finished(), 0U);
  }
}

struct faulty_run {
  job_state state = job_state::created;
  std::uint64_t trace_hash = 0;
  std::uint64_t steps = 0;
  duration took{};
  friend bool operator==(const faulty_run&, const faulty_run&) = default;
};

// An endless job to which a plan happens; cancelled after a while if that has not ended it. What is
// left of the plan happens to the cluster without a job.
faulty_run run_through(const fault_plan& plan, std::uint64_t seed) {
  endless_job job{seed};
  plan.apply(job.cluster());
  // Only the longest of these is long enough for a crash to be noticed before.
  constexpr int milliseconds_until_cancelled[] = {5, 10, 20, 30, 50, 70, 100, 300};
  run_for(job.world(), std::chrono::milliseconds{milliseconds_until_cancelled[seed % 8]});
  job.cluster().cancel();
  const auto outcome = job.cluster().run();
  EXPECT_EQ(job.results().finished(), 0U);
  run_for(job.world(), std::chrono::seconds{1});
  EXPECT_EQ(job.tasks_left(), 0U);
  return {outcome.job.state, job.world().trace_hash(), job.world().steps(), outcome.took};
}

TEST(SimulatedCluster, EndsWhateverCrashesRestartsAndPausesAndTheSameWayForTheSameSeed) {
  const fault_plan_options options{.within = std::chrono::milliseconds{100},
                                   .longest_pause = std::chrono::milliseconds{300},
                                   .longest_outage = std::chrono::milliseconds{300},
                                   .one_crash_stays_in = 5};
  std::set<job_state> states;
  const auto seeds = seeds_for(240);
  for (const auto seed : seeds) {
    const auto plan = fault_plan::random(seed, options);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + to_string(plan));
    const auto run = run_through(plan, seed);
    ASSERT_TRUE(is_final(run.state)) << to_string(run.state);
    EXPECT_LE(run.took, std::chrono::seconds{31});
    if (seed % 3 == 0) {
      ASSERT_EQ(run_through(plan, seed), run);
    }
    states.insert(run.state);
  }
  constexpr std::size_t enough_to_show_both = 50;
  if (seeds.size() < enough_to_show_both) return;
  EXPECT_TRUE(states.contains(job_state::failed));
  EXPECT_TRUE(states.contains(job_state::cancelled));
}

TEST(SimulatedCluster, FinishesLaterWhenATaskManagerIsPaused) {
  for (const auto seed : seeds_for(50)) {
    sink_results results;
    const auto job = keyed_sum_job(300, results);
    simulated_cluster cluster{job.graph(), with_parallelism(3), {.seed = seed}};
    cluster.world().after(std::chrono::milliseconds{1},
                          [&] { cluster.pause_task_manager(1, std::chrono::milliseconds{190}); });
    const auto outcome = cluster.run();
    ASSERT_EQ(outcome.job.state, job_state::finished) << "seed " << seed;
    EXPECT_GE(outcome.took, std::chrono::milliseconds{190}) << "seed " << seed;
    number sum = 0;
    for (const number each : results.seen()) sum += each;
    EXPECT_EQ(sum, sum_below(300) + 300) << "seed " << seed;
  }
}

// Without checkpoints the job may not be restarted.
TEST(SimulatedCluster, LosesATaskManagerThatIsPausedForLongerThanItsPeersWait) {
  for (const auto seed : seeds_for(20)) {
    sink_results results;
    const auto job = keyed_sum_job(300, results);
    simulated_cluster cluster{job.graph(), with_parallelism(3), {.seed = seed}};
    while (cluster.world().actors_of({2}, "task").empty()) cluster.world().step();
    cluster.pause_task_manager(1, std::chrono::seconds{20});
    const auto outcome = cluster.run();
    ASSERT_EQ(outcome.job.state, job_state::failed) << "seed " << seed;
    EXPECT_NE(outcome.job.cause->message.find("its process cannot be reached any more"),
              std::string::npos)
        << outcome.job.cause->message;
  }
}

TEST(SimulatedCluster, OffersTheSlotsOfATaskManagerThatCameBackBeforeTheJobRan) {
  for (const auto seed : seeds_for(50)) {
    sink_results results;
    const auto job = keyed_sum_job(300, results);
    simulated_cluster cluster{job.graph(), with_parallelism(3), {.seed = seed}};
    cluster.crash_task_manager(1);
    cluster.world().after(std::chrono::seconds{3}, [&] { cluster.restart_task_manager(1); });
    const auto outcome = cluster.run();
    ASSERT_EQ(outcome.job.state, job_state::finished) << "seed " << seed;
    EXPECT_GE(outcome.took, std::chrono::seconds{3});
    cluster.restart_task_manager(1);
  }
}

TEST(SimulatedCluster, LeavesItsDiskToTheNextAtWhateverStepItEnds) {
  for (const auto seed : seeds_for(100)) {
    const auto disk = std::make_shared<simulated_file_system>(seed);
    random_numbers random{mix(seed)};
    std::string left;
    {
      sink_results results;
      const auto job = keyed_sum_job(endless, results);
      simulated_cluster cluster{job.graph(), with_parallelism(3), {.seed = seed, .files = disk}};
      auto file = cluster.world().process({1}).files().create("log");
      for (auto steps = random.below(500); steps > 0; --steps) {
        cluster.world().step();
        ASSERT_TRUE((*file)->append("x").ok());
        if (random.below(100) == 0) {
          ASSERT_TRUE((*file)->sync().ok());
        }
      }
      left = disk->content_of("log");
    }
    EXPECT_EQ(disk->content_of("log"), left);
    if (seed % 2 == 0) disk->crash();
    sink_results results;
    const auto job = keyed_sum_job(300, results);
    simulated_cluster next{job.graph(), with_parallelism(3), {.seed = seed, .files = disk}};
    EXPECT_EQ(&next.world().files(), disk.get());
    ASSERT_EQ(next.run().job.state, job_state::finished) << "seed " << seed;
    EXPECT_TRUE(left.starts_with(disk->content_of("log")));
  }
}

TEST(SimulatedCluster, TakesTheSameScheduleWithAndWithoutFaultsThatDoNotStrikeIt) {
  const auto trace = [](std::uint64_t seed, bool faulty) {
    sink_results results;
    const auto job = keyed_sum_job(300, results);
    simulated_cluster cluster{job.graph(), with_parallelism(3), {.seed = seed}};
    auto& disk = cluster.world().files();
    if (faulty) {
      disk.faults().set({.append = {500'000}});
      auto file = disk.create("beside");
      for (int n = 0; n < 100; ++n) static_cast<void>((*file)->append("x"));
    }
    return cluster.run().trace_hash;
  };
  for (const auto seed : seeds_for(20)) EXPECT_EQ(trace(seed, true), trace(seed, false));
}

TEST(SimulatedCluster, GivesUpAtItsTimeLimit) {
  sink_results results;
  const auto job = keyed_sum_job(endless, results);
  const auto outcome = run_simulated(job.graph(), with_parallelism(1),
                                     {.seed = 1, .time_limit = std::chrono::milliseconds{100}});
  EXPECT_EQ(outcome.job.state, job_state::running);
  EXPECT_GE(outcome.took, std::chrono::milliseconds{100});
}

TEST(SimulatedCluster, RefusesAJobThatCannotRun) {
  job_graph empty;
  empty.name = "nothing";
  const auto outcome = run_simulated(empty, {}, {.seed = 1});
  EXPECT_EQ(outcome.job.state, job_state::failed);
  EXPECT_EQ(outcome.job.cause->message,
            "plan job \"nothing\": there is no source; start a stream with env.from(...)");
  EXPECT_EQ(outcome.steps, 0U);
}

}  // namespace
}  // namespace weir
