// SPDX-License-Identifier: Apache-2.0
// What session windows do besides agreeing with the model (window_model_test): merging, emission in
// slices, timers and memory that go away, and processing time.
#include "api/operators/session_window.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/operators/window_operator.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

using counted = window_result<int, std::uint64_t>;
using counts = operator_harness<int, counted>;

auto count_sessions(const session_windows& windows, window_options options = {}) {
  return make_window_operator<int>(windows, std::identity{}, count(),
                                   emit_window_result<int, std::uint64_t>{}, options);
}

window between(std::int64_t start, std::int64_t end) { return {at(start), at(end)}; }

TEST(SessionWindow, EndsWhenAKeyPausesForLongerThanTheGap) {
  counts harness{count_sessions(session(10s))};
  for (const int time : {0, 10, 19, 30}) harness.push(1, at(time));
  harness.push(2, at(5));
  harness.watermark(at(29));
  EXPECT_EQ(harness.take(), (std::vector<timed<counted>>{{{2, between(5, 15), 1}, at(15) - 1us},
                                                         {{1, between(0, 29), 3}, at(29) - 1us}}));
  harness.finish();
  EXPECT_EQ(harness.values(), (std::vector<counted>{{1, between(30, 40), 1}}));
}

TEST(SessionWindow, MergesTheSessionsThatARecordConnects) {
  counts harness{count_sessions(session(10s))};
  for (const int time : {0, 40, 20}) harness.push(1, at(time));
  harness.push(1, at(10));
  harness.push(1, at(30));
  harness.finish();
  EXPECT_EQ(harness.values(), (std::vector<counted>{{1, between(0, 50), 5}}));
}

TEST(SessionWindow, TakesALateRecordThatALiveSessionReachesAndDropsOthers) {
  counts harness{count_sessions(session(10s), {0s, true, 1})};
  auto& late = harness.add_port<int>();
  harness.push({{1, at(12)}, {1, at(20)}});
  harness.watermark(at(14));
  harness.push(1, at(3));
  harness.push(1, at(1));
  harness.push(2, at(4));
  EXPECT_EQ(late.records, (std::vector<timed<int>>{{2, at(4)}}));
  harness.finish();
  EXPECT_EQ(harness.values(), (std::vector<counted>{{1, between(1, 30), 4}}));
}

TEST(SessionWindow, ForgetsKeysAndTimersWhenTheirSessionsAreOver) {
  counts harness{count_sessions(session(10s), {.allowed_lateness = 20s})};
  std::size_t after_warming_up = 0;
  for (int n = 0; n < 1000; ++n) {
    batch_of<int> batch;
    for (int key = 0; key < 100; ++key) batch.push(1000 * n + key, at(20 * n + key % 15));
    harness.push(batch);
    harness.watermark(at(20 * n));
    if (n == 20) after_warming_up = harness.backend().memory().bytes_in_use();
    if (n > 20) {
      ASSERT_LE(harness.backend().memory().bytes_in_use(), after_warming_up) << n;
    }
  }
  EXPECT_EQ(harness.backend().table_names(),
            (std::vector<std::string>{"window-session-timers", "window-sessions"}));
}

TEST(SessionWindow, EmitsNoMoreThanSixteenBatchesAtATime) {
  counts harness{count_sessions(session(10s))};
  batch_of<int> batch;
  for (int key = 0; key < 100'000; ++key) batch.push(key, at(key % 30));
  harness.push(batch);
  event_time last = beginning_of_time;
  std::size_t results = 0;
  bool done = false;
  for (std::size_t calls = 0; !done; ++calls) {
    ASSERT_LT(calls, 1000U);
    const std::size_t before = harness.batches_out();
    done = harness.tested().advance_to(at(100));
    ASSERT_LE(harness.batches_out() - before, 16U);
    for (const auto& each : harness.take()) {
      ASSERT_LE(last, each.time);
      last = each.time;
      ++results;
    }
  }
  EXPECT_EQ(results, 100'000U);
}

TEST(SessionWindow, FollowsTheMachinesClockInProcessingTime) {
  counts harness{count_sessions(session_processing_time(10s))};
  harness.processing_time_is(processing_at(3));
  harness.push(1, beginning_of_time);
  EXPECT_EQ(harness.tested().next_processing_timer(), processing_at(13));
  harness.processing_time_is(processing_at(8));
  harness.push(1, at(700));
  harness.processing_time_is(processing_at(13));
  EXPECT_TRUE(harness.take().empty());
  EXPECT_EQ(harness.tested().next_processing_timer(), processing_at(18));
  harness.watermark(at(5000));
  harness.processing_time_is(processing_at(18));
  EXPECT_EQ(harness.values(), (std::vector<counted>{{1, between(3, 18), 2}}));
  harness.push(2, at(0));
  harness.finish();
  EXPECT_EQ(harness.values(), (std::vector<counted>{{2, between(18, 28), 1}}));
}

struct touchy : count_aggregate {
  void add(std::uint64_t& so_far, int value) const {
    if (value < 0) throw std::runtime_error{"a negative value"};
    ++so_far;
  }
};

TEST(SessionWindow, CountsEachRecordOnceWhenAFunctionThrowsAndIsSkipped) {
  counts harness{make_window_operator<int>(
      session(10s), [](int value) { return value < -1 ? throw std::runtime_error{"key"} : 1; },
      touchy{}, emit_window_result<int, std::uint64_t>{}, window_options{})};
  harness.context().on_error = error_policy::skip;
  harness.push({{-1, at(1)}, {5, at(2)}, {-2, at(2)}, {-1, at(3)}, {6, at(4)}});
  harness.finish();
  EXPECT_EQ(harness.values(), (std::vector<counted>{{1, between(2, 14), 2}}));
  EXPECT_EQ(harness.counters().skipped, 3U);
  EXPECT_EQ(harness.counters().records_in, 5U);
}

TEST(SessionWindow, RefusesRecordsThatHaveNoTime) {
  counts harness{count_sessions(session(10s))};
  EXPECT_THROW(harness.push(1, beginning_of_time), task_failure);
}

}  // namespace
}  // namespace weir
