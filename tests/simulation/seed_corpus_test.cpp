// SPDX-License-Identifier: Apache-2.0
// Seeds that once found a bug, each with what it was.
#include <gtest/gtest.h>

#include "tests/support/long_story.hpp"

namespace weir {
namespace {

// Those that there were when a seed was found: its plan is drawn from them.
std::vector<fault_share> kinds_until(planned_fault::kind last) {
  auto kinds = every_kind_of_fault();
  std::erase_if(kinds, [last](const fault_share& each) { return each.what > last; });
  return kinds;
}

// A task drained before the last task of its attempt had started, and the coordinator forgot it:
// nobody triggered it, and no checkpoint completed any more.
TEST(SeedCorpus, ATaskThatDrainedBeforeItsAttemptHadStarted) {
  long_story story{536073374};
  EXPECT_EQ(tell_of_kills(story), "");
}

// A task manager crashed when the savepoint was complete that the job was to stop with, and before
// it had stopped: it went on to its end, and so did whoever went on from the savepoint.
TEST(SeedCorpus, AJobThatCrashedBetweenItsSavepointAndItsEnd) {
  long_story story{820804880};
  EXPECT_EQ(tell_of_a_stop(story, 820804880), "");
}

// A task of an attempt that was over began late, and removed what the next attempt was writing.
TEST(SeedCorpus, ATaskThatBeganWhenItsAttemptWasOver) {
  long_story story{5002590};
  EXPECT_EQ(tell_of_faults(story, 5002590, kinds_until(planned_fault::kind::swizzle_clog)), "");
}

}  // namespace
}  // namespace weir
