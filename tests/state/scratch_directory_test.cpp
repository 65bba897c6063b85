// SPDX-License-Identifier: Apache-2.0
// A directory for a while: it is nobody else's, and goes even if its process was killed.
#include "state/scratch_directory.hpp"

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class ScratchDirectory : public testing::Test {
protected:
  std::unique_ptr<scratch_directory> open() {
    auto opened = scratch_directory::open(files_, parent_.path(), "scratch");
    EXPECT_TRUE(opened) << opened.failure().message;
    return *std::move(opened);
  }

  temporary_directory parent_;
  posix_file_system files_;
};

TEST_F(ScratchDirectory, IsEmptyAndGoesWithAllThatIsInIt) {
  auto scratch = open();
  EXPECT_EQ(scratch->path(), parent_ / "scratch-0");
  parent_.write("scratch-0/deep/file", "content");
  scratch.reset();
  EXPECT_EQ(parent_.files(), (std::vector<std::string>{"scratch-0.lock"}));
}

TEST_F(ScratchDirectory, LeavesTheDirectoriesOfOthersAlone) {
  const auto first = open();
  parent_.write("scratch-0/file", "content");
  const auto second = open();
  EXPECT_EQ(second->path(), parent_ / "scratch-1");
  EXPECT_EQ(parent_.read("scratch-0/file"), "content");
}

TEST_F(ScratchDirectory, RemovesWhatKilledProcessesHaveLeft) {
  const auto first = open();
  parent_.write("scratch-1.lock", "");
  parent_.write("scratch-1/file", "of a process that was killed");
  parent_.write("scratch-7.lock", "");
  parent_.write("scratch-7/deep/file", "of another one");
  parent_.write("other-2/file", "of somebody else");
  const auto second = open();
  EXPECT_EQ(second->path(), parent_ / "scratch-1");
  EXPECT_FALSE(parent_.has("scratch-1/file"));
  EXPECT_FALSE(parent_.has("scratch-7"));
  EXPECT_TRUE(parent_.has("other-2/file"));
}

TEST_F(ScratchDirectory, SaysWhyItCannotBe) {
  parent_.write("file", "");
  const auto opened = scratch_directory::open(files_, parent_ / "file", "scratch");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().message,
            "make the directory " + parent_ / "file" + ": Not a directory");
}

TEST_F(ScratchDirectory, RemovingATreeFailsIfThereIsNone) {
  const status removed = remove_tree(files_, parent_ / "nothing");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.failure().code, error_code::not_found);
}

}  // namespace
}  // namespace weir
