// SPDX-License-Identifier: Apache-2.0
// A constant rate without a clock.
#include "connectors/pace.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr processing_time start{seconds{1000}};

TEST(Pace, BeginsWithOneAndKeepsItsRate) {
  pace tenth{10};
  EXPECT_EQ(tenth.due(start), 1U);
  tenth.take(1);
  EXPECT_EQ(tenth.due(start), 0U);
  EXPECT_EQ(tenth.next_due(), start + milliseconds{100});
  EXPECT_EQ(tenth.due(start + milliseconds{99}), 0U);
  EXPECT_EQ(tenth.due(start + milliseconds{100}), 1U);
}

TEST(Pace, MakesUpForTimeThatNobodyAsked) {
  pace tenth{10};
  EXPECT_EQ(tenth.due(start), 1U);
  EXPECT_EQ(tenth.due(start + seconds{2}), 21U);
  tenth.take(20);
  EXPECT_EQ(tenth.due(start + seconds{2}), 1U);
}

TEST(Pace, HasSomethingDueWhenItSaidSo) {
  for (const double rate : {0.3, 3.0, 7.0, 1e3 / 3, 999'999.0, 5e6}) {
    pace kept{rate};
    auto now = start;
    for (int i = 0; i < 1000; ++i) {
      const auto due = kept.due(now);
      ASSERT_GT(due, 0U) << rate << " at step " << i;
      kept.take(due);
      now = kept.next_due();
    }
  }
}

TEST(Pace, OwesNothingWhenTheClockGoesBack) {
  pace tenth{10};
  EXPECT_EQ(tenth.due(start), 1U);
  EXPECT_EQ(tenth.due(start - seconds{1}), 0U);
}

}  // namespace
}  // namespace weir
