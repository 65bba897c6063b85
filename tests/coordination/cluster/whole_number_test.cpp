// SPDX-License-Identifier: Apache-2.0
// What is a whole number, and what is said of the rest.
#include "coordination/cluster/whole_number.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(WholeNumber, IsBetweenOneAndTheMost) {
  EXPECT_EQ(*parse_whole_number("1", 8), 1U);
  EXPECT_EQ(*parse_whole_number("8", 8), 8U);
  for (const auto* const text : {"", "0", "9", "-1", "+1", "1x", " 1", "1.5", "99999999999"}) {
    EXPECT_FALSE(parse_whole_number(text, 8)) << text;
  }
  EXPECT_EQ(parse_whole_number("x", 8).failure().message, "'x' is not an integer between 1 and 8");
}

}  // namespace
}  // namespace weir
