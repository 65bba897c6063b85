// SPDX-License-Identifier: Apache-2.0
// A directory as a high-availability store: terms, entries, and who is refused.
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

TEST_F(DirectoryStore, HasNoLeaderAtFirst) {
  EXPECT_EQ(look(one_), leadership{});
  EXPECT_EQ(entries(one_), texts{});
}

TEST_F(DirectoryStore, LetsTheFirstTakeATerm) {
  const auto seen = look(other_);
  EXPECT_TRUE(take(one_, "one"));
  EXPECT_EQ(look(other_), (leadership{.term = 1, .holder = "one"}));
  const auto late = other_.take(seen, "other");
  ASSERT_TRUE(late.ok());
  EXPECT_FALSE(*late);
  EXPECT_EQ(look(other_).holder, "one");
}

TEST_F(DirectoryStore, ShowsTheLeadersBeatAndItsResignation) {
  ASSERT_TRUE(take(one_, "one"));
  const auto before = look(other_);
  ASSERT_TRUE(*one_.renew(1));
  EXPECT_NE(look(other_).beat, before.beat);
  ASSERT_TRUE(one_.resign(1).ok());
  EXPECT_TRUE(look(other_).has_resigned);
}

TEST_F(DirectoryStore, BeginsATermWithTheEntriesOfTheFormer) {
  ASSERT_TRUE(take(one_, "one"));
  ASSERT_TRUE(one_.put(1, "job-a", "alpha").ok());
  ASSERT_TRUE(one_.put(1, "job-b", "beta").ok());
  ASSERT_TRUE(one_.put(1, "job-b", "beta 2").ok());
  ASSERT_TRUE(one_.erase(1, "job-a").ok());
  ASSERT_TRUE(one_.erase(1, "job-a").ok());
  ASSERT_TRUE(take(other_, "other"));
  EXPECT_EQ(entries(other_), (texts{{"job-b", "beta 2"}}));
  EXPECT_EQ(look(one_), (leadership{.term = 2, .holder = "other"}));
  for (const auto& path : disk_.written_files()) EXPECT_EQ(path.find("-1"), std::string::npos);
}

TEST_F(DirectoryStore, RefusesAFormerLeader) {
  ASSERT_TRUE(take(one_, "one"));
  ASSERT_TRUE(take(other_, "other"));
  EXPECT_FALSE(*one_.renew(1));
  const auto refused = one_.put(1, "job-a", "alpha");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, error_code::in_use);
  EXPECT_EQ(refused.failure().message,
            "write the entry job-a: term 1 is over, term 2 has begun in /ha");
  EXPECT_EQ(one_.erase(1, "job-a").failure().code, error_code::in_use);
  EXPECT_EQ(entries(one_), texts{});
}

TEST_F(DirectoryStore, RefusesNamesThatAreNone) {
  ASSERT_TRUE(take(one_, "one"));
  const std::vector<std::string> none{"", ".hidden", "../x", "a/b", "Job", std::string(101, 'a')};
  for (const auto& name : none) {
    const auto refused = one_.put(1, name, "x");
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_EQ(refused.failure().code, error_code::invalid_argument) << name;
    EXPECT_EQ(one_.erase(1, name).failure().code, error_code::invalid_argument) << name;
  }
  EXPECT_EQ(one_.put(1, "a/b", "x").failure().message,
            "the entry \"a/b\" of a high-availability store: its name must be 1 to 100 of the "
            "characters a-z, 0-9, '-', '_', '.', and not begin with '.'");
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
