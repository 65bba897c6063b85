// SPDX-License-Identifier: Apache-2.0
// New times in mid-stream: the operator's own watermarks replace those of its input.
#include "api/operators/assign_watermarks.hpp"

#include <gtest/gtest.h>

#include "api/watermark_strategy.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

template <class Strategy>
auto harness_of(const Strategy& strategy) {
  return operator_harness<int, int>{
      std::make_unique<assign_watermarks_operator<int, Strategy>>(strategy)};
}

event_time in_seconds(int x) { return at(x); }

TEST(AssignWatermarks, GivesNewTimesAndItsOwnWatermarks) {
  auto harness = harness_of(bounded_out_of_orderness(2s, &in_seconds));
  EXPECT_TRUE(harness.tested().makes_watermarks());
  harness.push({{10, at(1)}, {8, at(1)}});
  harness.watermark(at(50));
  harness.push(9, at(1));
  EXPECT_EQ(harness.take(), (std::vector<timed<int>>{{10, at(10)}, {8, at(8)}, {9, at(9)}}));
  EXPECT_EQ(harness.watermarks().emitted, std::vector<event_time>{at(8) - 1us});
  EXPECT_EQ(harness.counters().records_in, 3U);
  EXPECT_EQ(harness.counters().records_out, 3U);
}

TEST(AssignWatermarks, DoesNotGoBackAfterARestore) {
  const auto strategy = bounded_out_of_orderness(5s, &in_seconds);
  using tested = assign_watermarks_operator<int, std::remove_const_t<decltype(strategy)>>;
  operator_harness<int, int> harness{[&] { return std::make_unique<tested>(strategy); }};
  harness.push(100, at(0));
  const event_time before = at(95) - 1us;
  EXPECT_EQ(harness.watermarks().emitted.back(), before);
  harness.snapshot_and_restore();
  harness.push(50, at(0));
  EXPECT_EQ(harness.watermarks().emitted.back(), before);
  harness.snapshot_and_restore();
  harness.push(99, at(0));
  EXPECT_EQ(harness.watermarks().emitted.back(), before);
  harness.push(101, at(0));
  EXPECT_EQ(harness.watermarks().emitted.back(), before + 1s);
}

TEST(AssignWatermarks, FallsIdleByTheClockAndWakesWithARecord) {
  auto harness = harness_of(monotonous(&in_seconds).with_idleness(5s));
  harness.context().now = processing_at(100);
  harness.push(1, at(0));
  EXPECT_EQ(harness.tested().next_processing_timer(), processing_at(105));
  harness.processing_time_is(processing_at(104));
  EXPECT_EQ(harness.watermarks().idle, std::vector<bool>{});
  harness.processing_time_is(processing_at(105));
  EXPECT_EQ(harness.watermarks().idle, std::vector<bool>{true});
  EXPECT_EQ(harness.tested().next_processing_timer(), std::nullopt);
  harness.context().now = processing_at(110);
  harness.push(2, at(0));
  EXPECT_EQ(harness.watermarks().idle, (std::vector<bool>{true, false}));
}

}  // namespace
}  // namespace weir
