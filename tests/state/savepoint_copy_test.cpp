// SPDX-License-Identifier: Apache-2.0
// A savepoint is whole or not there, whatever fails and whenever the power does.
#include "state/savepoint_copy.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/checkpoint_directory.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};
constexpr attempt_token some_token{.life = 4, .attempt = {2}};
const std::string place = "/savepoints/savepoint-17-ab";

class SavepointCopy : public testing::Test {
protected:
  void SetUp() override { prepare(); }

  void prepare() {
    ASSERT_TRUE(directory.prepare());
    operator_snapshot content;
    content.id = counts;
    content.name = "counts (1/1)";
    content.parts["part"] = std::string(3000000, 'x');
    const auto path = directory.snapshot_path({17}, some_token, {3});
    const auto bytes =
        write_snapshot(files, path, {{17}, "counts", {0}, 1, 128}, content_of(std::move(content)));
    manifest.id = {17};
    manifest.job_name = "job";
    manifest.max_parallelism = 128;
    manifest.operators = {{counts, "counts", 1}};
    manifest.files = {{path.substr(directory.directory_of({17}).size() + 1), bytes, {counts}}};
  }
  status take() {
    savepoint_copy copy{files, place};
    auto done = copy.prepare(manifest, directory.directory_of({17}));
    return done ? copy.complete() : done;
  }
  result<checkpoint_directory::found> found() const { return directory.at(place); }

  simulated_file_system files{1};
  checkpoint_directory directory{files, "/checkpoints"};
  checkpoint_manifest manifest;
};

TEST_F(SavepointCopy, NeedsNothingOfTheCheckpoint) {
  ASSERT_TRUE(take());
  ASSERT_TRUE(directory.discard({17}));
  files.crash();
  const auto there = found();
  ASSERT_TRUE(there) << there.failure().message;
  EXPECT_TRUE(there->manifest.is_savepoint);
  manifest.is_savepoint = true;
  EXPECT_EQ(there->manifest, manifest);
}

TEST_F(SavepointCopy, IsNoneBeforeItIsComplete) {
  savepoint_copy copy{files, place};
  ASSERT_TRUE(copy.prepare(manifest, directory.directory_of({17})));
  EXPECT_FALSE(found());
  ASSERT_TRUE(copy.complete());
  EXPECT_TRUE(found());
}

TEST_F(SavepointCopy, LeavesNothingIfItIsNotCompleted) {
  {
    savepoint_copy copy{files, place};
    ASSERT_TRUE(copy.prepare(manifest, directory.directory_of({17})));
  }
  EXPECT_FALSE(files.stat(place));
}

TEST_F(SavepointCopy, IsWholeOrNoneWheneverThePowerFails) {
  bool was_completed = false;
  for (std::uint64_t n = 1; !was_completed; ++n) {
    SCOPED_TRACE("power fails before change " + std::to_string(n));
    ASSERT_LT(n, 100U);
    files.faults().cut_power_at(n);
    was_completed = take().ok();
    files.crash();
    const auto manifest_file = files.stat(place + "/manifest");
    if (was_completed || manifest_file.ok()) {
      const auto there = found();
      ASSERT_TRUE(there) << there.failure().message;
    }
    savepoint_copy{files, place};
  }
}

TEST_F(SavepointCopy, SaysThatAFileOfTheCheckpointIsShorterThanItsManifest) {
  manifest.files[0].bytes += 1;
  const auto taken = take();
  ASSERT_FALSE(taken);
  const auto bytes = std::to_string(manifest.files[0].bytes - 1);
  EXPECT_EQ(taken.failure().message,
            "write the savepoint " + place +
                ": /checkpoints/chk-17/task-3.life-4.attempt-2.snap: ends after " + bytes + " of " +
                std::to_string(manifest.files[0].bytes) + " bytes; take another savepoint");
  EXPECT_FALSE(files.stat(place));
}

}  // namespace
}  // namespace weir
