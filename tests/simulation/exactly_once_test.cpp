// SPDX-License-Identifier: Apache-2.0
// Nothing lost, nothing twice: whatever crashes, and whenever, the committed output of a job is
// that of a run without failure. Each seed is a run of its own, with its own crashes.
//
//   WEIR_SIMULATION_SEEDS=10000 ctest -R ExactlyOnce    # More seeds than the usual 300.
#include <gtest/gtest.h>

#include "tests/support/long_story.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint64_t> story_seeds() {
  return seeds_for(number_from_environment("WEIR_SIMULATION_SEEDS", 300));
}

TEST(ExactlyOnce, HoldsWithoutFailures) {
  for (const auto seed : {1U, 2U, 3U}) {
    long_story story{seed};
    story.expect_to_finish_right();
  }
}

TEST(ExactlyOnce, HoldsWhateverTaskManagersCrash) {
  for (const auto seed : story_seeds()) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    story.plan = fault_plan::random(seed, {.task_managers = story.task_managers,
                                           .faults = 4,
                                           .within = 600ms,
                                           .longest_pause = 200ms,
                                           .longest_outage = 300ms});
    story.expect_to_finish_right();
    if (HasFatalFailure()) FAIL() << to_string(*story.plan);
  }
}

TEST(ExactlyOnce, HoldsWhenEverythingIsKilledAtAnyInstant) {
  for (const auto seed : story_seeds()) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    for (auto kills = 1 + story.random().below(4); kills > 0; --kills) {
      story.live_for(duration{static_cast<std::int64_t>(story.random().below(200'000))});
    }
    story.expect_to_finish_right();
    if (HasFatalFailure()) return;
  }
}

TEST(ExactlyOnce, HoldsWhenThePowerFailsAndTheParallelismChanges) {
  for (const auto seed : story_seeds()) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    for (auto kills = 1 + story.random().below(4); kills > 0; --kills) {
      story.live_for(duration{static_cast<std::int64_t>(story.random().below(200'000))});
      story.disk().crash();
      story.draw_parallelism();
    }
    story.expect_to_finish_right();
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace weir
