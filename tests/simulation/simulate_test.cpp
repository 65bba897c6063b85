// SPDX-License-Identifier: Apache-2.0
// A simulation as a GoogleTest: it runs at the end of the statement, and its failure is the test's.
#include "coordination/testing/simulate.hpp"

#include <cstdlib>

#include <gtest/gtest-spi.h>

#include "tests/support/story_job.hpp"

namespace weir {
namespace {

void run_into_trouble() {
  simulate(numbers_and_counts.define).seeds(3, 5).always("nothing happens", [](const auto& run) {
    return run.completed_checkpoints() == 0 ? "" : "a checkpoint";
  });
}

TEST(Simulate, PassesQuietly) {
  std::uint64_t seeds = 0;
  simulate(numbers_and_counts.define)
      .task_managers(3)
      .seeds(1, 3)
      .crash_random_process()
      .on_progress([&](std::uint64_t run, std::uint64_t) { seeds = run; })
      .expect_exactly_once();
  EXPECT_EQ(seeds, 3U);
}

TEST(Simulate, FailsTheTestAndSaysHowToSeeItAgain) {
  EXPECT_NONFATAL_FAILURE(run_into_trouble(),
                          "seed 3: violated: nothing happens: a checkpoint\n"
                          "no fault is needed for it\n");
  EXPECT_NONFATAL_FAILURE(run_into_trouble(),
                          "replay: WEIR_SEEDS=3 with the same --gtest_filter\n");
}

TEST(Simulate, TakesItsSeedsFromTheEnvironment) {
  setenv("WEIR_SEEDS", "7", 1);
  EXPECT_NONFATAL_FAILURE(run_into_trouble(), "seed 7: ");
  setenv("WEIR_SEEDS", "7..x", 1);
  EXPECT_NONFATAL_FAILURE(run_into_trouble(), "WEIR_SEEDS: '7..x' is no range of seeds");
  unsetenv("WEIR_SEEDS");
}

}  // namespace
}  // namespace weir
