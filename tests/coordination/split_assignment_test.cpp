// SPDX-License-Identifier: Apache-2.0
// Splits are dealt out like cards: none is lost, none is given twice, nobody gets two more.
#include "coordination/split_assignment.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace weir {
namespace {

std::vector<source_split> splits_named(std::uint32_t count) {
  std::vector<source_split> splits;
  for (std::uint32_t n = 0; n < count; ++n) splits.push_back({std::to_string(n), {}});
  return splits;
}

TEST(SplitAssignment, DealsSplitsOutOneByOne) {
  const auto shares = assign_splits(splits_named(5), 2);
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0], (std::vector<source_split>{{"0", {}}, {"2", {}}, {"4", {}}}));
  EXPECT_EQ(shares[1], (std::vector<source_split>{{"1", {}}, {"3", {}}}));
}

TEST(SplitAssignment, KeepsThePositionsOfSplits) {
  const auto shares = assign_splits({{"a", "17"}}, 1);
  EXPECT_EQ(shares[0], (std::vector<source_split>{{"a", "17"}}));
}

TEST(SplitAssignment, GivesEachSplitToExactlyOneSubtaskInSharesThatDifferByOne) {
  for (std::uint32_t count = 0; count <= 20; ++count) {
    for (std::uint32_t parallelism = 1; parallelism <= 7; ++parallelism) {
      const auto shares = assign_splits(splits_named(count), parallelism);
      ASSERT_EQ(shares.size(), parallelism);
      std::size_t least = count;
      std::size_t most = 0;
      std::size_t total = 0;
      for (const auto& share : shares) {
        least = std::min(least, share.size());
        most = std::max(most, share.size());
        total += share.size();
      }
      EXPECT_EQ(total, count);
      EXPECT_LE(most - least, 1U);
    }
  }
}

}  // namespace
}  // namespace weir
