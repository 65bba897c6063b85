// SPDX-License-Identifier: Apache-2.0
// Letters change, and nothing else does.
#include "coordination/lower_case.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(LowerCase, ChangesLettersOnly) {
  EXPECT_EQ(lower_case(""), "");
  EXPECT_EQ(lower_case("64 MB"), "64 mb");
  EXPECT_EQ(lower_case("@AZ[`az{"), "@az[`az{");
  EXPECT_EQ(lower_case("\xC3\x84"), "\xC3\x84") << "bytes of other letters";
}

}  // namespace
}  // namespace weir
