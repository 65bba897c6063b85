// SPDX-License-Identifier: Apache-2.0
// Files that checkpoints share: looked for when one is restored, and kept exactly as long as a
// manifest names them, whatever crashes in between.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/checkpoint_directory.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};

// Stops the world after some steps that change the disk, as a crash would.
class stopping_file_system final : public file_system {
public:
  explicit stopping_file_system(file_system& disk) : disk_{&disk} {}
  std::size_t steps = 1000;  // Until it stops.
  bool has_stopped = false;

  result<file_status> stat(const std::string& path) override { return disk_->stat(path); }
  result<std::vector<std::string>> list(const std::string& path) override {
    return disk_->list(path);
  }
  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override {
    return disk_->open_for_reading(path);
  }
  result<std::unique_ptr<writable_file>> create(const std::string& path) override {
    if (stops()) return stopped();
    return disk_->create(path);
  }
  status rename(const std::string& from, const std::string& to) override {
    return stops() ? status{stopped()} : disk_->rename(from, to);
  }
  status link(const std::string& from, const std::string& to) override {
    return stops() ? status{stopped()} : disk_->link(from, to);
  }
  status remove(const std::string& path) override {
    return stops() ? status{stopped()} : disk_->remove(path);
  }
  status make_directories(const std::string& path) override {
    return stops() ? status{stopped()} : disk_->make_directories(path);
  }
  status remove_directory(const std::string& path) override {
    return stops() ? status{stopped()} : disk_->remove_directory(path);
  }
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override {
    return disk_->lock(path);
  }

private:
  bool stops() {
    if (steps == 0) return has_stopped = true;
    --steps;
    return false;
  }
  static error stopped() { return {error_code::io_failure, "the machine has stopped"}; }

  file_system* disk_;
};

// Writes one file of a checkpoint, and completes it with what it shares.
void complete(file_system& files, std::uint64_t id, std::vector<std::uint64_t> needs) {
  checkpoint_directory directory{files, "/state"};
  checkpoint_manifest manifest;
  manifest.id = {id};
  manifest.job_name = "job";
  manifest.operators = {{counts, "counts", 1}};
  const auto path = directory.snapshot_path({id}, {.life = 1, .attempt = {1}}, {0});
  operator_snapshot content{counts, "counts (1/1)", {}, {{"part", std::to_string(id)}}};
  const auto bytes =
      write_snapshot(files, path, {{id}, "counts", {0}, 1, 128}, content_of(std::move(content)));
  manifest.files = {{"task-0.life-1.attempt-1.snap", bytes, {counts}}};
  for (const auto each : needs) {
    const auto of = files.stat(directory.snapshot_path({each}, {.life = 1, .attempt = {1}}, {0}));
    ASSERT_TRUE(of) << of.failure().message;
    manifest.shared.push_back({{each}, "task-0.life-1.attempt-1.snap", of->size});
  }
  const auto completed = directory.complete(manifest);
  ASSERT_TRUE(completed) << completed.failure().message;
}

class SharedFiles : public testing::Test {
protected:
  // As a process that has just started: it knows nothing but what is on the disk.
  void discard(std::uint64_t id) {
    const auto done = checkpoint_directory{disk, "/state"}.discard({id});
    EXPECT_TRUE(done) << done.failure().message;
  }
  std::uint64_t latest() {
    const auto found = checkpoint_directory{disk, "/state"}.latest();
    // All that there are are damaged.
    EXPECT_TRUE(found || found.failure().code == error_code::corrupt_data);
    return found && *found ? (*found)->manifest.id.value : 0;
  }
  std::vector<std::string> there() { return *disk.list("/state"); }
  bool has(std::uint64_t id) {
    return disk.stat("/state/chk-" + std::to_string(id) + "/task-0.life-1.attempt-1.snap").ok();
  }
  using names = std::vector<std::string>;

  simulated_file_system disk;
};

TEST_F(SharedFiles, StayUntilTheLastManifestThatNamesThemGoes) {
  complete(disk, 1, {});
  complete(disk, 2, {1});
  discard(1);
  EXPECT_TRUE(has(1));
  EXPECT_EQ(latest(), 2U);
  complete(disk, 3, {1, 2});
  discard(2);
  EXPECT_TRUE(has(1) && has(2));
  EXPECT_EQ(latest(), 3U);
  complete(disk, 4, {2});
  discard(3);
  EXPECT_EQ(there(), (names{"chk-2", "chk-4"}));
  discard(4);
  EXPECT_EQ(there(), (names{"used-4"}));
}

TEST_F(SharedFiles, GoOnlyOneByOne) {
  complete(disk, 1, {});
  disk.put("/state/chk-1/other.sst", "12345");
  complete(disk, 2, {1});
  discard(1);
  EXPECT_EQ(*disk.list("/state/chk-1"),
            (names{"manifest.discarded", "task-0.life-1.attempt-1.snap"}));
}

TEST_F(SharedFiles, AreNotCountedAsACheckpoint) {
  complete(disk, 1, {});
  complete(disk, 2, {1});
  discard(1);
  disk.put("/state/chk-2/manifest", "garbage");
  EXPECT_EQ(latest(), 0U);
}

TEST_F(SharedFiles, AreMissedWhenTheyAreGoneOrNotWhatTheyWere) {
  complete(disk, 1, {});
  complete(disk, 2, {1});
  const std::string path = "/state/chk-1/task-0.life-1.attempt-1.snap";
  const auto bytes = disk.content_of(path);
  const auto reason = [&] {
    const auto found = checkpoint_directory{disk, "/state"}.at("/state/chk-2");
    return found ? "" : found.failure().message;
  };
  EXPECT_EQ(reason(), "");
  disk.put(path, bytes + "?");
  EXPECT_EQ(reason(), path + ": has " + std::to_string(bytes.size() + 1) + " bytes, not " +
                          std::to_string(bytes.size()) +
                          ", and is needed by checkpoint 2; restore from another one, and "
                          "move checkpoints only with the whole directory that they are in, or as "
                          "savepoints");
  ASSERT_TRUE(disk.remove(path));
  EXPECT_TRUE(reason().starts_with(path + ": is missing, and is needed by checkpoint 2"));
  EXPECT_EQ(latest(), 0U);
}

TEST_F(SharedFiles, OfTheCheckpointItselfMoveWithIt) {
  complete(disk, 1, {});
  disk.put("/state/chk-2/1.sst", "12345");
  checkpoint_manifest manifest;
  manifest.id = {2};
  manifest.shared = {{{2}, "1.sst", 5}};
  ASSERT_TRUE(checkpoint_directory(disk, "/state").complete(manifest));
  for (const auto* name : {"1.sst", "manifest"}) {
    disk.put(std::string{"/copy/"} + name, disk.content_of(std::string{"/state/chk-2/"} + name));
  }
  EXPECT_TRUE(checkpoint_directory(disk, "/state").at("/copy"));
  discard(2);
  EXPECT_EQ(there(), (names{"chk-1", "used-2"}));
}

TEST_F(SharedFiles, StayWhenAManifestCannotBeRead) {
  complete(disk, 1, {});
  complete(disk, 2, {1});
  complete(disk, 3, {});
  disk.put("/state/chk-2/manifest", encode_format_header({"WEIRMANI", "checkpoint manifest", 9}));
  const auto done = checkpoint_directory(disk, "/state").discard({1});
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.failure().message.starts_with("discard checkpoint 1: /state/chk-2/manifest: "))
      << done.failure().message;
  EXPECT_TRUE(has(1));
}

TEST_F(SharedFiles, OfADamagedManifestAreNotKept) {
  complete(disk, 1, {});
  complete(disk, 2, {1});
  complete(disk, 3, {});
  disk.put("/state/chk-2/manifest", "garbage");
  discard(1);
  EXPECT_EQ(there(), (names{"chk-2", "chk-3"}));
}

TEST_F(SharedFiles, SurviveACrashBetweenAnyTwoStepsOfDiscarding) {
  bool was_whole = false;
  for (std::size_t steps = 0; !was_whole; ++steps) {
    SCOPED_TRACE(steps);
    simulated_file_system fresh;
    complete(fresh, 1, {});
    complete(fresh, 2, {1});
    complete(fresh, 3, {2});
    stopping_file_system stopping{fresh};
    stopping.steps = steps;
    checkpoint_directory before{stopping, "/state"};
    for (const std::uint64_t id : {1, 2}) static_cast<void>(before.discard({id}));
    was_whole = !stopping.has_stopped;
    // Another process, which finds 3 and goes on from there.
    checkpoint_directory after{fresh, "/state"};
    const auto found = after.latest();
    ASSERT_TRUE(found && *found);
    ASSERT_EQ((*found)->manifest.id, checkpoint_id{3});
    ASSERT_TRUE((*found)->passed_over.empty());
    complete(fresh, 4, {3});
    const auto all = after.all();
    for (const auto id : *all) {
      if (id < checkpoint_id{4}) {
        ASSERT_TRUE(after.discard(id));
      }
    }
    ASSERT_EQ((*after.latest())->manifest.id, checkpoint_id{4});
    ASSERT_EQ(*fresh.list("/state"), (names{"chk-3", "chk-4"}));
    ASSERT_TRUE(after.discard({4}));
    ASSERT_EQ(*fresh.list("/state"), (names{"used-4"}));
  }
}

}  // namespace
}  // namespace weir
