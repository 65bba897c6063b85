// SPDX-License-Identifier: Apache-2.0
// What aligned windows do besides agreeing with the model (window_model_test): emission in slices,
// memory, gaps, processing time, functions, and errors.
#include "api/operators/aligned_window.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/aggregates/reduce.hpp"
#include "api/operators/window_operator.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

struct visit {
  std::string page;
  int seconds = 0;
  friend bool operator==(const visit&, const visit&) = default;
};

using counted = window_result<std::string, std::uint64_t>;
using totals = operator_harness<visit, counted>;

template <class Assigner>
auto count_visits(const Assigner& windows, window_options options = {}) {
  return make_window_operator<visit>(windows, &visit::page, count(),
                                     emit_window_result<std::string, std::uint64_t>{}, options);
}

window between(std::int64_t start, std::int64_t end) { return {at(start), at(end)}; }

TEST(AlignedWindow, EmitsResultsWithTheLastInstantOfTheWindow) {
  totals harness{count_visits(tumbling(10s))};
  harness.push({{{"a"}, at(1)}, {{"a"}, at(9)}, {{"a"}, at(10)}});
  harness.watermark(at(10) - 2us);
  EXPECT_TRUE(harness.take().empty());
  harness.watermark(at(10) - 1us);
  EXPECT_EQ(harness.take(),
            (std::vector<timed<counted>>{{{"a", between(0, 10), 2}, at(10) - 1us}}));
  harness.finish();
  EXPECT_EQ(harness.values(), (std::vector<counted>{{"a", between(10, 20), 1}}));
  EXPECT_EQ(harness.counters().records_in, 3U);
  EXPECT_EQ(harness.counters().records_out, 2U);
}

TEST(AlignedWindow, FiresEachOverlappingWindowInOrderOfTime) {
  totals harness{count_visits(sliding(10s, 5s))};
  harness.push({"a"}, at(7));
  harness.push({"a"}, at(12));
  harness.finish();
  EXPECT_EQ(harness.values(),
            (std::vector<counted>{
                {"a", between(0, 10), 1}, {"a", between(5, 15), 2}, {"a", between(10, 20), 1}}));
}

TEST(AlignedWindow, SkipsYearsWithoutRecordsInAFewSteps) {
  for (const duration size : {duration{1ms}, duration{1s}}) {
    totals harness{count_visits(sliding(size, 1ms))};
    harness.push({"a"}, at(0));
    harness.watermark(at(1));
    harness.push({"b"}, at(4'000'000'000));
    EXPECT_LE(harness.watermark(at(4'000'000'000) - 1s), 10U);
    EXPECT_LE(harness.watermark(at(8'000'000'000)), 10U);
    EXPECT_EQ(harness.values().size(), 2U * static_cast<std::size_t>(size / 1ms));
  }
}

TEST(AlignedWindow, FiresOneWindowForAllAtTheEnd) {
  totals harness{count_visits(global_window())};
  harness.push({"a"}, beginning_of_time);
  harness.push({"a"}, at(5));
  harness.watermark(at(1'000'000));
  harness.push({"a"}, at(6));
  EXPECT_TRUE(harness.take().empty());
  harness.finish();
  EXPECT_EQ(harness.take(), (std::vector<timed<counted>>{
                                {{"a", {beginning_of_time, end_of_time}, 3}, end_of_time - 1us}}));
  EXPECT_EQ(harness.counters().late_dropped, 0U);
}

template <class Aggregate>
void expect_firing_in_slices(const sliding_windows& windows, Aggregate aggregate) {
  using out = window_result<int, int>;
  operator_harness<int, out> harness{make_window_operator<int>(
      windows, std::identity{}, aggregate, emit_window_result<int, int>{}, window_options{})};
  constexpr int keys = 200'000;
  batch_of<int> batch;
  for (int key = 0; key < keys; ++key) batch.push(key, at(key % 30));
  harness.push(batch);
  std::size_t results = 0;
  bool done = false;
  for (std::size_t calls = 0; !done; ++calls) {
    ASSERT_LT(calls, 1000U);
    const std::size_t before = harness.batches_out();
    done = harness.tested().advance_to(at(100));
    ASSERT_LE(harness.batches_out() - before, 17U);
    for (const out& each : harness.values()) {
      ASSERT_EQ(each.key, each.value);
      ++results;
    }
  }
  EXPECT_EQ(results, static_cast<std::size_t>(keys) * (windows.size / windows.slide));
  EXPECT_GT(harness.batches_out(), 200U);
}

TEST(AlignedWindow, EmitsNoMoreThanSixteenBatchesAtATime) {
  expect_firing_in_slices(sliding(10s, 10s), maximum());
  expect_firing_in_slices(sliding(10s, 2s), maximum());
  const auto first = [](int a, int) { return a; };
  expect_firing_in_slices(sliding(10s, 2s), reduce_aggregate<int, decltype(first)>{first});
}

TEST(AlignedWindow, UsesTheMemoryOfOldSlicesAgain) {
  totals harness{count_visits(sliding(10s, 5s))};
  std::size_t after_warming_up = 0;
  for (int n = 0; n < 1000; ++n) {
    std::vector<timed<visit>> batch;
    for (int i = 0; i < 200; ++i) batch.push_back({{std::to_string(i)}, at(5 * n + i % 5)});
    harness.push(batch);
    harness.watermark(at(5 * n));
    if (n == 10) after_warming_up = harness.backend().memory().bytes_in_use();
    if (n > 10) {
      ASSERT_LE(harness.backend().memory().bytes_in_use(), after_warming_up) << n;
    }
  }
  EXPECT_EQ(harness.backend().table_names(), (std::vector<std::string>{"window-slices"}));
}

TEST(AlignedWindow, FiresAgainForTheKeyOfALateRecordOnly) {
  totals harness{count_visits(tumbling(10s), {.allowed_lateness = 5s})};
  harness.push({{{"a"}, at(1)}, {{"b"}, at(2)}});
  harness.watermark(at(12));
  EXPECT_EQ(harness.values().size(), 2U);
  harness.push({"a"}, at(3));
  EXPECT_EQ(harness.take(),
            (std::vector<timed<counted>>{{{"a", between(0, 10), 2}, at(10) - 1us}}));
  harness.watermark(at(15));
  harness.push({"a"}, at(3));
  EXPECT_TRUE(harness.take().empty());
  EXPECT_EQ(harness.counters().late_dropped, 1U);
}

TEST(AlignedWindow, GivesLateRecordsToTheirPortUnchanged) {
  totals harness{count_visits(tumbling(10s), {0s, true, 1})};
  auto& late = harness.add_port<visit>();
  harness.push({"a", 7}, at(25));
  harness.watermark(at(20));
  harness.push({{{"b", 8}, at(19)}, {{"c", 9}, at(20)}});
  EXPECT_EQ(late.records, (std::vector<timed<visit>>{{{"b", 8}, at(19)}}));
  EXPECT_EQ(harness.counters().late_dropped, 1U);
}

TEST(AlignedWindow, CountsARecordInTheWindowsThatAreStillOpen) {
  totals harness{count_visits(sliding(10s, 5s))};
  harness.push({"a"}, at(8));
  harness.watermark(at(10));
  harness.values();
  harness.push({"a"}, at(9));
  EXPECT_EQ(harness.counters().late_dropped, 0U);
  harness.finish();
  EXPECT_EQ(harness.values(), (std::vector<counted>{{"a", between(5, 15), 2}}));
}

TEST(AlignedWindow, HandsValuesOrAllRecordsToAFunction) {
  const auto describe = [](const std::string& page, const window& in, const std::uint64_t& visits,
                           collector<std::string>& out) {
    out.emit(page + " " + std::to_string(visits));
    out.emit("until " + to_string(in.end));
  };
  operator_harness<visit, std::string> counts{make_window_operator<visit>(
      tumbling(10s), &visit::page, count(),
      emit_by_function<std::string, decltype(describe)>{describe}, window_options{})};
  counts.push({{{"a"}, at(1)}, {{"a"}, at(2)}});
  counts.finish();
  EXPECT_EQ(counts.take(),
            (std::vector<timed<std::string>>{{"a 2", at(10) - 1us},
                                             {"until 1970-01-01T00:00:10Z", at(10) - 1us}}));

  const auto list = [](const std::string& page, const window&, std::span<const visit> visits,
                       collector<std::string>& out) {
    std::string line = page + ":";
    for (const visit& each : visits) line += " " + std::to_string(each.seconds);
    out.emit(line);
  };
  operator_harness<visit, std::string> lists{make_window_operator<visit>(
      sliding(10s, 5s), &visit::page, window_buffer<visit>{},
      emit_by_function<std::string, decltype(list)>{list}, window_options{})};
  lists.push({{{"a", 1}, at(7)}, {{"a", 2}, at(3)}, {{"a", 3}, at(8)}});
  lists.finish();
  EXPECT_EQ(lists.values(), (std::vector<std::string>{"a: 2", "a: 2 1 3", "a: 1 3"}));
}

TEST(AlignedWindow, FollowsTheMachinesClockInProcessingTime) {
  totals harness{count_visits(tumbling_processing_time(10s))};
  harness.processing_time_is(processing_at(3));
  EXPECT_EQ(harness.tested().next_processing_timer(), std::nullopt);
  harness.push({{{"a"}, beginning_of_time}, {{"a"}, at(500)}});
  EXPECT_EQ(harness.tested().next_processing_timer(), processing_at(10));
  harness.processing_time_is(processing_at(9));
  harness.watermark(at(1000));
  EXPECT_TRUE(harness.take().empty());
  harness.processing_time_is(processing_at(10));
  EXPECT_EQ(harness.values(), (std::vector<counted>{{"a", between(0, 10), 2}}));
  EXPECT_EQ(harness.tested().next_processing_timer(), std::nullopt);
  harness.processing_time_is(processing_at(25));
  harness.push({"a"}, at(0));
  harness.finish();
  EXPECT_EQ(harness.values(), (std::vector<counted>{{"a", between(20, 30), 1}}));
}

// Counts, but not everything.
struct touchy {
  using accumulator = int;
  accumulator initial() const { return 0; }
  void add(accumulator& so_far, const visit& v) const {
    if (v.seconds < 0) throw std::runtime_error{"negative seconds"};
    ++so_far;
  }
  void merge(accumulator& into, const accumulator& from) const { into += from; }
  int result(const accumulator& of) const { return of; }
};

std::string page_or_throw(const visit& v) {
  if (v.page.empty()) throw std::runtime_error{"no page"};
  return v.page;
}

auto count_touchily() {
  return make_window_operator<visit>(sliding(10s, 5s), &page_or_throw, touchy{},
                                     emit_window_result<std::string, int>{}, window_options{});
}

TEST(AlignedWindow, CountsEachRecordOnceWhenFunctionsThrowAndAreSkipped) {
  using result_type = window_result<std::string, int>;
  // All in one slice, by turns in two, and in long runs in each of the two.
  for (const int run : {300, 1, 100}) {
    operator_harness<visit, result_type> harness{count_touchily()};
    harness.context().on_error = error_policy::skip;
    std::vector<timed<visit>> batch;
    for (int i = 0; i < 300; ++i) batch.push_back({{"a", i}, i / run % 2 == 0 ? at(1) : at(6)});
    batch[10].value.seconds = -1;
    batch[20].value.page = "";
    batch[40].value = {"never counted", -1};
    harness.push(batch);
    harness.finish();
    int sum = 0;
    for (const result_type& each : harness.values()) {
      EXPECT_EQ(each.key, "a");
      sum += each.value;
    }
    EXPECT_EQ(sum, 2 * 297);
    EXPECT_EQ(harness.counters().records_in, 300U);
    EXPECT_EQ(harness.counters().skipped, 3U);
  }
}

TEST(AlignedWindow, FailsWithTheUsersMessageByDefault) {
  operator_harness<visit, window_result<std::string, int>> harness{count_touchily()};
  try {
    harness.push({"a", -1}, at(1));
    FAIL() << "the record was taken";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().code, error_code::user_function);
    EXPECT_NE(failure.cause().message.find("negative seconds"), std::string::npos);
  }
}

TEST(AlignedWindow, RefusesRecordsThatHaveNoTime) {
  totals harness{count_visits(tumbling(10s))};
  try {
    harness.push({"a"}, beginning_of_time);
    FAIL() << "the record was taken";
  } catch (const task_failure& failure) {
    EXPECT_NE(failure.cause().message.find("it has no time; give the records their event times"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace weir
