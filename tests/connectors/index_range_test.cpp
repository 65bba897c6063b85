// SPDX-License-Identifier: Apache-2.0
// Ranges of indexes: every index in one of them, and the same range after a restore.
#include "connectors/index_range.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

std::multiset<std::uint64_t> indexes_of(const std::vector<index_range>& ranges) {
  std::multiset<std::uint64_t> indexes;
  for (const auto& range : ranges) {
    for (auto i = range.next; i < range.end; i += range.stride) indexes.insert(i);
  }
  return indexes;
}

TEST(IndexRange, CoversEveryIndexOnceHoweverItIsCut) {
  for (std::uint64_t count = 0; count < 20; ++count) {
    for (std::uint64_t parts = 1; parts < 8; ++parts) {
      std::multiset<std::uint64_t> all;
      for (std::uint64_t i = 0; i < count; ++i) all.insert(i);
      EXPECT_EQ(indexes_of(contiguous_ranges(count, parts)), all);
      EXPECT_EQ(indexes_of(strided_ranges(count, parts)), all);
      EXPECT_EQ(contiguous_ranges(count, parts).size(), std::min(count, parts));
    }
  }
}

TEST(IndexRange, CountsWhatIsLeft) {
  EXPECT_EQ((index_range{.begin = 1, .end = 10, .stride = 4}.left()), 3U);
  EXPECT_EQ((index_range{.begin = 1, .end = 9, .stride = 4}.left()), 2U);
  EXPECT_EQ((index_range{.begin = 0, .end = 4, .stride = 1, .next = 4}.left()), 0U);
}

TEST(IndexRange, SurvivesTheWayThroughASplit) {
  const std::vector<index_range> ranges{{.begin = 250, .end = 500, .next = 261},
                                        {.begin = 1, .end = 1000, .stride = 4},
                                        {.begin = 3, .end = index_range::unbounded, .stride = 4}};
  const auto splits = to_source_splits(ranges);
  EXPECT_EQ(splits[0], (source_split{"[250,500)", "261"}));
  EXPECT_EQ(splits[1], (source_split{"[1,1000)/4", ""}));
  EXPECT_EQ(splits[2], (source_split{"[3,)/4", ""}));
  const auto parsed = parse_index_ranges("generator", splits);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, ranges);
}

TEST(IndexRange, RefusesWhatIsNoRange) {
  const std::vector<source_split> wrong{{"", ""},        {"[1", ""},      {"[1,2", ""},
                                        {"[x,2)", ""},   {"[1,2)/0", ""}, {"[1,2)/", ""},
                                        {"[1,2)x", ""},  {"[5,9)", "4"},  {"[5,9)", "x"},
                                        {"[5,9)", "6x"}, {"[5,9)/-1", ""}};
  for (const auto& split : wrong) {
    const auto parsed = parse_index_ranges("generator", {split});
    ASSERT_FALSE(parsed) << split.id;
    EXPECT_EQ(parsed.failure().code, error_code::corrupt_data);
    EXPECT_EQ(parsed.failure().message, "generator: read the split '" + split.id + "' at '" +
                                            split.position + "': not a range of indexes");
  }
}

}  // namespace
}  // namespace weir
