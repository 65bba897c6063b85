// SPDX-License-Identifier: Apache-2.0
// Nothing lost, nothing twice, and no hang, whatever becomes of links and processes: what is sent
// comes late or with a connection that ends; task managers and the job manager are declared down
// while they live, and up again.
//
//   WEIR_SIMULATION_SEEDS=10000 ctest -R LinkFaults    # More seeds than the usual 300.
#include <gtest/gtest.h>

#include "tests/support/cold_story.hpp"
#include "tests/support/long_story.hpp"

namespace weir {
namespace {

using kind = planned_fault::kind;

void expect_to_be_right(const story_job& job, std::uint64_t share,
                        const std::vector<fault_share>& kinds) {
  const auto count = number_from_environment("WEIR_SIMULATION_SEEDS", 300) / share;
  for (const auto seed : seeds_for(count)) {
    long_story story{seed, job};
    ASSERT_EQ(tell_of_faults(story, seed, kinds), "") << "seed " << seed;
  }
}

TEST(LinkFaults, ChangeNothingWhateverHappens) {
  expect_to_be_right(numbers_and_counts, 3, every_kind_of_fault());
}

TEST(LinkFaults, ChangeNothingInAJobOfManyShapes) {
  expect_to_be_right(many_shapes, 10, every_kind_of_fault());
}

TEST(LinkFaults, ChangeNothingWhenMostStateIsInOlderCheckpoints) {
  expect_to_be_right(cold_states, 10, every_kind_of_fault());
}

TEST(LinkFaults, ChangeNothingThatOnlyMakesThingsLate) {
  expect_to_be_right(numbers_and_counts, 6, {{kind::slow_link}, {kind::slow_process}, {kind::jam}});
}

TEST(LinkFaults, ChangeNothingThatLetsLivingProcessesBeDeclaredDown) {
  expect_to_be_right(numbers_and_counts, 3,
                     {{kind::pause}, {kind::cut}, {kind::stall}, {kind::swizzle_clog}});
}

TEST(LinkFaults, ChangeNothingThatEndsConnections) {
  expect_to_be_right(numbers_and_counts, 6, {{kind::reset}, {kind::flap}});
}

TEST(LinkFaults, ChangeNothingThatCrashesAgainAndAgain) {
  expect_to_be_right(numbers_and_counts, 6, {{kind::crash_at_once}, {kind::crash_again}});
}

TEST(LinkFaults, ChangeNothingInAJobThatIsStoppedWithASavepoint) {
  const auto count = number_from_environment("WEIR_SIMULATION_SEEDS", 300) / 3;
  for (const auto seed : seeds_for(count)) {
    long_story story{seed};
    const fault_plan_options faults{.kinds = every_kind_of_fault(), .spares_job_manager = false};
    ASSERT_EQ(tell_of_a_stop(story, seed, faults), "") << "seed " << seed;
  }
}

TEST(LinkFaults, AreTheSameForTheSameSeed) {
  const auto hash_of = [](std::uint64_t seed) {
    long_story story{seed};
    const auto wrong = tell_of_faults(story, seed);
    EXPECT_EQ(wrong, "") << "seed " << seed;
    return story.trace_hash;
  };
  for (const auto seed : seeds_for(15)) EXPECT_EQ(hash_of(seed), hash_of(seed)) << "seed " << seed;
}

}  // namespace
}  // namespace weir
