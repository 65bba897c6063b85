// SPDX-License-Identifier: Apache-2.0
// Files that each version of a format wrote are read as what they were, and those of the newest
// are still written the same.
//
// When a format gets a new version, its files of the old ones stay here, and stay readable.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/checkpoint_manifest.hpp"
#include "state/map_store.hpp"
#include "state/posix_file_system.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

std::string golden_path(const std::string& name) {
  return std::string{WEIR_REPOSITORY_ROOT} + "/tests/compatibility/" + name + ".golden";
}

std::string bytes_of(const std::string& path) {
  posix_file_system files;
  auto file = files.open_for_reading(path);
  EXPECT_TRUE(file.ok()) << (file ? "" : file.failure().message);
  if (!file) return "";
  std::string bytes(*(*file)->size(), '\0');
  EXPECT_EQ(*(*file)->read_at(0, bytes), bytes.size());
  return bytes;
}

// The bytes that differ are left in a file, to be looked at.
void expect_golden(const std::string& name, const std::string& written) {
  if (bytes_of(golden_path(name)) == written) return;
  const auto path = testing::TempDir() + name + ".golden";
  posix_file_system files;
  ASSERT_TRUE((*files.create(path))->append(written));
  FAIL() << "The format has changed: " << golden_path(name) << " would now be " << path;
}

// Spelled out, so that nothing else can change what the golden file holds.
whole_snapshot golden_snapshot() {
  return {{checkpoint_id{17}, "parse -> window-counts", subtask_index{1}, 4, 128},
          {{operator_id{0x1234},
            "parse (2/4)",
            {{"empty", ""}, {"position", std::string("\0\1\2\xFF", 4)}},
            {}},
           {operator_id{0xFEDCBA9876543210},
            "window-counts (2/4)",
            {},
            {{"rolling",
              {"keyed", "pair{string,u64}"},
              {{{32, 40}, "two entries"}, {{40, 41}, "x"}, {{41, 64}, std::string(300, 'z')}},
              {2, 1, 300}},
             {"nothing", {"keyed", "pair{u8,u8}"}, {}, {}},
             {"timers", {"timers", "u64"}, {{{32, 64}, "12345678"}}, {1}}}}}};
}

std::vector<operator_snapshot> content_of(const whole_snapshot& whole) {
  std::vector<operator_snapshot> content;
  for (const auto& of : whole.operators) {
    auto& one = content.emplace_back();
    one.id = of.id;
    one.name = of.name;
    one.parts = of.parts;
    for (const auto& table : of.tables) {
      std::vector<state_block> blocks;
      for (std::size_t i = 0; i < table.blocks.size(); ++i) {
        blocks.push_back({table.blocks[i].first, table.entries[i], table.blocks[i].second});
      }
      one.tables.push_back(section(table.name, table.schema, std::move(blocks)));
    }
  }
  return content;
}

checkpoint_manifest golden_manifest() {
  checkpoint_manifest manifest;
  manifest.id = checkpoint_id{17};
  manifest.job_name = "word counts";
  manifest.graph_fingerprint = 0xFEDCBA9876543210;
  manifest.attempt = attempt_number{3};
  manifest.created = processing_time{std::chrono::microseconds{1'700'000'000'123'456}};
  manifest.is_savepoint = true;
  manifest.max_parallelism = 128;
  manifest.operators = {{operator_id{0x1234}, "parse", 4},
                        {operator_id{0xFEDCBA9876543210}, "window-counts", 4}};
  manifest.files = {
      {"task-0.attempt-3.snap", 753, {operator_id{0x1234}}},
      {"task-1.attempt-3.snap", 1ULL << 40, {operator_id{0x1234}, operator_id{0xFEDCBA9876543210}}},
      {"task-2.attempt-3.snap", 96, {}}};
  return manifest;
}

TEST(GoldenFiles, SnapshotOfVersion1IsRead) {
  posix_file_system files;
  const auto read = read_snapshot(files, golden_path("snapshot_1"));
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(*read, golden_snapshot());
}

// The same, on an earlier one that had the largest block already, and with a store.
void write_snapshot_of_version_3(file_system& files) {
  map_store store{files, "/scratch"};
  ASSERT_TRUE(files.make_directories("/scratch"));
  std::shared_ptr<const written_snapshot> base;
  for (const std::uint64_t id : {16, 17}) {
    auto about = golden_snapshot().about;
    about.checkpoint = {id};
    auto content = content_of(golden_snapshot());
    auto& blocks = content[1].tables[0];
    blocks = section("rolling", {"keyed", "pair{string,u64}"},
                     {{{32, 40}, 2, "two entries"},
                      {{40, 41}, 1, "x"},
                      {{41, 64}, 300, std::string(300, 'z'), content_name{1, 0, 1}}});
    ASSERT_TRUE(store.put(std::string("\0\0\0\3hash of", 11) + std::to_string(id), "value"));
    blocks.stored = stored_range{std::string("\0\0\0\3", 4), id};
    content[1].store = store.freeze();
    content[1].store_format = "map";
    base = write_snapshot_on(files, "/c/chk-" + std::to_string(id) + "/task-1.attempt-3.snap",
                             about, std::move(content), base);
  }
}

TEST(GoldenFiles, SnapshotOfVersion2IsRead) {
  simulated_file_system files;
  write_snapshot_of_version_3(files);
  // Of the file to which it refers, only its size and one block count; that is where it was.
  auto referred_to = files.content_of("/c/chk-16/task-1.attempt-3.snap");
  referred_to.resize(783);
  files.put("/c/chk-16/task-1.attempt-3.snap", referred_to);
  files.put("/c/chk-17/golden", bytes_of(golden_path("snapshot_2")));
  const auto reader = snapshot_reader::open(files, "/c/chk-17/golden");
  ASSERT_TRUE(reader) << reader.failure().message;
  EXPECT_EQ(reader->shared(), (std::vector<shared_file>{{{16}, "task-1.attempt-3.snap", 783}}));
  auto read = read_snapshot(files, "/c/chk-17/golden");
  ASSERT_TRUE(read) << read.failure().message;
  // What is known comes when it is asked for.
  EXPECT_EQ(*read, golden_snapshot());
}

TEST(GoldenFiles, SnapshotOfVersion3IsRead) {
  simulated_file_system files;
  write_snapshot_of_version_3(files);
  files.put("/c/chk-17/golden", bytes_of(golden_path("snapshot_3")));
  auto read = read_snapshot(files, "/c/chk-17/golden");
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(*read, golden_snapshot());
  const auto reader = snapshot_reader::open(files, "/c/chk-17/golden");
  const auto& of = reader->operators()[1];
  EXPECT_EQ(of.tables[0].stored, (stored_range{std::string("\0\0\0\3", 4), 17}));
  EXPECT_EQ(of.store_format, "map");
  EXPECT_EQ(
      reader->store_of(of),
      (std::vector<store_file>{{"1.run", "/c/chk-16/task-1.attempt-3.store-1.1.run", 35, true},
                               {"2.run", "/c/chk-17/task-1.attempt-3.store-1.2.run", 35, true}}));
}

TEST(GoldenFiles, SnapshotOfVersion3IsWrittenTheSame) {
  simulated_file_system files;
  write_snapshot_of_version_3(files);
  expect_golden("snapshot_3", files.content_of("/c/chk-17/task-1.attempt-3.snap"));
}

TEST(GoldenFiles, ManifestOfVersion1IsRead) {
  const auto manifest = decode_manifest(bytes_of(golden_path("manifest_1")));
  ASSERT_TRUE(manifest) << manifest.failure().message;
  EXPECT_EQ(*manifest, golden_manifest());
}

checkpoint_manifest golden_manifest_of_version_2() {
  auto manifest = golden_manifest();
  manifest.is_savepoint = false;
  manifest.shared = {{{9}, "task-0.attempt-3.snap", 12345}, {{17}, "000012.sst", 1ULL << 33}};
  return manifest;
}

TEST(GoldenFiles, ManifestOfVersion2IsRead) {
  const auto manifest = decode_manifest(bytes_of(golden_path("manifest_2")));
  ASSERT_TRUE(manifest) << manifest.failure().message;
  EXPECT_EQ(*manifest, golden_manifest_of_version_2());
}

checkpoint_manifest golden_manifest_of_version_3() {
  auto manifest = golden_manifest_of_version_2();
  manifest.files[0].path = "task-0.life-4.attempt-3.snap";
  manifest.life = 4;
  return manifest;
}

TEST(GoldenFiles, ManifestOfVersion3IsRead) {
  const auto manifest = decode_manifest(bytes_of(golden_path("manifest_3")));
  ASSERT_TRUE(manifest) << manifest.failure().message;
  EXPECT_EQ(*manifest, golden_manifest_of_version_3());
}

TEST(GoldenFiles, ManifestOfVersion3IsWrittenTheSame) {
  expect_golden("manifest_3", encode_manifest(golden_manifest_of_version_3()));
}

}  // namespace
}  // namespace weir
