// SPDX-License-Identifier: Apache-2.0
// A range of key groups covers exactly their hashes and spreads them in order over any capacity.
#include "api/hash_range.hpp"

#include <random>

#include <gtest/gtest.h>

#include "api/operator.hpp"

namespace weir {
namespace {

TEST(HashRange, HoldsExactlyTheHashesOfItsKeyGroups) {
  std::mt19937_64 random{1};
  for (const std::uint32_t groups : {1U, 3U, 128U, 1000U, 1024U, 32768U}) {
    for (int n = 0; n < 2'000; ++n) {
      const auto begin = static_cast<std::uint32_t>(random() % groups);
      const auto end = begin + 1 + static_cast<std::uint32_t>(random() % (groups - begin));
      const hash_range range{{begin, end}, groups};
      // Near the borders, where rounding would show.
      for (const std::uint64_t near : {range.first(), range.last(), random()}) {
        for (const std::uint64_t hash : {near - 1, near, near + 1}) {
          const key_group group = key_group_of(hash, groups);
          ASSERT_EQ(range.contains(hash), begin <= group && group < end) << hash;
        }
      }
    }
  }
}

TEST(HashRange, IsAllHashesByDefault) {
  constexpr hash_range all;
  EXPECT_EQ(all.first(), 0U);
  EXPECT_EQ(all.last(), ~std::uint64_t{0});
}

TEST(HashRange, SpreadsItsHashesInOrderOverTheWholeCapacity) {
  for (const key_group_range groups : {key_group_range{0, 1024}, key_group_range{5, 6},
                                       key_group_range{341, 683}, key_group_range{1000, 1024}}) {
    const hash_range range{groups, 1024};
    for (const std::uint64_t capacity : {std::uint64_t{16}, std::uint64_t{1} << 20}) {
      const std::uint64_t spread = range.spread_over(capacity);
      EXPECT_EQ(range.position_of(range.first(), spread), 0U);
      EXPECT_EQ(range.position_of(range.last(), spread), capacity - 1);
      std::uint64_t last_position = 0;
      const std::uint64_t step = (range.last() - range.first()) / 1000;
      for (std::uint64_t n = 0; n < 1000; ++n) {
        const std::uint64_t position = range.position_of(range.first() + n * step, spread);
        ASSERT_LE(last_position, position);
        last_position = position;
      }
    }
  }
}

TEST(HashRange, SaysWhatIsWrongWithAKeyThatBelongsElsewhere) {
  try {
    fail_misrouted_key(12345);
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().message,
              "look up the state of a key: its hash 12345 belongs to another subtask; a key "
              "function must give a record the same key every time, so it must not depend on "
              "anything but the record");
  }
}

}  // namespace
}  // namespace weir
