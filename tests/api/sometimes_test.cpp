// SPDX-License-Identifier: Apache-2.0
// Marks are known before they are passed, and count how often they were.
#include "api/sometimes.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace weir {
namespace {

void pass(int number) {
  if (number == 1) WEIR_SOMETIMES("a test has passed the first");
  if (number == 2) WEIR_SOMETIMES("a test has passed the second");
}

std::uint64_t times(std::string_view what) {
  for (const auto& each : sometimes_marks()) {
    if (each.what == what) return each.passed;
  }
  ADD_FAILURE() << what << ": is not known";
  return 0;
}

TEST(Sometimes, CountsHowOftenAMarkWasPassed) {
  EXPECT_EQ(times("a test has passed the first"), 0U);
  pass(1);
  pass(1);
  EXPECT_EQ(times("a test has passed the first"), 2U);
  EXPECT_EQ(times("a test has passed the second"), 0U);
}

}  // namespace
}  // namespace weir
