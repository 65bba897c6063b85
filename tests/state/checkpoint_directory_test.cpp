// SPDX-License-Identifier: Apache-2.0
// Checkpoints come into being by a rename, go in the reverse order, and damaged ones are noticed.
#include "state/checkpoint_directory.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "tests/connectors/faulty_file_system.hpp"
#include "tests/support/snapshot_content.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};
constexpr attempt_token some_token{.life = 4, .attempt = {2}};

// Writes one file of a checkpoint; its manifest.
checkpoint_manifest write_files(file_system& files, const checkpoint_directory& directory,
                                std::uint64_t id) {
  operator_snapshot content;
  content.id = counts;
  content.name = "counts (1/1)";
  content.tables.push_back(section("t", counts_schema, {{{0, 128}, 1, "some entries"}}));
  const auto path = directory.snapshot_path({id}, some_token, {3});
  const auto bytes =
      write_snapshot(files, path, {{id}, "counts", {0}, 1, 128}, content_of(std::move(content)));
  checkpoint_manifest manifest;
  manifest.id = {id};
  manifest.job_name = "job";
  manifest.max_parallelism = 128;
  manifest.operators = {{counts, "counts", 1}};
  manifest.files = {{path.substr(directory.directory_of({id}).size() + 1), bytes, {counts}}};
  return manifest;
}

class CheckpointDirectory : public testing::Test {
protected:
  CheckpointDirectory() { WEIR_ASSERT(directory.prepare().ok()); }

  checkpoint_manifest complete(std::uint64_t id) {
    auto manifest = write_files(files, directory, id);
    const auto completed = directory.complete(manifest);
    EXPECT_TRUE(completed) << completed.failure().message;
    return manifest;
  }
  void damage(const std::string& path, std::size_t from_end) {
    auto bytes = files.content_of(path);
    WEIR_ASSERT(bytes.size() >= from_end);
    bytes[bytes.size() - from_end] = static_cast<char>(~bytes[bytes.size() - from_end]);
    files.put(path, bytes);
  }
  // The newest checkpoint, or nothing but what was passed over.
  std::uint64_t latest_id() {
    const auto latest = directory.latest();
    EXPECT_TRUE(latest) << latest.failure().message;
    return latest && *latest ? (*latest)->manifest.id.value : 0;
  }

  simulated_file_system files;
  checkpoint_directory directory{files, "/state/"};
};

TEST_F(CheckpointDirectory, HasReadableNames) {
  EXPECT_EQ(directory.path(), "/state");
  EXPECT_EQ(directory.snapshot_path({17}, some_token, {3}),
            "/state/chk-17/task-3.life-4.attempt-2.snap");
}

// The path in the manifest counts, whatever a version of Weir would call it.
TEST_F(CheckpointDirectory, FindsSnapshotsThatAreNamedAsBeforeThereWereLives) {
  auto manifest = write_files(files, directory, 1);
  const std::string former = "task-3.attempt-2.snap";
  ASSERT_TRUE(files.rename("/state/chk-1/" + manifest.files[0].path, "/state/chk-1/" + former));
  manifest.files[0].path = former;
  ASSERT_TRUE(directory.complete(manifest));
  ASSERT_TRUE(directory.begin_life(1));
  const auto latest = directory.latest();
  ASSERT_TRUE(latest && *latest);
  EXPECT_EQ((*latest)->manifest.files[0].path, former);
  EXPECT_TRUE(directory.discard({1}));
  EXPECT_FALSE(files.stat("/state/chk-1/" + former));
}

TEST_F(CheckpointDirectory, BeginsEmpty) {
  EXPECT_EQ(*directory.highest_id(), checkpoint_id{0});
  EXPECT_TRUE(directory.all()->empty());
  EXPECT_FALSE(directory.latest()->has_value());
  EXPECT_TRUE(files.list("/state")->empty());
}

TEST_F(CheckpointDirectory, FindsTheNewestCompletedCheckpoint) {
  complete(9);
  const auto manifest = complete(10);
  write_files(files, directory, 11);
  const auto latest = directory.latest();
  ASSERT_TRUE(latest && *latest);
  EXPECT_EQ((*latest)->manifest, manifest);
  EXPECT_EQ((*latest)->directory, "/state/chk-10");
  EXPECT_EQ((*latest)->path_of(manifest.files[0]), directory.snapshot_path({10}, some_token, {3}));
  EXPECT_TRUE((*latest)->passed_over.empty());
  EXPECT_EQ(*directory.all(), (std::vector<checkpoint_id>{{9}, {10}, {11}}));
}

TEST_F(CheckpointDirectory, CompletesACheckpointWithoutFiles) {
  checkpoint_manifest manifest;
  manifest.id = {1};
  ASSERT_TRUE(directory.complete(manifest));
  EXPECT_EQ(latest_id(), 1U);
}

TEST_F(CheckpointDirectory, CountsWhatWasNeverCompletedAsUsed) {
  complete(3);
  files.put("/state/chk-12/task-0.attempt-1.snap", "torn");
  EXPECT_EQ(*directory.highest_id(), checkpoint_id{12});
}

TEST_F(CheckpointDirectory, LeavesOtherNamesAlone) {
  for (const auto* name : {"chk-", "chk-x", "chk-07", "chk-0", "chk--1", "chk-5.old", "notes",
                           "chk-99999999999999999999"}) {
    files.put("/state/" + std::string{name}, "");
  }
  EXPECT_EQ(*directory.highest_id(), checkpoint_id{0});
  EXPECT_TRUE(directory.all()->empty());
}

TEST_F(CheckpointDirectory, PassesOverDamagedCheckpointsLoudly) {
  complete(1);
  const auto manifest = complete(2);
  complete(3);
  complete(4);
  damage("/state/chk-4/manifest", 1);
  damage(directory.snapshot_path({3}, some_token, {3}), 40);
  ASSERT_TRUE(files.remove(directory.snapshot_path({2}, some_token, {3})));
  const auto latest = directory.latest();
  ASSERT_TRUE(latest && *latest);
  EXPECT_EQ((*latest)->manifest.id, checkpoint_id{1});
  const auto& passed_over = (*latest)->passed_over;
  ASSERT_EQ(passed_over.size(), 3U);
  EXPECT_TRUE(
      passed_over[0].message.starts_with("checkpoint 4: /state/chk-4/manifest: checksum mismatch"));
  EXPECT_TRUE(passed_over[1].message.starts_with(
      "checkpoint 3: /state/chk-3/task-3.life-4.attempt-2.snap: index at byte"));
  EXPECT_EQ(passed_over[2].message,
            "checkpoint 2: open /state/chk-2/task-3.life-4.attempt-2.snap: no "
            "such file or directory");
}

TEST_F(CheckpointDirectory, NoticesFilesThatAreNotTheManifests) {
  complete(1);
  complete(2);
  const auto path = directory.snapshot_path({2}, some_token, {3});
  const auto whole = files.content_of(path);
  const auto reason = [&] { return (*directory.latest())->passed_over.at(0).message; };

  files.put(path, files.content_of(directory.snapshot_path({1}, some_token, {3})));
  EXPECT_EQ(reason(), "checkpoint 2: " + path +
                          ": is of checkpoint 1, its manifest of checkpoint "
                          "2; restore from another checkpoint");
  write_snapshot(files, path, {{2}, "counts", {0}, 1, 128}, {});
  EXPECT_TRUE(reason().starts_with("checkpoint 2: " + path + ": has 86 bytes, its manifest says "));
  files.put(path, whole);
  EXPECT_EQ(latest_id(), 2U);
  files.put("/state/chk-3/manifest", files.content_of("/state/chk-2/manifest"));
  files.put("/state/chk-3/task-3.life-4.attempt-2.snap", whole);
  EXPECT_EQ(reason(),
            "checkpoint 3: /state/chk-3/manifest: is that of checkpoint 2: it was moved "
            "or replaced");
}

TEST_F(CheckpointDirectory, NoticesAnOperatorThatIsMissingInAFile) {
  auto manifest = write_files(files, directory, 1);
  manifest.operators.push_back({operator_id{8}, "sink", 1});
  manifest.files[0].operators.push_back(operator_id{8});
  ASSERT_TRUE(directory.complete(manifest));
  EXPECT_EQ(
      directory.at("/state/chk-1").failure().message,
      "/state/chk-1/task-3.life-4.attempt-2.snap: has nothing of operator sink, which its manifest "
      "says it has; restore from another checkpoint");
}

TEST_F(CheckpointDirectory, DoesNotGoBackBeforeWhatANewerWeirWrote) {
  complete(1);
  files.put("/state/chk-2/manifest", encode_format_header({"WEIRMANI", "checkpoint manifest", 4}));
  const auto latest = directory.latest();
  ASSERT_FALSE(latest);
  EXPECT_EQ(latest.failure().message,
            "checkpoint 2: /state/chk-2/manifest: was written by a newer Weir (format 4; this one "
            "reads up to 3): use that version or a newer one; it may be whole: make it readable, "
            "or say which older one to restore");
}

TEST_F(CheckpointDirectory, HasNoCheckpointOrOnlyDamagedOnesWhichIsNotTheSame) {
  ASSERT_TRUE(files.make_directories("/state/chk-1"));
  EXPECT_FALSE(directory.latest()->has_value());
  complete(2);
  files.put("/state/chk-2/manifest", "torn");
  const auto latest = directory.latest();
  ASSERT_FALSE(latest);
  EXPECT_EQ(latest.failure().code, error_code::corrupt_data);
  EXPECT_NE(latest.failure().message.find("no checkpoint in /state is whole"), std::string::npos);
}

TEST_F(CheckpointDirectory, FindsACheckpointByItsPath) {
  const auto manifest = complete(5);
  for (const auto* path : {"/state/chk-5", "/state/chk-5/", "/state/chk-5/manifest"}) {
    const auto found = directory.at(path);
    ASSERT_TRUE(found) << found.failure().message;
    EXPECT_EQ(found->manifest, manifest);
    EXPECT_EQ(found->directory, "/state/chk-5");
  }
}

TEST_F(CheckpointDirectory, SaysWhyAPathIsNoCheckpoint) {
  complete(5);
  write_files(files, directory, 6);
  const auto reason = [&](const std::string& path) { return directory.at(path).failure().message; };
  const std::string look = "look for a checkpoint at ";
  EXPECT_EQ(reason("/none"), look + "/none: look at /none: no such file or directory");
  EXPECT_EQ(reason("/state"), look +
                                  "/state: it has no manifest: name one of the checkpoints in "
                                  "it, such as the chk-... with the highest number");
  EXPECT_EQ(reason("/state/chk-6"), look +
                                        "/state/chk-6: it has no manifest: it was never "
                                        "completed, or it is no checkpoint");
  const auto file = directory.snapshot_path({5}, some_token, {3});
  EXPECT_EQ(reason(file), look + file +
                              ": a checkpoint is a directory that has a file "
                              "\"manifest\": name the one or the other");
  ASSERT_TRUE(files.remove(file));
  EXPECT_EQ(reason("/state/chk-5"), "open " + file + ": no such file or directory");
}

TEST_F(CheckpointDirectory, DiscardsWholeAndHalfCheckpoints) {
  complete(1);
  write_files(files, directory, 2);
  complete(3);
  ASSERT_TRUE(directory.discard({1}));
  ASSERT_TRUE(directory.discard({2}));
  ASSERT_TRUE(directory.discard({2}));
  EXPECT_EQ(*directory.all(), (std::vector<checkpoint_id>{{3}}));
  EXPECT_EQ(*files.list("/state"), (std::vector<std::string>{"chk-3"}));
  EXPECT_EQ(latest_id(), 3U);
}

// Who was given up may write into a checkpoint that was, too, when nobody looks there any more.
TEST_F(CheckpointDirectory, RemovesWhatIsLeftOfCheckpointsBeforeTheNewest) {
  complete(1);
  write_files(files, directory, 2);
  complete(3);
  write_files(files, directory, 4);
  ASSERT_TRUE(directory.discard({1}));
  EXPECT_EQ(*files.list("/state"), (std::vector<std::string>{"chk-3", "chk-4"}));
}

TEST_F(CheckpointDirectory, NeverForgetsTheHighestId) {
  complete(1);
  write_files(files, directory, 2);
  ASSERT_TRUE(directory.discard({2}));
  EXPECT_EQ(*directory.highest_id(), checkpoint_id{2});
  EXPECT_EQ(*directory.all(), (std::vector<checkpoint_id>{{1}}));
  write_files(files, directory, 3);
  ASSERT_TRUE(directory.discard({3}));
  ASSERT_TRUE(directory.discard({1}));
  EXPECT_EQ(*files.list("/state"), (std::vector<std::string>{"used-3"}));
  complete(4);
  complete(5);
  ASSERT_TRUE(directory.discard({4}));
  EXPECT_EQ(*files.list("/state"), (std::vector<std::string>{"chk-5"}));
}

TEST_F(CheckpointDirectory, IsHeldByOneJobAtATime) {
  auto held = directory.lock();
  ASSERT_TRUE(held);
  const auto second = checkpoint_directory{files, "/state"}.lock();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.failure().code, error_code::in_use);
  EXPECT_EQ(second.failure().message,
            "checkpoint directory /state is used by another running job; give each job its own, or "
            "stop the other one first");
  held->reset();
  EXPECT_TRUE(directory.lock());
}

TEST(CheckpointDirectoryOnADisk, WorksTheSame) {
  const temporary_directory root;
  posix_file_system files;
  checkpoint_directory directory{files, root / "deep/state"};
  ASSERT_TRUE(directory.prepare());
  const auto held = directory.lock();
  ASSERT_TRUE(held);
  const auto manifest = write_files(files, directory, 1);
  ASSERT_TRUE(directory.complete(manifest));
  EXPECT_EQ((*directory.latest())->manifest, manifest);
  ASSERT_TRUE(directory.complete(write_files(files, directory, 2)));
  ASSERT_TRUE(directory.discard({1}));
  EXPECT_EQ(*files.list(directory.path()), (std::vector<std::string>{"chk-2", "lock"}));
}

TEST(CheckpointDirectoryOnADisk, SaysThatItCannotBeWritten) {
  const temporary_directory root;
  faulty_file_system files;
  files.unwritable = root / "state";
  checkpoint_directory directory{files, root / "state"};
  const auto prepared = directory.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.failure().code, error_code::permission_denied);
  EXPECT_EQ(prepared.failure().message,
            "checkpoint directory " + (root / "state") + " cannot be written: create " +
                (root / "state/probe") +
                ": Permission denied; make it writable for this user, or set another one");
}

TEST(CheckpointDirectoryOnADisk, SaysThatItCannotBeRead) {
  const temporary_directory root;
  faulty_file_system files;
  checkpoint_directory directory{files, root / "state"};
  ASSERT_TRUE(directory.prepare());
  ASSERT_TRUE(directory.complete(write_files(files, directory, 1)));
  files.unreadable = root / "state";
  const auto latest = directory.latest();
  ASSERT_FALSE(latest) << "older state, or none, must not take its place";
  EXPECT_EQ(latest.failure().code, error_code::permission_denied);
  EXPECT_EQ(latest.failure().message,
            "look for checkpoints: list " + (root / "state") + ": Permission denied");
  EXPECT_FALSE(directory.highest_id());
}

TEST(CheckpointDirectoryOnADisk, IsNotCompleteBeforeTheRename) {
  const temporary_directory root;
  faulty_file_system files;
  checkpoint_directory directory{files, root / "state"};
  ASSERT_TRUE(directory.prepare());
  const auto manifest = write_files(files, directory, 1);
  files.refuses_sync = true;
  EXPECT_TRUE(
      directory.complete(manifest).failure().message.starts_with("complete checkpoint 1: sync"));
  EXPECT_FALSE(directory.latest()->has_value());
  files.refuses_sync = false;
  files.refuses_rename = true;
  EXPECT_FALSE(directory.complete(manifest));
  EXPECT_FALSE(directory.latest()->has_value());
  files.refuses_rename = false;
  ASSERT_TRUE(directory.complete(manifest));
  EXPECT_TRUE(directory.latest()->has_value());
}

TEST(CheckpointDirectoryOnADisk, KeepsACheckpointWhoseManifestCannotBeTakenAway) {
  const temporary_directory root;
  faulty_file_system files;
  checkpoint_directory directory{files, root / "state"};
  ASSERT_TRUE(directory.prepare());
  ASSERT_TRUE(directory.complete(write_files(files, directory, 1)));
  files.refuses_rename = true;
  EXPECT_TRUE(directory.discard({1}).failure().message.starts_with("discard checkpoint 1: rename"));
  EXPECT_TRUE(directory.latest()->has_value());
}

TEST(CheckpointDirectoryOnADisk, DoesNotGoBackBeforeWhatItMayNotRead) {
  const temporary_directory root;
  faulty_file_system files;
  checkpoint_directory directory{files, root / "state"};
  ASSERT_TRUE(directory.prepare());
  ASSERT_TRUE(directory.complete(write_files(files, directory, 1)));
  ASSERT_TRUE(directory.complete(write_files(files, directory, 2)));
  files.unreadable = directory.snapshot_path({2}, some_token, {3});
  const auto latest = directory.latest();
  ASSERT_FALSE(latest);
  EXPECT_EQ(latest.failure().code, error_code::permission_denied);
  EXPECT_TRUE(latest.failure().message.starts_with("checkpoint 2: open " + files.unreadable));
}

}  // namespace
}  // namespace weir
