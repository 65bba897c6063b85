// SPDX-License-Identifier: Apache-2.0
// A few reports pass as they are; of many some do, and none is lost without being counted.
#include "network/report_limit.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using std::chrono::milliseconds;

constexpr processing_time start{std::chrono::hours{1}};

TEST(ReportLimit, PassesAFewOn) {
  report_limit limit{3};
  for (int i = 0; i < 30; ++i) EXPECT_EQ(limit.pass(start + milliseconds{400 * i}), 0U);
}

TEST(ReportLimit, HoldsManyBackAndSaysHowMany) {
  report_limit limit{3};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.pass(start), 0U);
  for (int i = 0; i < 1'000; ++i)
    EXPECT_EQ(limit.pass(start + milliseconds{i % 1'000}), std::nullopt);
  EXPECT_EQ(limit.pass(start + milliseconds{1'000}), 1'000U);
  EXPECT_EQ(limit.pass(start + milliseconds{1'001}), 0U);
}

}  // namespace
}  // namespace weir
