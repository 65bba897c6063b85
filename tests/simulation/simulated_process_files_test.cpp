// SPDX-License-Identifier: Apache-2.0
// A dead process does not write, and what it has written stays.
#include "coordination/simulation/simulated_process_files.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {
namespace {

class SimulatedProcessFiles : public ::testing::Test {
protected:
  simulated_file_system disk_;
  simulated_process_files files_{disk_};
};

TEST_F(SimulatedProcessFiles, PassesEverythingOnWhileItsProcessLives) {
  ASSERT_TRUE(files_.make_directories("/d").ok());
  auto file = files_.create("/d/a");
  ASSERT_TRUE((*file)->append("abc").ok());
  EXPECT_EQ(disk_.content_of("/d/a"), "abc");
  EXPECT_EQ(disk_.synced_content_of("/d/a"), "");
  ASSERT_TRUE((*file)->sync().ok());
  ASSERT_TRUE((*file)->close().ok());
  EXPECT_EQ(disk_.synced_content_of("/d/a"), "abc");
  ASSERT_TRUE(files_.rename("/d/a", "/d/b").ok());
  EXPECT_EQ(files_.stat("/d/b")->size, 3U);
  EXPECT_EQ(*files_.list("/d"), std::vector<std::string>{"b"});
  auto open = files_.open_for_reading("/d/b");
  std::string read(3, '?');
  EXPECT_EQ(*(*open)->read_at(0, read), 3U);
  EXPECT_EQ(read, "abc");
  EXPECT_EQ(*(*open)->size(), 3U);
  ASSERT_TRUE(files_.remove("/d/b").ok());
  EXPECT_FALSE(disk_.stat("/d/b").ok());
  EXPECT_EQ(files_.stat("/x").failure().message, disk_.stat("/x").failure().message);
  EXPECT_EQ(files_.create("/d").failure().message, disk_.create("/d").failure().message);
  EXPECT_EQ(files_.open_for_reading("/x").failure().code, error_code::not_found);
}

TEST_F(SimulatedProcessFiles, RefusesEverythingOnceItIsCutOff) {
  disk_.put("/d/a", "abc");
  auto writer = files_.create("/d/b");
  ASSERT_TRUE((*writer)->append("kept, ").ok());
  auto reader = files_.open_for_reading("/d/a");
  files_.cut_off();
  std::string read(3, '?');
  EXPECT_FALSE((*writer)->append("lost").ok());
  EXPECT_FALSE((*writer)->sync().ok());
  EXPECT_FALSE((*writer)->close().ok());
  EXPECT_FALSE((*reader)->read_at(0, read).ok());
  EXPECT_FALSE((*reader)->size().ok());
  EXPECT_FALSE(files_.stat("/d/a").ok());
  EXPECT_FALSE(files_.list("/d").ok());
  EXPECT_FALSE(files_.open_for_reading("/d/a").ok());
  EXPECT_FALSE(files_.create("/d/a").ok());
  EXPECT_FALSE(files_.make_directories("/e").ok());
  EXPECT_FALSE(files_.rename("/d/a", "/d/c").ok());
  const auto refused = files_.remove("/d/a");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().message, "remove /d/a: the process has crashed");
  EXPECT_EQ(*disk_.list("/d"), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(disk_.stat("/e").ok());
  EXPECT_EQ(disk_.content_of("/d/a"), "abc");
  EXPECT_EQ(disk_.content_of("/d/b"), "kept, ");
}

TEST_F(SimulatedProcessFiles, LetsOpenFilesOutliveIt) {
  auto other = std::make_unique<simulated_process_files>(disk_);
  auto file = other->create("f");
  ASSERT_TRUE(file.ok()) << file.failure().message;
  other->cut_off();
  other.reset();
  EXPECT_FALSE((*file)->append("x").ok());
}

}  // namespace
}  // namespace weir
