// SPDX-License-Identifier: Apache-2.0
// What the disk of the machine promises, and what it says when it cannot.
#include "state/posix_file_system.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class PosixFileSystem : public testing::Test {
protected:
  temporary_directory directory;
  posix_file_system files;
};

TEST_F(PosixFileSystem, ReadsBackWhatWasWritten) {
  auto written = files.create(directory / "notes");
  ASSERT_TRUE(written);
  ASSERT_TRUE((*written)->append("hello, "));
  ASSERT_TRUE((*written)->append("weir"));
  ASSERT_TRUE((*written)->sync());
  ASSERT_TRUE((*written)->close());

  auto file = files.open_for_reading(directory / "notes");
  ASSERT_TRUE(file);
  std::string text(64, '\0');
  EXPECT_EQ(*(*file)->read_at(0, text), 11U);
  EXPECT_EQ(text.substr(0, 11), "hello, weir");
  EXPECT_EQ(*(*file)->read_at(7, std::span{text}.first(2)), 2U);
  EXPECT_EQ(text.substr(0, 2), "we");
  EXPECT_EQ(*(*file)->read_at(11, text), 0U);
  EXPECT_EQ(*(*file)->size(), 11U);
}

TEST_F(PosixFileSystem, SeesAFileGrow) {
  directory.write("log", "one");
  auto file = files.open_for_reading(directory / "log");
  ASSERT_TRUE(file);
  EXPECT_EQ(*(*file)->size(), 3U);
  directory.write("log", "one two");
  EXPECT_EQ(*(*file)->size(), 7U);
}

TEST_F(PosixFileSystem, CreatingAFileEmptiesIt) {
  directory.write("notes", "old");
  ASSERT_TRUE(files.create(directory / "notes"));
  EXPECT_EQ(directory.read("notes"), "");
}

TEST_F(PosixFileSystem, TellsFilesDirectoriesAndOtherThingsApart) {
  const auto path = directory.write("notes", "12345");
  const auto file = files.stat(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->what, file_status::kind::file);
  EXPECT_EQ(file->size, 5U);
  EXPECT_EQ(files.stat(directory.path())->what, file_status::kind::directory);
  EXPECT_EQ(files.stat("/dev/null")->what, file_status::kind::other);
}

TEST_F(PosixFileSystem, ListsNamesInOrder) {
  directory.write("b", "");
  directory.write("a", "");
  directory.write(".hidden", "");
  const auto names = files.list(directory.path());
  ASSERT_TRUE(names);
  EXPECT_EQ(*names, (std::vector<std::string>{".hidden", "a", "b"}));
}

TEST_F(PosixFileSystem, RenamesOverAnExistingFile) {
  directory.write("new", "new");
  directory.write("old", "old");
  ASSERT_TRUE(files.rename(directory / "new", directory / "old"));
  EXPECT_EQ(directory.read("old"), "new");
  EXPECT_FALSE(directory.has("new"));
}

TEST_F(PosixFileSystem, RemovesFilesAndEmptyDirectories) {
  directory.write("inner/file", "");
  ASSERT_TRUE(files.remove(directory / "inner/file"));
  ASSERT_TRUE(files.remove(directory / "inner"));
  EXPECT_FALSE(directory.has("inner"));
}

TEST_F(PosixFileSystem, RemovesOnlyDirectoriesThatAreEmpty) {
  const auto file = directory.write("inner/file", "");
  const auto full = files.remove_directory(directory / "inner");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.failure().message,
            "remove the directory " + (directory / "inner") + ": Directory not empty");
  const auto no_directory = files.remove_directory(file);
  ASSERT_FALSE(no_directory);
  EXPECT_EQ(no_directory.failure().message, "remove the directory " + file + ": Not a directory");
  ASSERT_TRUE(files.remove(file));
  ASSERT_TRUE(files.remove_directory(directory / "inner"));
  EXPECT_FALSE(directory.has("inner"));
}

TEST_F(PosixFileSystem, GivesALockToOneHolderAtATime) {
  auto first = files.lock(directory / "lock");
  ASSERT_TRUE(first);
  const auto second = files.lock(directory / "lock");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.failure().code, error_code::in_use);
  EXPECT_EQ(second.failure().message,
            "lock " + (directory / "lock") + ": another process holds it");
  EXPECT_TRUE(files.lock(directory / "another lock"));
  first->reset();
  EXPECT_TRUE(files.lock(directory / "lock"));
}

TEST_F(PosixFileSystem, FreesTheLockOfAProcessThatDied) {
  const auto path = directory / "lock";
  EXPECT_EXIT(
      {
        const auto held = files.lock(path);
        std::_Exit(held && !files.lock(path) ? 7 : 1);
      },
      testing::ExitedWithCode(7), "");
  EXPECT_TRUE(files.lock(path));
}

TEST_F(PosixFileSystem, SaysWhyAFileCannotBeALock) {
  const auto lock = files.lock(directory / "missing/lock");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.failure().message,
            "open " + (directory / "missing/lock") + ": No such file or directory");
}

TEST_F(PosixFileSystem, MakesMissingParents) {
  ASSERT_TRUE(files.make_directories(directory / "a/b/c"));
  ASSERT_TRUE(files.make_directories(directory / "a/b/c/"));
  EXPECT_EQ(files.stat(directory / "a/b/c")->what, file_status::kind::directory);
}

TEST_F(PosixFileSystem, NamesThePathAndTheCauseOfEveryFailure) {
  const auto missing = directory / "missing";
  const std::string no_such = missing + ": No such file or directory";
  const auto expect = [](const auto& outcome, error_code code, const std::string& message) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.failure().code, code);
    EXPECT_EQ(outcome.failure().message, message);
  };
  expect(files.stat(missing), error_code::not_found, "look at " + no_such);
  expect(files.list(missing), error_code::not_found, "list " + no_such);
  expect(files.open_for_reading(missing), error_code::not_found, "open " + no_such);
  expect(files.remove(missing), error_code::not_found, "remove " + no_such);
  expect(files.create(missing + "/x"), error_code::not_found,
         "create " + missing + "/x: No such file or directory");
  expect(files.rename(missing, directory / "to"), error_code::not_found,
         "rename " + missing + " to " + (directory / "to") + ": No such file or directory");
}

TEST_F(PosixFileSystem, RefusesADirectoryWhereAFileIsMeant) {
  const auto read = files.open_for_reading(directory.path());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.failure().code, error_code::invalid_argument);
  EXPECT_EQ(read.failure().message, "open " + directory.path() + ": Is a directory");
  const auto written = files.create(directory.path());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.failure().message, "create " + directory.path() + ": Is a directory");
}

TEST_F(PosixFileSystem, RefusesAPathThroughAFile) {
  const auto file = directory.write("notes", "");
  const auto opened = files.open_for_reading(file + "/x");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().message, "open " + file + "/x: Not a directory");
  const auto made = files.make_directories(file + "/x");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().message, "make the directory " + file + ": Not a directory");
}

TEST_F(PosixFileSystem, ReportsAFullDevice) {
  auto full = files.create("/dev/full");
  ASSERT_TRUE(full);
  const auto written = (*full)->append("x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.failure().code, error_code::io_failure);
  EXPECT_EQ(written.failure().message, "write /dev/full: No space left on device");
}

}  // namespace
}  // namespace weir
