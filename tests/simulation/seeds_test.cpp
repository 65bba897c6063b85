// SPDX-License-Identifier: Apache-2.0
// How many seeds a test tries, as its environment says.
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

TEST(SeedsDeathTest, AreAsManyAsTheEnvironmentSays) {
  ::unsetenv("WEIR_SEEDS_TEST");
  EXPECT_EQ(number_from_environment("WEIR_SEEDS_TEST", 7), 7U);
  ::setenv("WEIR_SEEDS_TEST", "18446744073709551615", 1);
  EXPECT_EQ(number_from_environment("WEIR_SEEDS_TEST", 7), 18'446'744'073'709'551'615U);
}

TEST(SeedsDeathTest, EndTheProgramIfThatIsNoNumber) {
  for (const char* const wrong : {"", "many", "5 ", "-1", "18446744073709551616"}) {
    ::setenv("WEIR_SEEDS_TEST", wrong, 1);
    EXPECT_EXIT(number_from_environment("WEIR_SEEDS_TEST", 7), ::testing::ExitedWithCode(2),
                "WEIR_SEEDS_TEST='.*' is no number: unset it, or give it one from 0 on");
  }
}

}  // namespace
}  // namespace weir
