// SPDX-License-Identifier: Apache-2.0
// A new subtask is shown what the former ones left, and only the blocks that may be its own.
#include "state/restored_snapshot.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/snapshot_set.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};

// Four subtasks of 128 key groups; each has a part, and a block for each half of its groups.
class RestoredSnapshot : public testing::Test {
protected:
  RestoredSnapshot() {
    std::vector<std::string> paths;
    // Backwards, because the order is the subtasks', not that of the paths.
    for (const std::uint32_t subtask : {3, 1, 0, 2}) {
      paths.push_back("/chk-17/" + std::to_string(9 - subtask));
      write_snapshot(files, paths.back(), some_header(subtask), content_of(of_subtask(subtask)));
    }
    auto opened = snapshot_set::open(files, checkpoint_id{17}, paths);
    WEIR_ASSERT(opened.ok());
    set = std::make_unique<snapshot_set>(std::move(*opened));
  }

  static operator_snapshot of_subtask(std::uint32_t subtask) {
    const auto begin = 32 * subtask;
    const auto name = std::to_string(subtask);
    operator_snapshot content;
    content.id = counts;
    content.name = "counts (" + std::to_string(subtask + 1) + "/4)";
    content.tables.push_back(section("rolling", counts_schema,
                                     {{{begin, begin + 16}, 1, "first half of " + name},
                                      {{begin + 16, begin + 32}, 1, "second half of " + name}}));
    if (subtask == 2) content.tables.push_back(section("late", {"keyed", "u8"}, {}));
    content.parts["position"] = "at " + name;
    if (subtask % 2 == 1) content.parts["odd"] = name;
    return content;
  }

  static std::vector<std::string> blocks_of(restored_table& table) {
    std::vector<std::string> blocks;
    while (true) {
      auto block = table.next_block();
      EXPECT_TRUE(block.ok());
      if (!block || !*block) return blocks;
      blocks.push_back((*block)->bytes);
    }
  }

  std::vector<std::string> blocks_for(key_group_range groups) {
    const auto table = set->restored(counts, groups)->table("rolling");
    return blocks_of(*table);
  }

  simulated_file_system files;
  std::unique_ptr<snapshot_set> set;
};

TEST_F(RestoredSnapshot, KnowsHowManyEntriesASubtaskHasThatOwnsWhatAFormerOneDid) {
  EXPECT_EQ(set->restored(counts, {32, 64})->table("rolling")->entries(), 2U);
  EXPECT_EQ(set->restored(counts, {0, 64})->table("rolling")->entries(), 0U) << "of two";
}

TEST_F(RestoredSnapshot, NumbersTheBlocksOfASubtaskThatOwnsWhatAFormerOneDid) {
  const auto table = set->restored(counts, {32, 64})->table("rolling");
  for (const std::uint32_t number : {1, 2}) EXPECT_EQ((*table->next_block())->number, number);
  EXPECT_EQ((*set->restored(counts, {0, 64})->table("rolling")->next_block())->number, 0U);
}

TEST_F(RestoredSnapshot, ShowsThePartsOfAllFormerSubtasksInTheirOrder) {
  const auto restored = set->restored(counts, {0, 1});
  EXPECT_EQ(restored->checkpoint(), checkpoint_id{17});
  EXPECT_EQ(restored->parts("position"),
            (std::vector<std::string>{"at 0", "at 1", "at 2", "at 3"}));
  EXPECT_EQ(restored->parts("odd"), (std::vector<std::string>{"1", "3"}));
  EXPECT_TRUE(restored->parts("none").empty());
}

TEST_F(RestoredSnapshot, ShowsTheTablesOfAllFormerSubtasks) {
  const auto restored = set->restored(counts, {0, 1});
  EXPECT_EQ(restored->table_names(), (std::vector<std::string>{"late", "rolling"}));
  EXPECT_EQ(restored->table("rolling")->schema(), counts_schema);
  EXPECT_EQ(restored->table("late")->schema(), (table_schema{"keyed", "u8"}));
  EXPECT_EQ(restored->table("none"), nullptr);
}

TEST_F(RestoredSnapshot, ShowsOnlyBlocksThatMayHoldItsKeyGroups) {
  EXPECT_EQ(blocks_for({0, 128}).size(), 8U);
  EXPECT_EQ(blocks_for({16, 32}), (std::vector<std::string>{"second half of 0"}));
  EXPECT_EQ(blocks_for({31, 33}),
            (std::vector<std::string>{"second half of 0", "first half of 1"}));
  EXPECT_EQ(blocks_for({127, 128}), (std::vector<std::string>{"second half of 3"}));
  EXPECT_TRUE(blocks_for({128, 200}).empty());
}

TEST_F(RestoredSnapshot, GivesEveryBlockToItsOwnersWhateverTheParallelism) {
  for (const std::uint32_t parallelism : {1, 2, 3, 4, 5, 8, 128}) {
    std::map<std::string, int> shown;
    for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
      for (const auto& block :
           blocks_for(key_groups_of(subtask_index{subtask}, parallelism, 128))) {
        ++shown[block];
      }
    }
    EXPECT_EQ(shown.size(), 8U) << parallelism;
  }
}

TEST_F(RestoredSnapshot, OutlivesItsSet) {
  const auto restored = set->restored(counts, {0, 128});
  const auto table = restored->table("rolling");
  set.reset();
  EXPECT_EQ(restored->parts("odd").size(), 2U);
  EXPECT_EQ(blocks_of(*table).size(), 8U);
}

TEST_F(RestoredSnapshot, NamesTheBlockThatIsDamaged) {
  auto bytes = files.content_of("/chk-17/7");
  bytes[bytes.find("second half of 2")] = 'X';
  files.put("/chk-17/7", bytes);
  const auto opened = snapshot_set::open(files, checkpoint_id{17}, {"/chk-17/7"});
  ASSERT_TRUE(opened);
  const auto table = opened->restored(counts, {0, 128})->table("rolling");
  ASSERT_TRUE(table->next_block());
  const auto block = table->next_block();
  ASSERT_FALSE(block);
  EXPECT_EQ(block.failure().message,
            "restore checkpoint 17: /chk-17/7: operator counts (3/4): table \"rolling\": block 2 "
            "at byte 31: checksum mismatch: the file was damaged after it was written; restore "
            "from another checkpoint");
}

}  // namespace
}  // namespace weir
