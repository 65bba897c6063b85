// SPDX-License-Identifier: Apache-2.0
// Errors as values: what a result holds, and what a message becomes on its way up.
#include "api/error.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Result, HoldsAValueOrTheErrorThatPreventedIt) {
  const result<int> good = 7;
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(*good, 7);

  const result<int> bad = error{error_code::not_found, "read a.csv: no such file"};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.failure(), (error{error_code::not_found, "read a.csv: no such file"}));
}

TEST(Result, GivesAwayAValueThatCannotBeCopied) {
  result<std::unique_ptr<int>> made = std::make_unique<int>(3);
  const std::unique_ptr<int> taken = *std::move(made);
  EXPECT_EQ(*taken, 3);
}

TEST(Status, IsGoodUntilItFails) {
  EXPECT_TRUE(status{}.ok());
  const status failed = error{error_code::io_failure, "sync: disk full"};
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.failure().message, "sync: disk full");
}

TEST(Error, IsPrefixedWithWhatWasBeingDone) {
  const error outer = within(
      "read orders.csv", within("line 7", {error_code::malformed_record, "3 fields, expected 4"}));
  EXPECT_EQ(outer.message, "read orders.csv: line 7: 3 fields, expected 4");
  EXPECT_EQ(outer.code, error_code::malformed_record);
}

TEST(ErrorCode, HasAReadableNameForEachValue) {
  for (int code = 0; code <= static_cast<int>(error_code::internal); ++code) {
    EXPECT_NE(to_string(static_cast<error_code>(code)), "unknown") << code;
  }
  EXPECT_EQ(to_string(error_code::corrupt_data), "corrupt data");
  EXPECT_EQ(to_string(static_cast<error_code>(99)), "unknown");
}

TEST(AssertDeathTest, SaysWhatIsBrokenAndWhere) {
  const int credit = -1;
  EXPECT_DEATH(WEIR_ASSERT(credit >= 0),
               "broken invariant at .*error_test.cpp:[0-9]+: credit >= 0");
}

}  // namespace
}  // namespace weir
