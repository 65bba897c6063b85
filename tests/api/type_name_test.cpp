// SPDX-License-Identifier: Apache-2.0
// Types are named in messages as their author wrote them.
#include "api/type_name.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

struct trade {};

TEST(TypeName, NamesTypesAsTheirAuthorWroteThem) {
  EXPECT_EQ(type_name(typeid(int)), "int");
  EXPECT_EQ(type_name(typeid(std::string)), "std::string");
  EXPECT_EQ(type_name(typeid(std::pair<std::string, double>)), "std::pair<std::string, double>");
  EXPECT_EQ(type_name(typeid(trade)), "weir::trade");
}

}  // namespace
}  // namespace weir
