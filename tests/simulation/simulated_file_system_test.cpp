// SPDX-License-Identifier: Apache-2.0
// A disk in memory behaves like one: the contract of api/file_system.hpp, without a disk.
#include "coordination/simulation/simulated_file_system.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

class SimulatedFileSystem : public ::testing::Test {
protected:
  void write(const std::string& path, std::string_view content) {
    auto file = files_.create(path);
    ASSERT_TRUE(file.ok()) << file.failure().message;
    ASSERT_TRUE((*file)->append(content).ok());
    ASSERT_TRUE((*file)->sync().ok());
    ASSERT_TRUE((*file)->close().ok());
  }
  std::string read(const std::string& path, std::uint64_t offset = 0, std::size_t most = 100) {
    auto file = files_.open_for_reading(path);
    EXPECT_TRUE(file.ok());
    std::string content(most, '?');
    content.resize(*(*file)->read_at(offset, content));
    return content;
  }

  simulated_file_system files_;
};

TEST_F(SimulatedFileSystem, ReadsWhatWasWritten) {
  ASSERT_TRUE(files_.make_directories("/a/b").ok());
  write("/a/b/c", "hello");
  EXPECT_EQ(read("/a/b/c"), "hello");
  EXPECT_EQ(read("/a/b/c", 3), "lo");
  EXPECT_EQ(read("/a/b/c", 1, 2), "el");
  EXPECT_EQ(read("/a/b/c", 5), "");
  EXPECT_EQ(read("/a/b/c", 50), "");
  EXPECT_EQ(files_.content_of("/a/b/c"), "hello");
}

TEST_F(SimulatedFileSystem, PutsAFileWithItsDirectories) {
  files_.put("/in/flights.csv", "a,b\n");
  EXPECT_EQ(read("/in/flights.csv"), "a,b\n");
  EXPECT_EQ(files_.stat("/in")->what, file_status::kind::directory);
  EXPECT_EQ(files_.stat("/in/flights.csv")->size, 4U);
  EXPECT_EQ(files_.content_of("/nowhere"), "");
}

TEST_F(SimulatedFileSystem, EmptiesAFileThatIsCreatedAgain) {
  files_.put("/f", "old");
  write("/f", "new!");
  EXPECT_EQ(read("/f"), "new!");
}

TEST_F(SimulatedFileSystem, ListsNamesInOrder) {
  files_.put("/d/b", "");
  files_.put("/d/a", "");
  files_.put("/d/c/deeper", "");
  EXPECT_EQ(*files_.list("/d"), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(SimulatedFileSystem, RenamesOverAnExistingFile) {
  files_.put("/f", "new");
  files_.put("/g", "old");
  ASSERT_TRUE(files_.rename("/f", "/g").ok());
  EXPECT_EQ(read("/g"), "new");
  EXPECT_FALSE(files_.stat("/f").ok());
}

TEST_F(SimulatedFileSystem, KeepsAnOpenFileReadableAfterItsRemoval) {
  files_.put("/f", "content");
  auto open = files_.open_for_reading("/f");
  ASSERT_TRUE(files_.remove("/f").ok());
  EXPECT_EQ(*(*open)->size(), 7U);
  EXPECT_FALSE(files_.open_for_reading("/f").ok());
}

TEST_F(SimulatedFileSystem, NamesWhatIsMissing) {
  const auto expect_missing = [](const auto& outcome, const std::string& message) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.failure().code, error_code::not_found);
    EXPECT_EQ(outcome.failure().message, message);
  };
  expect_missing(files_.stat("/x"), "look at /x: no such file or directory");
  expect_missing(files_.list("/x"), "list /x: no such file or directory");
  expect_missing(files_.open_for_reading("/x"), "open /x: no such file or directory");
  expect_missing(files_.create("/x/y"), "create /x/y: no such file or directory");
  expect_missing(files_.rename("/x", "/y"), "rename /x: no such file or directory");
  expect_missing(files_.remove("/x"), "remove /x: no such file or directory");
}

TEST_F(SimulatedFileSystem, RefusesToWriteADirectory) {
  ASSERT_TRUE(files_.make_directories("/d").ok());
  const auto refused = files_.create("/d");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, error_code::invalid_argument);
  EXPECT_EQ(refused.failure().message, "create /d: is a directory");
}

TEST_F(SimulatedFileSystem, RemovesOnlyDirectoriesThatAreEmpty) {
  files_.put("/a/b", "x");
  EXPECT_EQ(files_.remove_directory("/a").failure().message, "remove the directory /a: not empty");
  EXPECT_EQ(files_.remove_directory("/c").failure().code, error_code::not_found);
  ASSERT_TRUE(files_.remove("/a/b").ok());
  ASSERT_TRUE(files_.remove_directory("/a").ok());
  EXPECT_FALSE(files_.stat("/a").ok());
}

TEST_F(SimulatedFileSystem, GivesALockToOneHolderAtATime) {
  ASSERT_TRUE(files_.make_directories("/a").ok());
  auto first = files_.lock("/a/lock");
  ASSERT_TRUE(first.ok());
  const auto second = files_.lock("/a/lock");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.failure().code, error_code::in_use);
  EXPECT_EQ(second.failure().message, "lock /a/lock: another process holds it");
  first->reset();
  EXPECT_TRUE(files_.lock("/a/lock").ok());
  EXPECT_FALSE(files_.lock("/none/lock").ok());
}

}  // namespace
}  // namespace weir
