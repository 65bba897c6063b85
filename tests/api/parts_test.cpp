// SPDX-License-Identifier: Apache-2.0
// Structs, pairs, tuples and arrays, seen as parts in order.
#include "api/parts.hpp"

#include <array>
#include <string>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

namespace weir {
namespace {

struct trade {
  std::string symbol;
  double price = 0;
};

TEST(Parts, AreTheFieldsOfAStructAndTheElementsOfATuple) {
  std::pair<int, std::string> pair{1, "one"};
  std::get<0>(tie_parts(pair)) = 2;
  EXPECT_EQ(pair.first, 2);

  const std::array<int, 2> numbers{3, 4};
  EXPECT_EQ(tie_parts(numbers), std::tuple(3, 4));

  trade sold{"ACME", 1.5};
  EXPECT_EQ(std::get<0>(tie_parts(sold)), "ACME");
}

}  // namespace
}  // namespace weir
