// SPDX-License-Identifier: Apache-2.0
// A disk in front of another: what it does not have is read from behind, and nothing comes there.
#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/whole_file.hpp"

namespace weir {
namespace {

class SimulatedBackground : public testing::Test {
protected:
  SimulatedBackground() {
    behind_->put("/in/a", "from behind");
    behind_->put("/in/b", "b");
    disk_.put_before(behind_);
  }
  std::string read(const std::string& path) {
    const auto content = read_whole_file(disk_, path, 1 << 20);
    return content ? *content : content.failure().message;
  }

  std::shared_ptr<simulated_file_system> behind_ = std::make_shared<simulated_file_system>();
  simulated_file_system disk_;
};

TEST_F(SimulatedBackground, IsReadWhereTheDiskHasNothing) {
  EXPECT_EQ(read("/in/a"), "from behind");
  EXPECT_EQ(disk_.stat("/in")->what, file_status::kind::directory);
  EXPECT_EQ(disk_.stat("/in/b")->size, 1U);
  EXPECT_EQ(*disk_.list("/in"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read("/in/c"), "open /in/c: no such file or directory");
}

TEST_F(SimulatedBackground, IsHiddenByWhatHappensInFrontAndNeverChanged) {
  ASSERT_TRUE(disk_.make_directories("/in").ok());
  auto file = disk_.create("/in/a");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->append("in front").ok());
  ASSERT_TRUE(disk_.remove("/in/b").ok());
  EXPECT_EQ(read("/in/a"), "in front");
  EXPECT_EQ(read("/in/b"), "open /in/b: no such file or directory");
  EXPECT_EQ(*disk_.list("/in"), std::vector<std::string>{"a"});
  EXPECT_EQ(behind_->content_of("/in/a"), "from behind");
  EXPECT_EQ(behind_->content_of("/in/b"), "b");
  EXPECT_EQ(disk_.written_files(), std::vector<std::string>{"/in/a"});
}

TEST_F(SimulatedBackground, MovesToTheFrontWhatIsRenamedOrLinked) {
  ASSERT_TRUE(disk_.rename("/in/a", "/in/c").ok());
  ASSERT_TRUE(disk_.link("/in/b", "/in/d").ok());
  EXPECT_EQ(read("/in/c"), "from behind");
  EXPECT_EQ(read("/in/d"), "b");
  EXPECT_EQ(*disk_.list("/in"), (std::vector<std::string>{"b", "c", "d"}));
  EXPECT_EQ(*behind_->list("/in"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(disk_.link("/in/c", "/in/b").failure().message, "link /in/c to /in/b: file exists");
}

TEST_F(SimulatedBackground, IsBehindACopyToo) {
  ASSERT_TRUE(disk_.remove("/in/b").ok());
  const auto other = disk_.copy(1);
  EXPECT_EQ(*other->list("/in"), std::vector<std::string>{"a"});
}

TEST_F(SimulatedBackground, SurvivesACrashOfTheDisk) {
  EXPECT_EQ(read("/in/a"), "from behind");
  disk_.crash();
  EXPECT_EQ(read("/in/a"), "from behind");
}

TEST(SimulatedDiskSpace, RunsOutNowAndThen) {
  simulated_file_system disk;
  disk.faults().set({.no_space = {1'000'000}});
  auto file = disk.create("a");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->append("some bytes").failure().message, "write a: No space left on device");
  EXPECT_LE(disk.content_of("a").size(), 10U);
}

}  // namespace
}  // namespace weir
