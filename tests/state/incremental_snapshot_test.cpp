// SPDX-License-Identifier: Apache-2.0
// A snapshot refers to what earlier ones have, is read as if it had everything itself, and lets go
// of files that are hardly needed any more.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/checkpoint_directory.hpp"
#include "state/snapshot_set.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};

state_block named(std::uint32_t extent, std::uint32_t version, std::string bytes) {
  return {{0, 128}, 1, std::move(bytes), content_name{1, extent, version}};
}

std::string path_for(std::uint64_t id) { return "/state/chk-" + std::to_string(id) + "/0.snap"; }

class IncrementalSnapshot : public testing::Test {
protected:
  void write(std::uint64_t id, std::vector<state_block> blocks) {
    const auto before = last_ && last_->checkpoint < checkpoint_id{id} ? last_ : nullptr;
    last_ = write_snapshot_on(
        files, path_for(id), {{id}, "counts", {0}, 1, 128},
        content_of(
            {counts, "counts (1/1)", sections(section("t", counts_schema, std::move(blocks))), {}}),
        before);
    ASSERT_NE(last_, nullptr);
  }
  std::multiset<std::string> read(std::uint64_t id) {
    std::multiset<std::string> found;
    const auto whole = read_snapshot(files, path_for(id));
    EXPECT_TRUE(whole) << whole.failure().message;
    if (!whole) return found;
    for (const auto& [groups, bytes] : whole->operators[0].tables[0].blocks) found.insert(bytes);
    return found;
  }
  std::vector<shared_file> shared(std::uint64_t id) {
    return snapshot_reader::open(files, path_for(id))->shared();
  }
  std::uint64_t size(std::uint64_t id) { return files.content_of(path_for(id)).size(); }

  simulated_file_system files;
  std::shared_ptr<const written_snapshot> last_;
};

TEST_F(IncrementalSnapshot, WritesOnlyWhatTheBaseHasNot) {
  write(1, {named(0, 0, std::string(5000, 'a')), named(1, 0, std::string(5000, 'b'))});
  write(2, {named(0, 0, "not read"), named(1, 1, std::string(100, 'c')), {{0, 128}, 1, "rest"}});
  EXPECT_EQ(read(2),
            (std::multiset<std::string>{std::string(5000, 'a'), std::string(100, 'c'), "rest"}));
  EXPECT_LT(size(2), 500U);
  EXPECT_EQ(shared(2), (std::vector<shared_file>{{{1}, "0.snap", size(1)}}));
}

TEST_F(IncrementalSnapshot, ReadsEachBlockOfAName) {
  write(1, {named(0, 0, "a"), named(0, 0, "b"), named(1, 0, "c")});
  write(2, {named(0, 0, "?"), named(0, 0, "?"), named(1, 0, "?")});
  EXPECT_EQ(read(2), (std::multiset<std::string>{"a", "b", "c"}));
}

TEST_F(IncrementalSnapshot, RefersThroughTheBaseToWhatIsOlder) {
  write(1, {named(0, 0, "aaaa"), named(1, 0, "bbbb"), named(2, 0, "cccc")});
  write(2, {named(0, 0, "?"), named(1, 0, "?"), named(2, 1, "dddd")});
  write(3, {named(0, 0, "?"), named(1, 1, "eeee"), named(2, 1, "?")});
  EXPECT_EQ(read(3), (std::multiset<std::string>{"aaaa", "eeee", "dddd"}));
  EXPECT_EQ(shared(3),
            (std::vector<shared_file>{{{1}, "0.snap", size(1)}, {{2}, "0.snap", size(2)}}));
}

TEST_F(IncrementalSnapshot, WritesEverythingWithoutABase) {
  write(1, {named(0, 0, "a")});
  last_ = nullptr;
  write(2, {named(0, 0, "a")});
  EXPECT_TRUE(shared(2).empty());
  EXPECT_EQ(read(2), (std::multiset<std::string>{"a"}));
}

TEST_F(IncrementalSnapshot, KnowsAPartWithoutEntries) {
  struct empty_part final : frozen_table {
    explicit empty_part(int& reads) : reads_{&reads} {}
    std::optional<state_block> next_block(known_content* known) override {
      if (!known->takes({1, 0, 0})) ++*reads_;
      return {};
    }
    int* reads_;
  };
  int reads = 0;
  std::shared_ptr<const written_snapshot> base;
  for (const std::uint64_t id : {1, 2, 3}) {
    base = write_snapshot_on(
        files, path_for(id), {{id}, "counts", {0}, 1, 128},
        content_of({counts,
                    "counts (1/1)",
                    sections({"t", counts_schema, std::make_unique<empty_part>(reads)}),
                    {}}),
        base);
  }
  EXPECT_EQ(reads, 1);
  EXPECT_TRUE(shared(3).empty());
}

TEST_F(IncrementalSnapshot, LetsGoOfAFileThatIsHardlyNeeded) {
  write(1, {named(0, 0, "aaaa"), named(1, 0, "bbbb"), named(2, 0, "cccc")});
  write(2, {named(0, 0, "?"), named(1, 1, "dddd"), named(2, 1, "eeee")});
  EXPECT_EQ(shared(2).size(), 1U);
  write(3, {named(0, 0, "aaaa"), named(1, 1, "?"), named(2, 1, "?")});
  EXPECT_EQ(shared(3), (std::vector<shared_file>{{{2}, "0.snap", size(2)}}));
  EXPECT_EQ(read(3), (std::multiset<std::string>{"aaaa", "dddd", "eeee"}));
}

TEST_F(IncrementalSnapshot, RefersToAtMost63Files) {
  std::vector<std::uint32_t> versions(200, 0);
  const auto state = [&](std::size_t changed) {
    versions[changed] += 1;
    std::vector<state_block> blocks;
    for (std::uint32_t i = 0; i < versions.size(); ++i) {
      blocks.push_back(
          named(i, versions[i], std::to_string(i) + "." + std::to_string(versions[i])));
    }
    return blocks;
  };
  for (std::uint64_t id = 1; id <= 150; ++id) {
    write(id, state(id));
    EXPECT_LE(shared(id).size(), 63U);
  }
  EXPECT_EQ(shared(150).size(), 63U);
  EXPECT_EQ(read(150).size(), 200U);
}

// The directory as the engine uses it: each checkpoint is discarded when the next has completed.
// Whatever changes, each is read as what it was, and all of them together are hardly larger than
// two times what there is.
TEST_F(IncrementalSnapshot, IsReadAsWhatItWasWhateverChanges) {
  for (const auto seed : seeds_for(20)) {
    SCOPED_TRACE(seed);
    random_numbers random{seed};
    simulated_file_system disk;
    checkpoint_directory directory{disk, "/state"};
    std::vector<std::uint32_t> versions(40, 0);
    const auto content = [&](std::uint32_t extent) {
      return std::string(1000 + extent, static_cast<char>('a' + versions[extent] % 26));
    };
    std::shared_ptr<const written_snapshot> base;
    for (std::uint64_t id = 1; id <= 60; ++id) {
      for (auto changes = random.below(20); changes > 0; --changes) ++versions[random.below(40)];
      std::vector<state_block> blocks;
      std::multiset<std::string> expected;
      std::uint64_t bytes = 0;
      for (std::uint32_t i = 0; i < versions.size(); ++i) {
        blocks.push_back(named(i, versions[i], content(i)));
        expected.insert(content(i));
        bytes += content(i).size();
      }
      const auto path = directory.snapshot_path({id}, {.life = 1, .attempt = {1}}, {0});
      auto writer = snapshot_writer::create(
          disk, path, {{id}, "counts", {0}, 1, 128},
          content_of({counts,
                      "counts (1/1)",
                      sections(section("t", counts_schema, std::move(blocks))),
                      {}}),
          base);
      while (!*writer->write_some(10'000)) {
      }
      if (random.below(5) == 0) {  // It fails elsewhere.
        ASSERT_TRUE(directory.discard({id}));
        continue;
      }
      checkpoint_manifest manifest;
      manifest.id = {id};
      manifest.job_name = "job";
      manifest.max_parallelism = 128;
      manifest.operators = {{counts, "counts", 1}};
      manifest.files = {{"task-0.life-1.attempt-1.snap", writer->bytes_written(), {counts}}};
      manifest.shared = writer->shared();
      ASSERT_TRUE(directory.complete(manifest));
      if (base) {
        ASSERT_TRUE(directory.discard(base->checkpoint));
      }
      base = writer->written();
      const auto latest = directory.latest();
      ASSERT_TRUE(latest && *latest) << (latest ? "" : latest.failure().message);
      ASSERT_EQ((*latest)->manifest, manifest);
      const auto whole = read_snapshot(disk, path);
      ASSERT_TRUE(whole) << whole.failure().message;
      std::multiset<std::string> found;
      for (const auto& each : whole->operators[0].tables[0].blocks) found.insert(each.second);
      ASSERT_EQ(found, expected);
      std::uint64_t used = 0;
      const auto all = directory.all();
      for (const auto each : *all) {
        const auto names = disk.list(directory.directory_of(each));
        for (const auto& name : *names) {
          used += disk.content_of(directory.directory_of(each) + "/" + name).size();
        }
      }
      ASSERT_LT(used, 4 * bytes);
    }
    ASSERT_TRUE(directory.discard(base->checkpoint));
    EXPECT_TRUE(directory.all()->empty());
  }
}

TEST_F(IncrementalSnapshot, IsRestoredThroughASet) {
  write(1, {named(0, 0, "aaaa"), named(1, 0, "bbbb")});
  write(2, {named(0, 0, "?"), named(1, 1, "cccc")});
  const auto set = snapshot_set::open(files, {2}, {path_for(2)});
  ASSERT_TRUE(set) << set.failure().message;
  const auto table = set->restored(counts, {0, 128})->table("t");
  std::multiset<std::string> found;
  for (auto block = table->next_block(); block && *block; block = table->next_block()) {
    found.insert((*block)->bytes);
  }
  EXPECT_EQ(found, (std::multiset<std::string>{"aaaa", "cccc"}));
}

TEST_F(IncrementalSnapshot, SaysWhichFileIsMissing) {
  write(1, {named(0, 0, "aaaa"), named(1, 0, "bbbb")});
  write(2, {named(0, 0, "?"), named(1, 1, "cccc")});
  ASSERT_TRUE(files.remove(path_for(1)));
  const auto whole = read_snapshot(files, path_for(2));
  ASSERT_FALSE(whole);
  EXPECT_EQ(
      whole.failure().message,
      "/state/chk-2/0.snap needs checkpoint 1: 0.snap: open /state/chk-1/0.snap: no such file "
      "or directory");
}

TEST_F(IncrementalSnapshot, NoticesThatAnOlderFileIsDamagedOrCutOff) {
  write(1, {named(0, 0, "aaaa"), named(1, 0, "bbbb")});
  write(2, {named(0, 0, "?"), named(1, 1, "cccc")});
  const auto bytes = files.content_of(path_for(1));
  auto flipped = bytes;
  flipped[17] = '?';
  files.put(path_for(1), flipped);
  EXPECT_EQ(read_snapshot(files, path_for(2)).failure().message,
            "/state/chk-2/0.snap: operator counts (1/1): table \"t\": block 1 at byte 16 of shared "
            "file 1: checksum mismatch: the file was damaged after it was written; restore from "
            "another checkpoint");
  files.put(path_for(1), bytes.substr(0, 18));
  const auto message = read_snapshot(files, path_for(2)).failure().message;
  EXPECT_TRUE(
      message.starts_with("/state/chk-1/0.snap: has 18 bytes, but /state/chk-2/0.snap needs "))
      << message;
}

}  // namespace
}  // namespace weir
