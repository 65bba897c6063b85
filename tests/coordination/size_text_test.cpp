// SPDX-License-Identifier: Apache-2.0
// Amounts of memory are read as they are written.
#include "coordination/size_text.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SizeText, IsANumberAndAUnit) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("17"), 17U);
  EXPECT_EQ(parse_size("17b"), 17U);
  EXPECT_EQ(parse_size("64mb"), std::uint64_t{64} << 20);
  EXPECT_EQ(parse_size("64 MB"), std::uint64_t{64} << 20);
  EXPECT_EQ(parse_size("3Gb"), std::uint64_t{3} << 30);
  EXPECT_EQ(parse_size("1tb"), std::uint64_t{1} << 40);
}

TEST(SizeText, IsNothingElse) {
  for (const char* text : {"", "mb", "-1", "1.5gb", "64m", "64mbs", "64  mb", "64mb ", " 64mb",
                           "17179869184gb", "99999999999999999999"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(SizeText, HasTheLargestUnitThatLeavesNoFraction) {
  EXPECT_EQ(size_text(0), "0b");
  EXPECT_EQ(size_text(1023), "1023b");
  EXPECT_EQ(size_text(1024), "1kb");
  EXPECT_EQ(size_text(std::uint64_t{1536} << 20), "1536mb");
  EXPECT_EQ(size_text(std::uint64_t{1} << 40), "1tb");
  EXPECT_EQ(size_text(std::uint64_t{2048} << 40), "2048tb");
}

TEST(SizeText, IsReadAsItIsWritten) {
  for (int shift = 0; shift < 64; ++shift) {
    const std::uint64_t size = std::uint64_t{1} << shift;
    EXPECT_EQ(parse_size(size_text(size)), size);
    EXPECT_EQ(parse_size(size_text(size - 1)), size - 1);
  }
}

}  // namespace
}  // namespace weir
