// SPDX-License-Identifier: Apache-2.0
// Blocks have about the size they should have and say exactly which key groups they hold.
#include "api/block_gatherer.hpp"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

// Entries of 8 bytes that begin with their key group.
void add(block_gatherer& to, key_group group) {
  to.add(group, [&](std::string& bytes) {
    bytes.append(reinterpret_cast<const char*>(&group), sizeof group);
    bytes.append(6, 'x');
  });
}

void expect_exact_groups(const state_block& block) {
  ASSERT_EQ(block.bytes.size(), block.entries * 8);
  key_group_range seen{highest_max_parallelism, 0};
  for (std::size_t i = 0; i < block.bytes.size(); i += 8) {
    key_group group = 0;
    block.bytes.copy(reinterpret_cast<char*>(&group), sizeof group, i);
    seen.begin = std::min<std::uint32_t>(seen.begin, group);
    seen.end = std::max<std::uint32_t>(seen.end, group + 1U);
  }
  EXPECT_EQ(block.groups, seen);
}

TEST(BlockGatherer, FillsOneBlockAfterTheOtherWithEntriesInOrder) {
  block_gatherer blocks;
  constexpr std::uint64_t per_group = 3 * state_block_size / 16;
  for (key_group group = 5; group < 9; ++group) {
    for (std::uint64_t i = 0; i < per_group; ++i) add(blocks, group);
  }
  const auto all = blocks.take_all();
  ASSERT_EQ(all.size(), 6U);
  std::uint64_t entries = 0;
  for (const state_block& each : all) {
    expect_exact_groups(each);
    EXPECT_EQ(each.bytes.size(), state_block_size);
    entries += each.entries;
  }
  EXPECT_EQ(entries, 4 * per_group);
  EXPECT_EQ(all.front().groups, (key_group_range{5, 6}));
  EXPECT_EQ(all.back().groups, (key_group_range{8, 9}));
}

TEST(BlockGatherer, SortsEntriesInNoOrderIntoPartsOfTheKeyGroups) {
  block_gatherer blocks{{100, 228}, 16};
  std::mt19937_64 random{1};
  constexpr std::uint64_t entries = 400'000;
  for (std::uint64_t i = 0; i < entries; ++i) {
    add(blocks, static_cast<key_group>(100 + random() % 128));
  }
  std::uint64_t seen = 0;
  std::size_t wide = 0;
  for (const state_block& each : blocks.take_all()) {
    expect_exact_groups(each);
    wide += each.groups.end - each.groups.begin > 8 ? 1 : 0;
    seen += each.entries;
  }
  EXPECT_EQ(seen, entries);
  EXPECT_LE(wide, 8U);  // Those of leftovers.
}

TEST(BlockGatherer, LetsLeftoversShareBlocks) {
  block_gatherer blocks{{0, 1024}, 64};
  EXPECT_FALSE(blocks.take());
  for (key_group group = 0; group < 1024; group = static_cast<key_group>(group + 100)) {
    add(blocks, group);
  }
  const auto all = blocks.take_all();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().groups, (key_group_range{0, 1001}));
  EXPECT_EQ(all.front().entries, 11U);
}

TEST(BlockGatherer, HasNoBlocksWithoutEntries) {
  block_gatherer blocks;
  blocks.append({});
  EXPECT_TRUE(blocks.take_all().empty());
}

}  // namespace
}  // namespace weir
