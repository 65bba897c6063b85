// SPDX-License-Identifier: Apache-2.0
// A copy stands for its own file and for no other, and for no longer than somebody may need it.
#include "state/local_backup.hpp"

#include <gtest/gtest.h>

#include "api/crc32c.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "state/posix_file_system.hpp"

namespace weir {
namespace {

constexpr std::uint64_t ours = 7;

checkpoint_file file_of(std::uint64_t checkpoint, std::string name = "task-0.snap") {
  return {ours, {checkpoint}, std::move(name)};
}

std::string directory_of_job(const std::string& job, int n = 0) {
  return "/local/weir-local-" + std::to_string(user_id()) + "-" + job + "-" + std::to_string(n);
}

class LocalBackup : public testing::Test {
protected:
  // Puts a copy there as a writer would.
  std::string keep(local_backup& backup, const checkpoint_file& of) {
    const auto path = backup.place_for(of);
    EXPECT_TRUE(path);
    disk_.put(*path, "content");
    backup.add(of, {*path, 7, {crc32c("content")}});
    return *path;
  }
  bool is_there(const std::string& path) { return disk_.stat(path).ok(); }

  simulated_file_system disk_;
};

TEST_F(LocalBackup, FindsTheCopyOfAFileAndOfNoOther) {
  local_backup backup{disk_, "/local", "job"};
  const auto path = keep(backup, file_of(17));
  ASSERT_TRUE(backup.find(file_of(17)));
  EXPECT_EQ(backup.find(file_of(17))->path, path);
  EXPECT_FALSE(backup.find(file_of(16)));
  EXPECT_FALSE(backup.find(file_of(17, "task-1.snap")));
  EXPECT_FALSE(backup.find({ours + 1, {17}, "task-0.snap"})) << "of another directory";
}

TEST_F(LocalBackup, RemovesWhatIsOlderThanTheNewestCheckpointUnlessThatNeedsIt) {
  local_backup backup{disk_, "/local", "job"};
  const auto gone = keep(backup, file_of(1));
  const auto shared = keep(backup, file_of(1, "task-1.snap"));
  const auto newest = keep(backup, file_of(2));
  const auto later = keep(backup, file_of(3));
  backup.note_needed(ours, {2}, {{{1}, "task-1.snap", 7}});
  backup.on_completed(ours, {2});
  EXPECT_FALSE(is_there(gone));
  EXPECT_FALSE(backup.find(file_of(1)));
  for (const auto& path : {shared, newest, later}) EXPECT_TRUE(is_there(path)) << path;
  backup.on_completed(ours, {3});
  for (const auto& path : {shared, newest}) EXPECT_FALSE(is_there(path)) << path;
  EXPECT_TRUE(backup.find(file_of(3)));
  EXPECT_TRUE(is_there(later));
}

TEST_F(LocalBackup, HearsOfACompletionMoreThanOnceAndLate) {
  local_backup backup{disk_, "/local", "job"};
  keep(backup, file_of(2));
  keep(backup, file_of(1, "task-1.snap"));
  backup.note_needed(ours, {2}, {{{1}, "task-1.snap", 7}});
  for (const std::uint64_t id : {2U, 1U, 2U}) backup.on_completed(ours, {id});
  EXPECT_TRUE(backup.find(file_of(2)));
  EXPECT_TRUE(backup.find(file_of(1, "task-1.snap")));
}

TEST_F(LocalBackup, RemovesWhatWritersHaveGivenUp) {
  local_backup backup{disk_, "/local", "job"};
  const auto path = backup.place_for(file_of(1));
  ASSERT_TRUE(path);
  disk_.put(*path, "half of it");
  backup.on_completed(ours, {2});
  EXPECT_FALSE(is_there(*path));
}

TEST_F(LocalBackup, GoesWithItsProcess) {
  std::string path;
  {
    local_backup backup{disk_, "/local", "job"};
    path = keep(backup, file_of(1));
  }
  EXPECT_FALSE(is_there(path));
  EXPECT_FALSE(is_there(directory_of_job("job")));
}

// A killed process leaves its directory, and a lock that nobody holds.
TEST_F(LocalBackup, OfAKilledProcessIsRemovedByTheNextOfTheSameJobAndNeverRead) {
  const auto first = directory_of_job("job");
  const auto second = directory_of_job("job", 1);
  for (const auto& each : {first, second}) {
    disk_.put(each + ".lock", "");
    disk_.put(each + "/7/chk-1/task-0.snap", "content");
  }
  local_backup of_another_job{disk_, "/local", "other"};
  const auto stays = keep(of_another_job, file_of(1));
  local_backup next{disk_, "/local", "job"};
  for (const auto& each : {first, second}) EXPECT_FALSE(is_there(each + "/7")) << each;
  EXPECT_TRUE(is_there(stays));
  EXPECT_FALSE(next.find(file_of(1)));
}

TEST_F(LocalBackup, LeavesThoseOfLivingProcessesAlone) {
  local_backup first{disk_, "/local", "job"};
  const auto path = keep(first, file_of(1));
  local_backup second{disk_, "/local", "job"};
  EXPECT_NE(keep(second, file_of(1)), path);
  EXPECT_TRUE(is_there(path));
}

TEST_F(LocalBackup, HasADirectoryWhateverTheJobIsCalled) {
  local_backup backup{disk_, "/local", "../my job/7"};
  EXPECT_EQ(keep(backup, file_of(1)), directory_of_job("___my_job_7") + "/7/chk-1/task-0.snap");
}

TEST_F(LocalBackup, DoesWithoutADirectoryThatCannotBeUsedAndSaysSoOnce) {
  disk_.faults().fail({.what = disk_operation::create, .under = "/local"});
  local_backup backup{disk_, "/local", "job"};
  EXPECT_FALSE(backup.place_for(file_of(1)));
  EXPECT_FALSE(backup.find(file_of(1)));
  backup.on_completed(ours, {1});
  const auto problem = backup.take_problem();
  ASSERT_TRUE(problem);
  EXPECT_TRUE(problem->message.starts_with("make a directory for local backups in /local: "))
      << problem->message;
  EXPECT_NE(problem->message.find("set execution.checkpointing.local-backup.dirs"),
            std::string::npos);
  EXPECT_FALSE(backup.take_problem());
}

TEST_F(LocalBackup, ForgetsWhatIsDamaged) {
  local_backup backup{disk_, "/local", "job"};
  const auto path = keep(backup, file_of(1));
  backup.forget(file_of(1));
  EXPECT_FALSE(backup.find(file_of(1)));
  EXPECT_FALSE(is_there(path));
  backup.forget(file_of(1));
}

TEST_F(LocalBackup, IsThereIfTheOptionsWantItAndThereAreCheckpoints) {
  job_options options;
  options.checkpoint_directory = "/checkpoints";
  options.local_backup_directory = "/local";
  EXPECT_EQ(local_backup::open(disk_, options, "job"), nullptr);
  options.local_backup = true;
  EXPECT_NE(local_backup::open(disk_, options, "job"), nullptr);
  options.checkpoint_directory.clear();
  EXPECT_EQ(local_backup::open(disk_, options, "job"), nullptr);
}

TEST(CheckpointPlace, TellsTheFilesOfItsCheckpoints) {
  const checkpoint_place place{ours, "/ck"};
  EXPECT_EQ(place.file_at("/ck/chk-17/a.snap"), (checkpoint_file{ours, {17}, "a.snap"}));
  for (const auto* path :
       {"/ck/chk-17", "/ck/chk-17/", "/ck/chk-017/a", "/ck/chk-/a", "/ck/chk-x/a", "/ck/chk-1x/a",
        "/ck/chk-1/a/b", "/ck/savepoints/a", "/ckchk-1/a", "/ck2/chk-1/a", "chk-1/a", "",
        "/ck/chk-99999999999999999999999/a"}) {
    EXPECT_FALSE(place.file_at(path)) << path;
  }
  EXPECT_EQ((checkpoint_place{ours, "/"}.file_at("/chk-1/a")), (checkpoint_file{ours, {1}, "a"}));
  EXPECT_FALSE(checkpoint_place{}.file_at("/chk-1/a"));
}

TEST(LocalCopy, KnowsEachOfItsPieces) {
  const std::string first(local_copy::bytes_per_checksum, 'a');
  const local_copy copy{"/copy", first.size() + 3, {crc32c(first), crc32c("bcd")}};
  EXPECT_TRUE(copy.is_piece(0, first));
  EXPECT_TRUE(copy.is_piece(1, "bcd"));
  EXPECT_FALSE(copy.is_piece(1, "bce"));
  EXPECT_FALSE(copy.is_piece(1, "bc"));
  EXPECT_FALSE(copy.is_piece(0, "bcd"));
  EXPECT_FALSE(copy.is_piece(2, ""));
}

}  // namespace
}  // namespace weir
