// SPDX-License-Identifier: Apache-2.0
// A seed is one run, on every machine, by every compiler, however it optimizes and wherever things
// lie in memory. These hashes change with the engine; all builds of it must have the same.
#include <gtest/gtest.h>

#include "coordination/testing/simulation_run.hpp"
#include "tests/support/story_job.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

std::uint64_t trace_of(const story_job& defined, std::uint64_t seed) {
  environment env{"story"};
  defined.define(env);
  simulated_job job;
  job.graph = &env.graph();
  job.task_managers = 3;
  job.options.parallelism = 2;
  job.options.checkpoint_directory = "/weir-simulation/checkpoints";
  job.options.checkpoint_interval = 20ms;
  job.options.initial_backoff = 10ms;
  job.faults = {.crashes = crash_faults{.every = 100ms, .restart_after = {10ms, 100ms}},
                .pauses = pause_faults{.every = 200ms, .lasting = {10ms, 300ms}},
                .partitions = partition_faults{.every = 100ms},
                .links = link_faults{.every = 100ms},
                .outages = outage_faults{.every = 300ms, .rescales = true}};
  job.fault_span = 400ms;
  const auto plan = draw_plan(seed, job.faults, job.task_managers, job.fault_span);
  const auto outcome = run_once(job, seed, plan);
  EXPECT_EQ(outcome.violation, "");
  return outcome.trace_hash;
}

TEST(Trace, IsTheSameInEveryBuild) {
  EXPECT_EQ(trace_of(numbers_and_counts, 1), 2377616743335262248U);
  EXPECT_EQ(trace_of(many_shapes, 2), 6911639507305781198U);
  EXPECT_EQ(trace_of(many_shapes, 3), 9637219255654771942U);
}

}  // namespace
}  // namespace weir
