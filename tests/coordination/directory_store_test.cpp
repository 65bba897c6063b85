// SPDX-License-Identifier: Apache-2.0
// A directory as a high-availability store: what it leaves on the disk, and finds there. What it
// has in common with other stores: tests/coordination/high_availability_store_test.cpp.
#include "coordination/directory_store.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {
namespace {

using texts = std::map<std::string, std::string>;

class DirectoryStore : public ::testing::Test {
protected:
  leadership look(directory_store& by) {
    const auto seen = by.look();
    EXPECT_TRUE(seen.ok()) << seen.failure().message;
    return *seen;
  }
  bool take(directory_store& by, const std::string& holder) {
    const auto taken = by.take(look(by), holder);
    EXPECT_TRUE(taken.ok()) << taken.failure().message;
    return *taken;
  }
  texts entries(directory_store& by) {
    const auto found = by.entries();
    EXPECT_TRUE(found.ok()) << found.failure().message;
    return *found;
  }

  simulated_file_system disk_;
  directory_store one_{disk_, "/ha"};
  directory_store other_{disk_, "/ha"};
};

TEST_F(DirectoryStore, LeavesNothingOfAFormerTerm) {
  ASSERT_TRUE(take(one_, "one"));
  ASSERT_TRUE(one_.put(1, "job-a", "alpha").ok());
  ASSERT_TRUE(*one_.renew(1));
  ASSERT_TRUE(one_.resign(1).ok());
  ASSERT_TRUE(take(other_, "other"));
  for (const auto& path : disk_.written_files()) EXPECT_EQ(path.find("-1"), std::string::npos);
  EXPECT_EQ(entries(other_), (texts{{"job-a", "alpha"}}));
}

TEST_F(DirectoryStore, SurvivesALossOfPower) {
  ASSERT_TRUE(take(one_, "one"));
  ASSERT_TRUE(one_.put(1, "job-a", "alpha").ok());
  disk_.crash();
  directory_store later{disk_, "/ha"};
  EXPECT_EQ(look(later), (leadership{.term = 1, .holder = "one"}));
  EXPECT_EQ(entries(later), (texts{{"job-a", "alpha"}}));
}

TEST_F(DirectoryStore, LeavesATermAloneWhoseLeaderCouldNotBeginIt) {
  ASSERT_TRUE(take(one_, "one"));
  ASSERT_TRUE(one_.put(1, "job-a", "alpha").ok());
  // Term 2 has begun, but its leader ended before it had copied the entries.
  disk_.put("/ha/term-2", "other");
  EXPECT_EQ(entries(one_), (texts{{"job-a", "alpha"}}));
  directory_store third{disk_, "/ha"};
  ASSERT_TRUE(take(third, "third"));
  EXPECT_EQ(look(third).term, 3U);
  EXPECT_EQ(entries(third), (texts{{"job-a", "alpha"}}));
}

}  // namespace
}  // namespace weir
