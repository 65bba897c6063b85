// SPDX-License-Identifier: Apache-2.0
// The way from one checkpoint to a file of another, by whatever path the first was found.
#include "state/shared_file.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SharedFile, LiesBesideTheCheckpointThatNeedsIt) {
  const shared_file file{{5}, "a.snap", 10};
  EXPECT_EQ(path_of(file, {7}, "/state/chk-7"), "/state/chk-5/a.snap");
  EXPECT_EQ(path_of(file, {7}, "state/chk-7"), "state/chk-5/a.snap");
  EXPECT_EQ(path_of(file, {7}, "/chk-7"), "/chk-5/a.snap");
  EXPECT_EQ(path_of(file, {7}, "chk-7"), "./chk-5/a.snap");
}

TEST(SharedFile, IsFoundFromInsideTheCheckpoint) {
  const shared_file file{{5}, "a.snap", 10};
  EXPECT_EQ(path_of(file, {7}, "."), "../chk-5/a.snap");
  EXPECT_EQ(path_of(file, {7}, "there/."), "there/../chk-5/a.snap");
  EXPECT_EQ(path_of(file, {7}, ".."), "../../chk-5/a.snap");
  EXPECT_EQ(path_of(file, {7}, "x/.."), "x/../../chk-5/a.snap");
}

TEST(SharedFile, OfTheCheckpointItselfIsInItsDirectoryWhateverThatIsCalled) {
  EXPECT_EQ(path_of({{7}, "a.sst", 10}, {7}, "/elsewhere/copy"), "/elsewhere/copy/a.sst");
}

TEST(SharedFile, SaysWhereItIs) {
  EXPECT_EQ(to_string(shared_file{{5}, "a.snap", 10}), "checkpoint 5: a.snap");
  EXPECT_EQ(directory_name_of({5}), "chk-5");
}

TEST(SharedFile, StaysInsideItsDirectory) {
  for (const auto* path : {"a", "a/b", "a..b", "...", ".a"})
    EXPECT_TRUE(stays_inside(path)) << path;
  for (const auto* path : {"", "/a", "..", ".", "a/..", "a/../b", "./a", "a//b", "a/"}) {
    EXPECT_FALSE(stays_inside(path)) << path;
  }
}

}  // namespace
}  // namespace weir
