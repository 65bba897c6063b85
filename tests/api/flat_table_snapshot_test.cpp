// SPDX-License-Identifier: Apache-2.0
// A table becomes blocks and a table again, whatever its keys and in the middle of growing; and a
// block that cannot be loaded says why.
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "state/huge_page_memory.hpp"
#include "tests/support/snapshot_of.hpp"

namespace weir {
namespace {

constexpr std::uint32_t groups = 128;

template <class Key, class T>
std::map<Key, T> content_of(flat_table<Key, T>& table) {
  std::map<Key, T> content;
  table.for_each([&](const Key& key, const T& value) { content.emplace(key, value); });
  return content;
}

template <class Key, class MakeKey>
void expect_the_same_after_a_restore(std::size_t entries, MakeKey make_key) {
  huge_page_memory memory;
  flat_table<Key, std::string> table{memory, hash_range{{0, groups}, groups}};
  for (std::size_t i = 0; i < entries; ++i) {
    const Key key = make_key(i);
    table.find_or_insert(key, hash_key(key)) = "value " + std::to_string(i);
  }
  const auto blocks = blocks_of(table);
  std::uint64_t counted = 0;
  for (const state_block& each : blocks) counted += each.entries;
  EXPECT_EQ(counted, entries);

  flat_table<Key, std::string> restored{memory, hash_range{{0, groups}, groups}};
  load_all(restored, blocks);
  EXPECT_EQ(content_of(restored), content_of(table));
  // By three subtasks, each of which is shown everything.
  std::map<Key, std::string> together;
  for (std::uint32_t subtask = 0; subtask < 3; ++subtask) {
    flat_table<Key, std::string> part{memory,
                                      hash_range{key_groups_of({subtask}, 3, groups), groups}};
    load_all(part, blocks);
    together.merge(content_of(part));
  }
  EXPECT_EQ(together, content_of(table));
}

TEST(FlatTableSnapshot, GivesBackWhatItHas) {
  for (const std::size_t entries : {0, 1, 9, 10, 11, 100, 1281, 20'000}) {
    SCOPED_TRACE(entries);
    expect_the_same_after_a_restore<std::uint64_t>(entries, [](std::size_t i) { return i; });
    expect_the_same_after_a_restore<std::string>(
        entries, [](std::size_t i) { return "key " + std::to_string(i); });
    expect_the_same_after_a_restore<std::pair<int, std::string>>(entries, [](std::size_t i) {
      return std::pair{static_cast<int>(i % 7), std::to_string(i)};
    });
  }
}

TEST(FlatTableSnapshot, HasBlocksInOrderThatNameTheirKeyGroupsExactly) {
  huge_page_memory memory;
  flat_table<std::uint64_t, std::uint64_t> table{memory, hash_range{{32, 96}, groups}};
  std::uint64_t inserted = 0;
  for (std::uint64_t key = 0; inserted < 100'000; ++key) {
    const std::uint64_t group = key_group_of(hash_key(key), groups);
    if (group < 32 || group >= 96) continue;
    table.find_or_insert(key, hash_key(key)) = key;
    ++inserted;
  }
  table.continue_growing(~std::size_t{0});
  std::uint32_t last_end = 32;
  const auto blocks = blocks_of(table);
  EXPECT_GT(blocks.size(), 20U);
  for (const state_block& each : blocks) {
    EXPECT_LT(each.bytes.size(), state_block_size + 64);
    EXPECT_GE(each.groups.begin + 1, last_end);
    last_end = each.groups.end;
    key_group_range seen{groups, 0};
    ASSERT_TRUE(
        (decode_entries<std::pair<std::uint64_t, std::uint64_t>>(each, [&](const auto& entry) {
          const std::uint32_t group = key_group_of(hash_key(entry.first), groups);
          seen.begin = std::min(seen.begin, group);
          seen.end = std::max(seen.end, group + 1);
          return status{};
        })).ok());
    EXPECT_EQ(seen, each.groups);
  }
  EXPECT_EQ(last_end, 96U);
}

TEST(FlatTableSnapshot, DoesNotChangeWithTheTable) {
  huge_page_memory memory;
  auto table = std::make_unique<flat_table<int, int>>(memory);
  for (int i = 0; i < 1000; ++i) table->find_or_insert(i, hash_key(i)) = i;
  const auto frozen = table->freeze();
  for (int i = 0; i < 500; ++i) table->erase(i, hash_key(i));
  for (int i = 700; i < 2000; ++i) table->find_or_insert(i, hash_key(i)) = -i;
  table.reset();
  flat_table<int, int> restored{memory};
  load_all(restored, blocks_of(*frozen));
  EXPECT_EQ(restored.size(), 1000U);
  restored.for_each([](int key, int value) { EXPECT_EQ(key, value); });
}

TEST(FlatTableSnapshot, DoesNotChangeWithBatchesWhileItIsRead) {
  huge_page_memory memory;
  flat_table<std::uint64_t, std::uint64_t> table{memory};
  std::mt19937_64 random{11};
  for (const std::uint64_t range : {900U, 1100U, 5000U, 90'000U}) {
    SCOPED_TRACE(range);
    const auto before = content_of(table);
    const auto frozen = table.freeze();
    std::vector<state_block> blocks;
    std::vector<std::uint64_t> keys(1024);
    std::vector<std::uint64_t> hashes(keys.size());
    const auto key_at = [&](std::size_t i) -> const std::uint64_t& { return keys[i]; };
    for (int round = 0; round < 200; ++round) {
      for (std::size_t i = 0; i < keys.size(); ++i) {
        keys[i] = random() % range;
        hashes[i] = hash_key(keys[i]);
      }
      std::size_t next = 0;
      table.update_batch(hashes, next, key_at,
                         [&](std::size_t i, std::uint64_t& value) { value += keys[i] + 1; });
      table.find_batch(hashes, key_at, [](std::size_t, std::uint64_t* found) { ++*found; });
      table.continue_growing(keys.size());
      if (round % 20 != 0) continue;
      if (auto block = frozen->next_block()) blocks.push_back(*std::move(block));
    }
    while (auto block = frozen->next_block()) blocks.push_back(*std::move(block));
    flat_table<std::uint64_t, std::uint64_t> restored{memory};
    load_all(restored, blocks);
    ASSERT_EQ(content_of(restored), before);
  }
}

TEST(FlatTableSnapshot, NamesItsTypes) {
  huge_page_memory memory;
  EXPECT_EQ((flat_table<std::string, double>{memory}.schema()),
            (table_schema{"keyed", "pair{string,f64}"}));
}

TEST(FlatTableSnapshot, DoesNotTakeAKeyTwice) {
  huge_page_memory memory;
  flat_table<int, int> table{memory};
  table.find_or_insert(7, hash_key(7)) = 1;
  const status loaded = table.load(blocks_of(table).front());
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.failure().code, error_code::corrupt_data);
  EXPECT_EQ(loaded.failure().message,
            "a key of key group 0 comes twice; the checkpoint is damaged, restore an older one");
}

TEST(FlatTableSnapshot, SaysWhatIsWrongWithABlock) {
  huge_page_memory memory;
  flat_table<int, std::string> table{memory};
  table.find_or_insert(7, hash_key(7)) = "seven";
  state_block block = blocks_of(table).front();
  flat_table<int, std::string> restored{memory};
  block.bytes += "!!";
  EXPECT_EQ(restored.load(block).failure().message,
            "2 bytes are left behind the last entry; the checkpoint is damaged, restore an older "
            "one");
  block.bytes.resize(block.bytes.size() - 4);
  const status cut = restored.load(block);
  EXPECT_EQ(cut.failure().code, error_code::corrupt_data);
  EXPECT_TRUE(cut.failure().message.starts_with("entry 1 of 1: part 2: decode string: needs 5"))
      << cut.failure().message;
}

}  // namespace
}  // namespace weir
