// SPDX-License-Identifier: Apache-2.0
// Which extents of an array get a new version when it is frozen.
#include "api/changed_extents.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(ChangedExtents, AreThoseThatWereMarkedSinceTheLastFreeze) {
  auto extents = changed_extents::tracked(7, 4096, 16);
  const auto first = extents.freeze();
  EXPECT_EQ(first.array, 7U);
  EXPECT_EQ(first.slots_per_extent, 1024U);
  EXPECT_EQ(first.versions, (std::vector<std::uint32_t>{0, 0, 0, 0})) << "nothing is in there";
  extents.mark(0);
  extents.mark(1023);
  extents.mark(3000);
  EXPECT_EQ(extents.freeze().versions, (std::vector<std::uint32_t>{2, 0, 2, 0}));
  EXPECT_EQ(extents.freeze().versions, (std::vector<std::uint32_t>{2, 0, 2, 0}));
  extents.mark(1024);
  extents.mark(4095);
  EXPECT_EQ(extents.freeze().versions, (std::vector<std::uint32_t>{2, 4, 2, 4}));
}

TEST(ChangedExtents, CanAllBeMarked) {
  auto extents = changed_extents::tracked(1, 4096, 16);
  extents.mark_all();
  EXPECT_EQ(extents.freeze().versions, (std::vector<std::uint32_t>{1, 1, 1, 1}));
}

TEST(ChangedExtents, HaveAFewHundredSlotsAtLeastAndAreNeverLargerThanTheArray) {
  EXPECT_EQ(changed_extents::tracked(1, 16, 16).freeze().slots_per_extent, 16U);
  EXPECT_EQ(changed_extents::tracked(1, 16, 16).freeze().versions.size(), 1U);
  EXPECT_EQ(changed_extents::tracked(1, 1 << 20, 4096).freeze().slots_per_extent, 256U);
  EXPECT_EQ(changed_extents::tracked(1, 1 << 20, 48).freeze().slots_per_extent, 256U);
  EXPECT_EQ(changed_extents::tracked(1, 1 << 20, 1).freeze().slots_per_extent, 16384U);
}

TEST(ChangedExtents, HaveNoNamesWhereChangesAreNotTracked) {
  auto extents = changed_extents::untracked();
  extents.mark(0);
  extents.mark(std::size_t{1} << 40);
  extents.mark_all();
  EXPECT_TRUE(extents.freeze().versions.empty());
  EXPECT_EQ(extents.freeze().array, 0U);
}

}  // namespace
}  // namespace weir
