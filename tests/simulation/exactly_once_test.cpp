// SPDX-License-Identifier: Apache-2.0
// Nothing lost, nothing twice: whatever crashes, and whenever, the committed output of a job is
// that of a run without failure. Each seed is a run of its own, with its own crashes. That these
// tests would notice is proved in tests/simulation/broken_protocol_test.cpp.
//
//   WEIR_SIMULATION_SEEDS=10000 ctest -R ExactlyOnce    # More seeds than the usual 300.
#include <gtest/gtest.h>

#include "state/checkpoint_directory.hpp"
#include "tests/support/cold_story.hpp"
#include "tests/support/long_story.hpp"

namespace weir {
namespace {

// A job of many tasks takes its time: a third of the seeds of the simple one.
template <class Tell>
void expect_to_be_right(const story_job& job, std::uint64_t share, Tell tell) {
  const auto count = number_from_environment("WEIR_SIMULATION_SEEDS", 300) / share;
  for (const auto seed : seeds_for(count)) {
    long_story story{seed, job};
    const std::string wrong = tell(story, seed);
    ASSERT_EQ(wrong, "") << "seed " << seed;
  }
}

std::string crashes(long_story& story, std::uint64_t seed) { return tell_of_crashes(story, seed); }
std::string kills(long_story& story, std::uint64_t) { return tell_of_kills(story); }
std::string power_failures(long_story& story, std::uint64_t) {
  return tell_of_power_failures(story);
}

TEST(ExactlyOnce, HoldsWithoutFailures) {
  for (const auto* job : {&numbers_and_counts, &many_shapes, &late_readings}) {
    for (const auto seed : {1U, 2U, 3U}) {
      long_story story{seed, *job};
      EXPECT_EQ(story.finish(), "");
    }
  }
}

TEST(ExactlyOnce, HoldsWhateverTaskManagersCrash) {
  expect_to_be_right(numbers_and_counts, 1, crashes);
}

TEST(ExactlyOnce, HoldsWhenEverythingIsKilledAtAnyInstant) {
  expect_to_be_right(numbers_and_counts, 1, kills);
}

TEST(ExactlyOnce, HoldsWhenThePowerFailsAndTheParallelismChanges) {
  expect_to_be_right(numbers_and_counts, 1, power_failures);
}

TEST(ExactlyOnce, HoldsInAJobOfManyShapesWhateverTaskManagersCrash) {
  expect_to_be_right(many_shapes, 3, crashes);
}

TEST(ExactlyOnce, HoldsInAJobOfManyShapesWhenThePowerFails) {
  expect_to_be_right(many_shapes, 3, power_failures);
}

TEST(ExactlyOnce, HoldsWhenMostStateIsInOlderCheckpoints) {
  expect_to_be_right(cold_states, 2, crashes);
  expect_to_be_right(cold_states, 2, power_failures);
}

// Or the tests above would say nothing about incremental checkpoints.
TEST(ExactlyOnce, RestoresFromSeveralCheckpointsAtOnce) {
  std::size_t sharing = 0;
  for (const auto seed : every_seed_of(8)) {
    long_story story{seed, cold_states};
    story.live_for_a_while();
    const auto latest = checkpoint_directory{story.disk(), "/checkpoints"}.latest();
    ASSERT_TRUE(latest) << latest.failure().message;
    sharing += *latest && !(*latest)->manifest.shared.empty() ? 1U : 0U;
    EXPECT_EQ(story.finish(), "") << "seed " << seed;
  }
  EXPECT_GT(sharing, 0U);
}

TEST(ExactlyOnce, HoldsWithoutIncrementalCheckpoints) {
  for (const auto seed : seeds_for(20)) {
    long_story story{seed, cold_states};
    story.options().incremental_checkpoints = false;
    ASSERT_EQ(tell_of_power_failures(story), "") << "seed " << seed;
  }
}

TEST(ExactlyOnce, KeepsLateReadingsLateWhenThePowerFails) {
  expect_to_be_right(late_readings, 3, power_failures);
}

}  // namespace
}  // namespace weir
