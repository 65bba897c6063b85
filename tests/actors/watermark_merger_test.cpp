// SPDX-License-Identifier: Apache-2.0
// Event time of a task: the minimum over its active channels, and never backwards.
#include "actors/watermark_merger.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr channel_index first{0};
constexpr channel_index second{1};

event_time at(std::int64_t micros) { return event_time{duration{micros}}; }

TEST(WatermarkMerger, FollowsTheSlowestChannel) {
  watermark_merger merger{2};
  EXPECT_EQ(merger.on_watermark(first, at(10)), std::nullopt);
  EXPECT_EQ(merger.on_watermark(second, at(4)), at(4));
  EXPECT_EQ(merger.on_watermark(second, at(7)), at(7));
  EXPECT_EQ(merger.on_watermark(second, at(12)), at(10));
  EXPECT_EQ(merger.current(), at(10));
}

TEST(WatermarkMerger, FollowsAnOnlyChannel) {
  watermark_merger merger{1};
  EXPECT_EQ(merger.on_watermark(first, at(1)), at(1));
  EXPECT_EQ(merger.on_watermark(first, at(2)), at(2));
}

TEST(WatermarkMerger, IgnoresAWatermarkThatGoesBack) {
  watermark_merger merger{1};
  ASSERT_EQ(merger.on_watermark(first, at(5)), at(5));
  EXPECT_EQ(merger.on_watermark(first, at(3)), std::nullopt);
  EXPECT_EQ(merger.on_watermark(first, at(5)), std::nullopt);
  EXPECT_EQ(merger.current(), at(5));
}

TEST(WatermarkMerger, IsNotHeldBackByAnIdleChannel) {
  watermark_merger merger{2};
  ASSERT_EQ(merger.on_watermark(first, at(10)), std::nullopt);
  EXPECT_EQ(merger.on_idle(second, true), at(10));
  EXPECT_EQ(merger.on_watermark(first, at(11)), at(11));
}

TEST(WatermarkMerger, DoesNotGoBackWhenALaggingChannelWakesUp) {
  watermark_merger merger{2};
  ASSERT_EQ(merger.on_idle(second, true), std::nullopt);
  ASSERT_EQ(merger.on_watermark(first, at(10)), at(10));
  EXPECT_EQ(merger.on_idle(second, false), std::nullopt);
  EXPECT_EQ(merger.on_watermark(second, at(3)), std::nullopt);
  EXPECT_EQ(merger.current(), at(10));
  EXPECT_EQ(merger.on_watermark(first, at(20)), std::nullopt);
  EXPECT_EQ(merger.on_watermark(second, at(15)), at(15));
}

TEST(WatermarkMerger, StandsStillWhileEveryChannelIsIdle) {
  watermark_merger merger{2};
  ASSERT_EQ(merger.on_watermark(first, at(10)), std::nullopt);
  ASSERT_EQ(merger.on_idle(first, true), std::nullopt);
  EXPECT_FALSE(merger.is_idle());
  EXPECT_EQ(merger.on_idle(second, true), std::nullopt);
  EXPECT_TRUE(merger.is_idle());
  EXPECT_EQ(merger.current(), beginning_of_time);
}

TEST(WatermarkMerger, IsNotHeldBackByAnEndedChannel) {
  watermark_merger merger{2};
  ASSERT_EQ(merger.on_watermark(first, at(10)), std::nullopt);
  EXPECT_EQ(merger.on_ended(second), at(10));
  EXPECT_FALSE(merger.has_ended());
}

TEST(WatermarkMerger, IsIdleWhenAllThatHasNotEndedIs) {
  watermark_merger merger{2};
  ASSERT_EQ(merger.on_ended(first), std::nullopt);
  ASSERT_EQ(merger.on_idle(second, true), std::nullopt);
  EXPECT_TRUE(merger.is_idle());
}

TEST(WatermarkMerger, ComesToTheEndOfTimeOnceAllChannelsHaveEnded) {
  watermark_merger merger{2};
  ASSERT_EQ(merger.on_ended(first), std::nullopt);
  EXPECT_EQ(merger.on_ended(second), end_of_time);
  EXPECT_TRUE(merger.has_ended());
  EXPECT_FALSE(merger.is_idle());
}

// Against the definition: the minimum over the active channels, kept from going back.
TEST(WatermarkMerger, AgreesWithItsDefinitionOnRandomEvents) {
  for (const auto seed : seeds_for(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_numbers random{seed};
    const auto count = static_cast<std::uint32_t>(1 + random.below(5));
    watermark_merger merger{count};
    struct model_channel {
      event_time mark = beginning_of_time;
      bool counts = true;
      bool has_ended = false;
    };
    std::vector<model_channel> model(count);
    event_time expected = beginning_of_time;
    for (int i = 0; i < 100; ++i) {
      const channel_index channel{static_cast<std::uint32_t>(random.below(count))};
      auto& mine = model[channel.value];
      if (mine.has_ended) continue;
      std::optional<event_time> advanced;
      switch (random.below(20)) {
        case 0:
          mine.has_ended = true;
          mine.counts = false;
          advanced = merger.on_ended(channel);
          break;
        case 1:
        case 2:
          mine.counts = !mine.counts;
          advanced = merger.on_idle(channel, !mine.counts);
          break;
        default:
          mine.mark = std::max(mine.mark, at(static_cast<std::int64_t>(random.below(1000))));
          advanced = merger.on_watermark(channel, mine.mark);
      }
      const bool all_ended =
          std::all_of(model.begin(), model.end(), [](const auto& m) { return m.has_ended; });
      auto lowest = end_of_time;
      bool any = all_ended;
      for (const auto& each : model) {
        if (each.counts) lowest = std::min(lowest, each.mark);
        any = any || each.counts;
      }
      const auto before = expected;
      if (any) expected = std::max(expected, lowest);
      ASSERT_EQ(merger.current(), expected);
      ASSERT_EQ(advanced.has_value(), expected != before);
    }
  }
}

}  // namespace
}  // namespace weir
