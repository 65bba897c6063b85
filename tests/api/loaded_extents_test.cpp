// SPDX-License-Identifier: Apache-2.0
// Which extents consist of which blocks when an array was filled from them.
#include "api/loaded_extents.hpp"

#include <initializer_list>

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr std::size_t elsewhere = 4;

class LoadedExtents : public testing::Test {
protected:
  LoadedExtents() { extents.begin_block(7, 4, true); }

  // A block whose entries land in these extents of array 7, one after the other.
  void load(std::uint32_t block, std::initializer_list<std::size_t> landed) {
    extents.begin_block(7, 4, false);
    for (const auto extent : landed) extents.on_landed(extent);
    extents.end_block(7, block);
  }
  // "0: 1 2, 3: 5" if extent 0 consists of the blocks 1 and 2, and extent 3 of block 5.
  std::string wholes() const {
    std::string text;
    for (const auto& part : extents.parts({7, 256, {10, 11, 12, 13}})) {
      EXPECT_EQ(part.name.array, 7U);
      EXPECT_EQ(part.name.version, 10 + part.name.extent);
      text += (text.empty() ? "" : ", ") + std::to_string(part.name.extent) + ":";
      for (const auto block : part.blocks) text += " " + std::to_string(block);
    }
    return text;
  }

  loaded_extents extents;
};

TEST_F(LoadedExtents, ConsistOfTheBlocksThatLandThere) {
  load(1, {0, 0, 0});
  load(5, {3});
  load(2, {0, 0});
  EXPECT_EQ(wholes(), "0: 1 2, 3: 5");
}

TEST_F(LoadedExtents, AreNotWholeWhereABlockOfTwoHasLanded) {
  load(1, {0, 0});
  load(2, {1, 1, 2});
  load(3, {2});
  load(4, {3});
  EXPECT_EQ(wholes(), "0: 1, 3: 4");
}

TEST_F(LoadedExtents, AreNotWholeWhereABlockWithoutANumberHasLanded) {
  load(1, {0});
  load(0, {0, 0});
  load(2, {1});
  EXPECT_EQ(wholes(), "1: 2");
}

TEST_F(LoadedExtents, AreNotWholeIfAPartOfTheBlockIsElsewhere) {
  load(1, {0, elsewhere, 0});
  load(2, {elsewhere, 1});
  load(3, {2, elsewhere});
  load(4, {3});
  load(5, {elsewhere});
  EXPECT_EQ(wholes(), "3: 4");
}

TEST_F(LoadedExtents, AreUnknownInAnArrayThatTookThePlaceOfAnother) {
  load(1, {0});
  extents.begin_block(8, 8, false);
  EXPECT_FALSE(extents.is_on());
  extents.on_landed(0);
  extents.end_block(8, 2);
  EXPECT_TRUE(extents.parts({8, 256, std::vector<std::uint32_t>(8)}).empty());
}

TEST_F(LoadedExtents, AreUnknownIfTheArrayIsAnotherAtTheEndOfABlock) {
  load(1, {0});
  extents.begin_block(7, 4, false);
  extents.on_landed(1);
  extents.end_block(8, 2);
  EXPECT_EQ(wholes(), "");
}

TEST_F(LoadedExtents, AreThoseOfTheLastArrayThatWasEmpty) {
  load(1, {elsewhere});
  extents.begin_block(8, 2, true);
  extents.on_landed(1);
  extents.end_block(8, 2);
  const auto parts = extents.parts({8, 256, {1, 1}});
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].name, (content_name{8, 1, 1}));
  EXPECT_EQ(wholes(), "") << "these are the names of another array";
}

TEST_F(LoadedExtents, AreUnknownWhereChangesAreNotTracked) {
  extents.begin_block(0, 1, true);
  EXPECT_FALSE(extents.is_on());
}

}  // namespace
}  // namespace weir
