// SPDX-License-Identifier: Apache-2.0
// Nothing has its final name before it is complete.
#include "connectors/pending_file.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/connectors/faulty_file_system.hpp"
#include "tests/connectors/sink_writing.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class PendingFile : public testing::Test {
protected:
  result<pending_file> open(std::uint32_t subtask = 0, std::uint32_t parallelism = 1) {
    return pending_file::open(sink_context_for(files, subtask, parallelism), path);
  }

  temporary_directory directory;
  faulty_file_system files;
  std::string path = directory / "out.csv";
};

TEST_F(PendingFile, GetsItsNameWhenItIsCommitted) {
  auto file = open();
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->append("a\n"));
  EXPECT_FALSE(directory.has("out.csv"));
  EXPECT_TRUE(directory.has("out.csv.part-0-of-1.in-progress"));
  ASSERT_TRUE(file->append("b\n"));
  ASSERT_TRUE(file->prepare());
  EXPECT_FALSE(directory.has("out.csv"));
  EXPECT_EQ(directory.read("out.csv.part-0-of-1.in-progress"), "a\nb\n");
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(directory.read("out.csv"), "a\nb\n");
  EXPECT_FALSE(directory.has("out.csv.part-0-of-1.in-progress"));
  file->abandon();
  EXPECT_TRUE(directory.has("out.csv")) << "what is committed cannot be abandoned";
}

TEST_F(PendingFile, IsOnePartOfSeveral) {
  auto file = open(1, 4);
  ASSERT_TRUE(file->append("a\n"));
  ASSERT_TRUE(file->prepare());
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(directory.read("out.csv.part-1-of-4"), "a\n");
  EXPECT_FALSE(directory.has("out.csv"));
}

TEST_F(PendingFile, LeavesNothingWhenAbandoned) {
  directory.write("out.csv", "earlier result");
  auto file = open();
  ASSERT_TRUE(file->append(std::string(1'000'000, 'x')));
  file->abandon();
  EXPECT_EQ(directory.read("out.csv"), "earlier result");
  EXPECT_FALSE(directory.has("out.csv.part-0-of-1.in-progress"));
}

TEST_F(PendingFile, LeavesNothingWhenAbandonedAfterItWasPrepared) {
  directory.write("out.csv", "earlier result");
  auto file = open();
  ASSERT_TRUE(file->append("a\n"));
  ASSERT_TRUE(file->prepare());
  file->abandon();
  EXPECT_EQ(directory.read("out.csv"), "earlier result");
  EXPECT_FALSE(directory.has("out.csv.part-0-of-1.in-progress"));
}

TEST_F(PendingFile, MakesTheDirectoriesOnItsWay) {
  path = directory / "a/b/out.csv";
  auto file = open();
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->prepare());
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(directory.read("a/b/out.csv"), "");
}

TEST_F(PendingFile, RefusesADirectoryInItsPlace) {
  path = directory.path();
  EXPECT_EQ(open().failure().message, "write " + path + ": it is a directory; name a file in it");
  EXPECT_EQ(open().failure().code, error_code::invalid_argument);
  path = directory / "out.csv";
  directory.write("out.csv.part-0-of-2/x", "");
  EXPECT_EQ(open(0, 2).failure().message,
            "write " + path + ".part-0-of-2: it is a directory; name a file in it");
}

TEST_F(PendingFile, ReportsADirectoryThatMayNotBeWritten) {
  files.unwritable = directory.path();
  EXPECT_EQ(open().failure().message,
            "create " + path + ".part-0-of-1.in-progress: Permission denied");
}

TEST_F(PendingFile, ReportsAPathThroughAFile) {
  path = directory.write("file", "") + "/out.csv";
  EXPECT_EQ(open().failure().message,
            "make the directory " + (directory / "file") + ": Not a directory");
}

TEST_F(PendingFile, ReportsAFullDisk) {
  auto file = open();
  files.space = 100;
  ASSERT_TRUE(file->append("x"));
  const auto written = file->append(std::string(1'000'000, 'x'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.failure().message,
            "write " + path + ".part-0-of-1.in-progress: No space left on device");
  file->abandon();
  EXPECT_FALSE(directory.has("out.csv.part-0-of-1.in-progress"));
}

TEST_F(PendingFile, ReportsWhatKeepsItFromItsName) {
  const auto pending = path + ".part-0-of-1.in-progress";
  auto file = open();
  ASSERT_TRUE(file->append("x"));
  files.space = 0;
  EXPECT_EQ(file->prepare().failure().message, "write " + pending + ": No space left on device");
  files.space = 100;
  files.refuses_sync = true;
  EXPECT_EQ(open()->prepare().failure().message, "sync " + pending + ": Input/output error");
  files.refuses_sync = false;
  files.refuses_rename = true;
  file = open();
  ASSERT_TRUE(file->prepare());
  EXPECT_EQ(file->commit().failure().message,
            "rename " + pending + " to " + path + ": Input/output error");
  file->abandon();
  EXPECT_FALSE(directory.has("out.csv"));
  EXPECT_FALSE(directory.has("out.csv.part-0-of-1.in-progress"));
}

}  // namespace
}  // namespace weir
