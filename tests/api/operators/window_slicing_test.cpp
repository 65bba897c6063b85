// SPDX-License-Identifier: Apache-2.0
// Slices cut time exactly where windows start and end.
#include "api/operators/window_slicing.hpp"

#include <random>

#include <gtest/gtest.h>

#include "api/operator.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

event_time micros(std::int64_t count) { return event_time{duration{count}}; }

TEST(WindowSlicing, PutsEachTimeIntoASliceOfExactlyItsWindows) {
  std::mt19937_64 random{1};
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  for (int n = 0; n < 20'000; ++n) {
    const std::int64_t size = 1 + below(50);
    const std::int64_t slide = 1 + below(size);
    const std::int64_t offset = below(200) - 100;
    const window_slicing slicing{
        sliding_windows{duration{size}, duration{slide}, duration{offset}}};
    const std::int64_t time = below(1000) - 500;
    const slice_index slice = slicing.slice_of(micros(time));

    const window span = slicing.span_of(slice);
    ASSERT_LE(span.start, micros(time));
    ASSERT_LT(micros(time), span.end);
    ASSERT_EQ(slicing.slice_of(span.start), slice);
    ASSERT_EQ(slicing.slice_of(span.end), slice + 1);

    const window_index first = slicing.first_window_of(slice);
    const window_index last = slicing.last_window_of(slice);
    for (window_index k = first - 2; k <= last + 2; ++k) {
      const window in = slicing.window_at(k);
      ASSERT_EQ(in.end - in.start, duration{size});
      ASSERT_EQ((in.start.time_since_epoch().count() - offset) % slide, 0);
      ASSERT_EQ(in.start <= micros(time) && micros(time) < in.end, first <= k && k <= last);
      ASSERT_EQ(slicing.slice_of(in.start), slicing.first_slice_of(k));
      ASSERT_EQ(slicing.slice_of(in.end), slicing.end_slice_of(k));
    }
  }
}

TEST(WindowSlicing, NeedsNoMoreThanTwoSlicesForEachSlide) {
  const window_slicing slicing{sliding(10s, 3'333'333us)};
  EXPECT_LE(slicing.end_slice_of(0) - slicing.first_slice_of(0), 8);
}

TEST(WindowSlicing, KnowsWhichWindowsAreOver) {
  const window_slicing slicing{sliding(10s, 5s)};
  EXPECT_EQ(slicing.window_at(2).end, event_time{20s});
  EXPECT_EQ(slicing.first_window_open_at(event_time{20s} - 1us), 2);
  EXPECT_EQ(slicing.first_window_open_at(event_time{20s}), 3);
  EXPECT_EQ(slicing.first_window_open_at(event_time{20s}, 1us), 2);
  EXPECT_LT(slicing.first_window_open_at(beginning_of_time), -1'000'000'000);
  EXPECT_GT(slicing.first_window_open_at(end_of_time), 1'000'000'000);
}

TEST(WindowSlicing, HasOneWindowForAllThatEndsWithTime) {
  const window_slicing slicing{global_window()};
  EXPECT_EQ(slicing.slice_of(beginning_of_time), slicing.slice_of(end_of_time));
  EXPECT_EQ(slicing.window_at(0), (window{beginning_of_time, end_of_time}));
  EXPECT_EQ(slicing.first_window_open_at(end_of_time - 1us, 1h), 0);
  EXPECT_EQ(slicing.first_window_open_at(end_of_time, 1h), 1);
}

TEST(WindowSlicing, RefusesARecordWithoutATime) {
  require_time_for_window(event_time{0s});
  try {
    require_time_for_window(beginning_of_time);
    FAIL() << "the time was taken";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().message,
              "find the window of a record: it has no time; give the records their event times "
              "before the window");
  }
  EXPECT_THROW(require_time_for_window(end_of_time), task_failure);
}

}  // namespace
}  // namespace weir
