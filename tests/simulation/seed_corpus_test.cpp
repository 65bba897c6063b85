// SPDX-License-Identifier: Apache-2.0
// Seeds that once found a bug, each with what it was.
#include <gtest/gtest.h>

#include "tests/support/long_story.hpp"

namespace weir {
namespace {

// A task drained before the last task of its attempt had started, and the coordinator forgot it:
// nobody triggered it, and no checkpoint completed any more.
TEST(SeedCorpus, ATaskThatDrainedBeforeItsAttemptHadStarted) {
  long_story story{536073374};
  EXPECT_EQ(tell_of_kills(story), "");
}

}  // namespace
}  // namespace weir
