// SPDX-License-Identifier: Apache-2.0
// Placement: which key group a hash belongs to, and which subtask owns the group. The golden values
// are part of the snapshot format; if one changes, restored state is looked for in the wrong place.
#include "api/key_group.hpp"

#include <array>
#include <cstdint>
#include <set>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(KeyGroup, OfGoldenHashesNeverChanges) {
  EXPECT_EQ(hash_bytes(""), 0x2d06800538d394c2ULL);
  EXPECT_EQ(hash_bytes("a"), 0xe6c632b61e964e1fULL);
  EXPECT_EQ(hash_bytes("the quick brown fox jumps over the lazy dog"), 16452804598910240170ULL);
  EXPECT_EQ(mix(0), 0ULL);
  EXPECT_EQ(mix(1), 4326460912318144697ULL);
  EXPECT_EQ(mix(~std::uint64_t{0}), 10400452472442790416ULL);
  EXPECT_EQ(key_group_of(hash_bytes("a"), default_max_parallelism), 923);
  EXPECT_EQ(key_group_of(mix(1), default_max_parallelism), 240);
}

TEST(KeyGroup, CoversTheWholeRangeOfHashes) {
  for (const std::uint32_t groups : {1U, 2U, 1000U, 1024U, highest_max_parallelism}) {
    EXPECT_EQ(key_group_of(0, groups), 0);
    EXPECT_EQ(key_group_of(~std::uint64_t{0}, groups), groups - 1);
  }
}

TEST(KeyGroup, GrowsWithTheHash) {
  key_group previous = 0;
  for (std::uint64_t step = 0; step < 4096; ++step) {
    const key_group group = key_group_of(step << 52, 1000);
    EXPECT_GE(group, previous);
    previous = group;
  }
}

TEST(KeyGroup, IsSpreadEvenlyOverNeighbouringKeys) {
  std::array<int, 64> keys_in{};
  for (std::uint64_t key = 0; key < 64'000; ++key) ++keys_in[key_group_of(mix(key), 64)];
  for (const int keys : keys_in) {
    EXPECT_GT(keys, 800);
    EXPECT_LT(keys, 1200);
  }
}

TEST(Mix, IsOneToOneOnASample) {
  std::set<std::uint64_t> plain;
  std::set<std::uint64_t> mixed;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    plain.insert(i << (i % 40));
    mixed.insert(mix(i << (i % 40)));
  }
  EXPECT_EQ(mixed.size(), plain.size());
}

TEST(Owner, RangesAreDisjointCompleteAndTheInverseOfOwnership) {
  for (const std::uint32_t groups : {1U, 7U, 128U, 1024U}) {
    for (const std::uint32_t parallelism : {1U, 2U, 3U, 5U, 7U, 64U}) {
      if (parallelism > groups) continue;
      std::uint32_t next = 0;
      for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
        const key_group_range range = key_groups_of({subtask}, parallelism, groups);
        EXPECT_EQ(range.begin, next);
        EXPECT_LT(range.begin, range.end);
        for (std::uint32_t group = range.begin; group < range.end; ++group) {
          const auto owner = owner_of(static_cast<key_group>(group), parallelism, groups);
          EXPECT_EQ(owner, subtask_index{subtask});
        }
        next = range.end;
      }
      EXPECT_EQ(next, groups);
    }
  }
}

TEST(Owner, AtTheHighestParallelismHasOneGroupEach) {
  const key_group_range last = key_groups_of({highest_max_parallelism - 1}, highest_max_parallelism,
                                             highest_max_parallelism);
  EXPECT_EQ(last, (key_group_range{highest_max_parallelism - 1, highest_max_parallelism}));
}

TEST(KeyGroupRange, ContainsItsBeginningButNotItsEnd) {
  const key_group_range range{3, 5};
  EXPECT_FALSE(range.contains(2));
  EXPECT_TRUE(range.contains(3));
  EXPECT_TRUE(range.contains(4));
  EXPECT_FALSE(range.contains(5));
}

}  // namespace
}  // namespace weir
