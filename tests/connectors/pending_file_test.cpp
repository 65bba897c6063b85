// SPDX-License-Identifier: Apache-2.0
// Nothing has its final name before it is complete, and committing can be repeated.
#include "connectors/pending_file.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/connectors/faulty_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class PendingFile : public testing::Test {
protected:
  pending_names names(const std::string& name = "out") {
    return {directory / (name + ".in-progress"), directory / name};
  }
  result<pending_file> create(const std::string& name = "out") {
    return pending_file::create(files, names(name));
  }
  // A file that is prepared.
  void prepare(const std::string& name) {
    auto file = create(name);
    ASSERT_TRUE(file->append(name));
    ASSERT_TRUE(file->prepare());
  }
  std::vector<std::string> there() { return directory.files(); }
  using list = std::vector<std::string>;

  temporary_directory directory;
  faulty_file_system files;
};

TEST_F(PendingFile, GetsItsNameWhenItIsCommitted) {
  auto file = create();
  ASSERT_TRUE(file);
  EXPECT_EQ(file->names(), names());
  ASSERT_TRUE(file->append("a\n"));
  ASSERT_TRUE(file->append("b\n"));
  EXPECT_EQ(file->size(), 4U);
  ASSERT_TRUE(file->prepare());
  EXPECT_EQ(there(), list{"out.in-progress"});
  ASSERT_TRUE(commit_pending(files, encode_pending({file->names()})));
  EXPECT_EQ(directory.read("out"), "a\nb\n");
  EXPECT_EQ(there(), list{"out"});
  file->abandon();
  EXPECT_EQ(there(), list{"out"}) << "what is committed cannot be abandoned";
}

TEST_F(PendingFile, ReplacesAnOlderFile) {
  directory.write("out", "earlier result");
  prepare("out");
  EXPECT_EQ(directory.read("out"), "earlier result");
  ASSERT_TRUE(commit_pending(files, encode_pending({names()})));
  EXPECT_EQ(directory.read("out"), "out");
}

TEST_F(PendingFile, LeavesNothingWhenAbandoned) {
  directory.write("out", "earlier result");
  auto file = create();
  ASSERT_TRUE(file->append(std::string(1'000'000, 'x')));
  file->abandon();
  EXPECT_EQ(there(), list{"out"});
  EXPECT_EQ(directory.read("out"), "earlier result");
  auto prepared = create();
  ASSERT_TRUE(prepared->prepare());
  prepared->abandon();
  EXPECT_EQ(there(), list{"out"});
}

TEST_F(PendingFile, IsCommittedOnceHoweverOftenItIsAsked) {
  prepare("a");
  prepare("b");
  const auto encoded = encode_pending({names("a"), names("b")});
  for (int i = 0; i < 3; ++i) {
    faulty_file_system another;
    ASSERT_TRUE(commit_pending(another, encoded));
    EXPECT_EQ(there(), (list{"a", "b"}));
    EXPECT_EQ(directory.read("a"), "a");
  }
}

TEST_F(PendingFile, IsCommittedByTheNextAttemptWhenADiskRefusesTheSecondRename) {
  prepare("a");
  prepare("b");
  const auto encoded = encode_pending({names("a"), names("b")});
  files.renames = 1;
  const auto committed = commit_pending(files, encoded);
  EXPECT_EQ(committed.failure().message, "rename " + names("b").unfinished + " to " +
                                             names("b").finished + ": Input/output error");
  EXPECT_EQ(there(), (list{"a", "b.in-progress"}));
  files.renames = 100;
  ASSERT_TRUE(commit_pending(files, encoded));
  EXPECT_EQ(there(), (list{"a", "b"}));
}

TEST_F(PendingFile, SaysThatOutputIsLostWhenItHasNeitherName) {
  const auto committed = commit_pending(files, encode_pending({names()}));
  EXPECT_EQ(committed.failure().code, error_code::corrupt_data);
  EXPECT_EQ(committed.failure().message,
            "commit " + names().finished + ": output is lost: neither this file nor " +
                names().unfinished +
                " is there; if one was moved, move it back, else restore a checkpoint from before "
                "it was written");
  directory.write("out/x", "");
  EXPECT_EQ(commit_pending(files, encode_pending({names()})).failure().code,
            error_code::corrupt_data)
      << "a directory is not the file";
}

TEST_F(PendingFile, HasNothingToCommitWithoutAFile) {
  EXPECT_EQ(encode_pending({}), "");
  EXPECT_TRUE(commit_pending(files, ""));
}

TEST_F(PendingFile, IsNotCommittedByDamagedNames) {
  prepare("out");
  const auto encoded = encode_pending({names()});
  for (std::size_t length = 1; length < encoded.size(); ++length) {
    EXPECT_EQ(commit_pending(files, encoded.substr(0, length)).failure().code,
              error_code::corrupt_data);
  }
  EXPECT_EQ(commit_pending(files, encoded + "x").failure().code, error_code::corrupt_data);
  EXPECT_EQ(there(), list{"out.in-progress"});
}

TEST_F(PendingFile, ReportsADirectoryThatMayNotBeWritten) {
  files.unwritable = directory.path();
  EXPECT_EQ(create().failure().message, "create " + names().unfinished + ": Permission denied");
}

TEST_F(PendingFile, ReportsAFullDisk) {
  auto file = create();
  files.space = 100;
  ASSERT_TRUE(file->append("x"));
  const auto written = file->append(std::string(1'000'000, 'x'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.failure().message, "write " + names().unfinished + ": No space left on device");
  file->abandon();
  EXPECT_EQ(there(), list{});
}

TEST_F(PendingFile, ReportsWhatKeepsItFromBeingPrepared) {
  auto file = create();
  ASSERT_TRUE(file->append("x"));
  files.space = 0;
  EXPECT_EQ(file->prepare().failure().message,
            "write " + names().unfinished + ": No space left on device");
  files.space = 100;
  files.refuses_sync = true;
  EXPECT_EQ(create()->prepare().failure().message,
            "sync " + names().unfinished + ": Input/output error");
}

}  // namespace
}  // namespace weir
