// SPDX-License-Identifier: Apache-2.0
// How values appear in messages.
#include "connectors/wording.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Wording, QuotesShortTextWhole) {
  EXPECT_EQ(in_quotes(""), "''");
  EXPECT_EQ(in_quotes("x1"), "'x1'");
  EXPECT_EQ(in_quotes(std::string(40, 'a')), "'" + std::string(40, 'a') + "'");
}

TEST(Wording, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(in_quotes(std::string(41, 'a')), "'" + std::string(40, 'a') + "...'");
  const std::string euro = "\xE2\x82\xAC";
  EXPECT_EQ(in_quotes(std::string(39, 'a') + euro + "b"), "'" + std::string(39, 'a') + "...'");
}

TEST(Wording, GivesSizesInTheLargestExactUnit) {
  EXPECT_EQ(byte_size(1), "1 byte");
  EXPECT_EQ(byte_size(1000), "1000 bytes");
  EXPECT_EQ(byte_size(64 * 1024), "64 KiB");
  EXPECT_EQ(byte_size(1024 * 1024), "1 MiB");
  EXPECT_EQ(byte_size(1024 * 1024 + 1024), "1025 KiB");
}

}  // namespace
}  // namespace weir
