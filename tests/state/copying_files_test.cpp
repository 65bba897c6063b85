// SPDX-License-Identifier: Apache-2.0
// Whatever is written has a copy, or the copy is missing; the original is never worse for it.
#include "state/copying_files.hpp"

#include "tests/support/backed_up_snapshot.hpp"

namespace weir {
namespace {

class CopyingFiles : public backed_up_snapshot {
protected:
  // As a store's file that is kept.
  bool link(const std::string& name) {
    copying_files files{disk_, backup_, place()};
    disk_.put("/ck/chk-17/task-0.snap", "");
    return files.link("/local/store/" + name, "/ck/chk-17/" + name).ok();
  }
  std::optional<local_copy> copy_of(const std::string& name) {
    return backup_->find(*place().file_at("/ck/chk-17/" + name));
  }
};

TEST_F(CopyingFiles, KeepACopyWithTheChecksumsOfItsPieces) {
  const auto bytes = write();
  const auto made = copy();
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->path.starts_with("/local/")) << made->path;
  EXPECT_EQ(made->bytes, bytes);
  const auto content = disk_.content_of(path());
  EXPECT_EQ(disk_.content_of(made->path), content);
  ASSERT_EQ(made->checksums.size(), bytes / local_copy::bytes_per_checksum + 1);
  for (std::size_t i = 0; i < made->checksums.size(); ++i) {
    EXPECT_TRUE(
        made->is_piece(i, std::string_view{content}.substr(i * local_copy::bytes_per_checksum,
                                                           local_copy::bytes_per_checksum)));
  }
  EXPECT_EQ(disk_.synced_content_of(path()), content);
}

TEST_F(CopyingFiles, GiveTheFileASecondNameWhereThatCanBe) {
  disk_.mount("");
  write();
  ASSERT_TRUE(copy());
  EXPECT_EQ(backup_->shares_disk(), true);
  ASSERT_TRUE(disk_.flip_bit(path(), 100));
  EXPECT_EQ(disk_.content_of(copy()->path), disk_.content_of(path())) << "are they one?";
  // From then on nothing is written twice.
  const auto appends = disk_.faults().count(disk_operation::append);
  write_snapshot(disk_, "/ck/alone.snap", some_header(), some_content());
  const auto once = disk_.faults().count(disk_operation::append) - appends;
  copying_files files{disk_, backup_, place()};
  write_snapshot(files, "/ck/chk-18/task-0.snap", some_header(), some_content());
  EXPECT_EQ(disk_.faults().count(disk_operation::append), appends + 2 * once);
  EXPECT_TRUE(backup_->find(*place().file_at("/ck/chk-18/task-0.snap")));
}

TEST_F(CopyingFiles, LoseNothingButTheCopyWhenTheLocalDiskRefuses) {
  for (const auto what : {disk_operation::create, disk_operation::append}) {
    disk_.faults().fail({.what = what, .nth = 1, .under = "/local"});
    EXPECT_GT(write(), 0U);
    EXPECT_FALSE(copy());
    EXPECT_TRUE(snapshot_reader::open(disk_, path()));
  }
  write();
  EXPECT_TRUE(copy());
}

TEST_F(CopyingFiles, FailAsTheOriginalDoesAndKeepNoCopyThen) {
  for (const auto what : {disk_operation::create, disk_operation::append, disk_operation::sync}) {
    disk_.faults().fail({.what = what, .nth = 1, .under = "/ck/chk-17"});
    copying_files files{disk_, backup_, place()};
    auto writer = snapshot_writer::create(files, path(), some_header(), some_content());
    result<bool> done = writer ? result<bool>{false} : result<bool>{writer.failure()};
    while (done && !*done) done = writer->write_some(1000);
    ASSERT_FALSE(done);
    EXPECT_NE(done.failure().message.find("/ck/chk-17"), std::string::npos);
    EXPECT_FALSE(copy());
  }
}

TEST_F(CopyingFiles, KeepNoCopyOfWhatIsNotFinished) {
  copying_files files{disk_, backup_, place()};
  ASSERT_TRUE(disk_.make_directories("/ck/chk-17"));
  {
    auto file = files.create(path());
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append("half"));
  }
  EXPECT_FALSE(copy());
}

TEST_F(CopyingFiles, LeaveWhatIsNoFileOfACheckpointAlone) {
  copying_files files{disk_, backup_, place()};
  auto file = files.create("/ck/life-4");
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("x"));
  ASSERT_TRUE((*file)->close());
  EXPECT_EQ(disk_.content_of("/ck/life-4"), "x");
  EXPECT_EQ(disk_.list("/local")->size(), 2U) << "the directory and its lock";
}

TEST_F(CopyingFiles, LinkTheFilesOfAStoreToWhicheverDiskTheyAreOn) {
  disk_.put("/local/store/1.run", "a run");
  EXPECT_FALSE(link("1.run")) << "the checkpoints are on another disk";
  const auto made = copy_of("1.run");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->bytes, 5U);
  EXPECT_TRUE(made->checksums.empty());
  EXPECT_EQ(disk_.content_of(made->path), "a run");
  // The writer copies it then; the copy that is there is enough.
  copying_files files{disk_, backup_, place()};
  ASSERT_TRUE(files.create("/ck/chk-17/1.run"));
  EXPECT_EQ(disk_.content_of(copy_of("1.run")->path), "a run");
}

TEST_F(CopyingFiles, CopyTheFilesOfAStoreThatIsOnTheDiskOfTheCheckpoints) {
  disk_.put("/scratch/1.run", "a run");
  disk_.put("/ck/chk-17/other", "");
  copying_files files{disk_, backup_, place()};
  ASSERT_TRUE(files.link("/scratch/1.run", "/ck/chk-17/1.run"));
  ASSERT_TRUE(copy_of("1.run"));
  EXPECT_EQ(disk_.content_of(copy_of("1.run")->path), "a run");
}

}  // namespace
}  // namespace weir
