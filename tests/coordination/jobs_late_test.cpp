// SPDX-License-Identifier: Apache-2.0
// Whole jobs with records that come after their windows: allowed lateness, the late output, and
// what is counted.
//
// How late a record is depends on how far event time has come where it arrives. One subtask and
// whole batches between the records on time and the late ones make that sure; with more subtasks
// only what must hold however they run is asked.
#include <map>

#include <gtest/gtest.h>

#include "tests/support/job_runner.hpp"
#include "tests/support/windowed_sales.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// A sale every second: three and a half hours, forty batches.
constexpr std::uint64_t on_time_count = 12'600;
using hourly = window_result<std::string, std::int64_t>;

sale sale_at(std::uint64_t i, duration since_first_day) {
  sale made = sale_number(i);
  made.at = first_day + since_first_day;
  return made;
}

std::vector<sale> sales_on_time() {
  std::vector<sale> sales;
  for (std::uint64_t i = 0; i < on_time_count; ++i) {
    sales.push_back(sale_at(i, std::chrono::seconds{i}));
  }
  return sales;
}

// Of the hours 0, 1 and 2, when event time has come to 3:30.
std::vector<sale> sales_too_late() {
  std::vector<sale> sales;
  for (std::uint64_t i = 0; i < 300; ++i) {
    sales.push_back(sale_at(on_time_count + i, i % 3 * 60min + std::chrono::seconds{i}));
  }
  return sales;
}

stream<sale> late_stream(environment& env) {
  auto sales = sales_on_time();
  const auto late = sales_too_late();
  sales.insert(sales.end(), late.begin(), late.end());
  return env.from(collection(sales), monotonous(&sale::at)).parallelism(1);
}

std::vector<way_to_run> ways_with_one_subtask() {
  auto ways = simulated_ways();
  for (auto& way : ways) way.options.parallelism = 1;
  ways.push_back(on_threads(1, true));
  ways.push_back(on_threads(1, false));
  return ways;
}

const side_output<sale> late{"late"};

bool is_of_hour(const sale& each, int hour) {
  return each.at >= first_day + hour * 60min && each.at < first_day + (hour + 1) * 60min;
}

TEST(JobsWithLateRecords, DropAndCountThem) {
  in_each_of(ways_with_one_subtask(), [](job_run& run) {
    std::vector<hourly> results;
    late_stream(run.env())
        .key_by(&sale::shop)
        .window(tumbling(1h))
        .aggregate(sum(&sale::amount))
        .sink(collect_into(results));
    const auto totals = finish(run).totals;
    std::vector<hourly> expected;
    for (const auto& [place, sales] : in_windows(sales_on_time(), tumbling(1h))) {
      expected.push_back({place.first, place.second, amount_of(sales)});
    }
    EXPECT_EQ(sorted_texts(results), sorted_texts(expected));
    EXPECT_EQ(totals.late_dropped, 300U);
  });
}

TEST(JobsWithLateRecords, SendThemToTheLateOutput) {
  in_each_of(ways_with_one_subtask(), [](job_run& run) {
    std::vector<hourly> results;
    std::vector<std::pair<sale, event_time>> too_late;
    const auto windows = late_stream(run.env())
                             .key_by(&sale::shop)
                             .window(tumbling(1h))
                             .late_output(late)
                             .aggregate(sum(&sale::amount));
    windows.sink(collect_into(results));
    windows.side_output(late).sink(collect_with_times_into(too_late));
    const auto totals = finish(run).totals;
    std::vector<std::pair<sale, event_time>> expected;
    for (const auto& each : sales_too_late()) expected.emplace_back(each, each.at);
    EXPECT_EQ(sorted_texts(too_late), sorted_texts(expected));
    EXPECT_EQ(results.size(), in_windows(sales_on_time(), tumbling(1h)).size());
    EXPECT_EQ(totals.late_dropped, 300U);
  });
}

TEST(JobsWithLateRecords, FireAgainForThoseWithinTheAllowedLateness) {
  auto windows = in_windows(sales_on_time(), tumbling(1h));
  std::vector<hourly> expected;
  for (const auto& [place, sales] : windows) {
    expected.push_back({place.first, place.second, amount_of(sales)});
  }
  // Hour 2 ended half an hour before, hour 1 an hour and a half, hour 0 two and a half.
  std::vector<sale> expected_late;
  for (const auto& each : sales_too_late()) {
    if (is_of_hour(each, 0)) {
      expected_late.push_back(each);
      continue;
    }
    const auto start = first_day + (is_of_hour(each, 1) ? 60min : 120min);
    auto& sales = windows[{each.shop, {start, start + 60min}}];
    sales.push_back(each);
    expected.push_back({each.shop, {start, start + 60min}, amount_of(sales)});
  }
  in_each_of(ways_with_one_subtask(), [&](job_run& run) {
    std::vector<hourly> results;
    std::vector<sale> too_late;
    const auto sums = late_stream(run.env())
                          .key_by(&sale::shop)
                          .window(tumbling(1h))
                          .allowed_lateness(2h)
                          .late_output(late)
                          .aggregate(sum(&sale::amount));
    sums.sink(collect_into(results));
    sums.side_output(late).sink(collect_into(too_late));
    const auto totals = finish(run).totals;
    EXPECT_EQ(sorted_texts(results), sorted_texts(expected));
    EXPECT_EQ(sorted_texts(too_late), sorted_texts(expected_late));
    EXPECT_EQ(totals.late_dropped, expected_late.size());
  });
}

// The last result of each window is the one that counts.
template <class Assigner>
void expect_every_record_somewhere(Assigner windows, duration lateness, std::int64_t windows_each) {
  std::int64_t amount = amount_of(sales_on_time()) + amount_of(sales_too_late());
  in_every_way([&](job_run& run) {
    std::vector<hourly> results;
    std::vector<sale> too_late;
    const auto sums = late_stream(run.env())
                          .key_by(&sale::shop)
                          .window(windows)
                          .allowed_lateness(lateness)
                          .late_output(late)
                          .aggregate(sum(&sale::amount));
    sums.sink(collect_into(results));
    sums.side_output(late).sink(collect_into(too_late));
    const auto totals = finish(run).totals;
    std::map<std::pair<std::string, event_time>, std::int64_t> last;
    for (const auto& each : results) {
      auto& value = last[{each.key, each.window.start}];
      value = std::max(value, each.value);
    }
    std::int64_t arrived = windows_each * amount_of(too_late);
    for (const auto& [place, value] : last) arrived += value;
    EXPECT_EQ(totals.late_dropped, too_late.size());
    EXPECT_EQ(arrived, windows_each * amount);
  });
}

TEST(JobsWithLateRecords, LoseNoneOfThemAtAnyParallelism) {
  expect_every_record_somewhere(tumbling(1h), 0min, 1);
  expect_every_record_somewhere(tumbling(1h), 90min, 1);
}

TEST(JobsWithLateRecords, LoseNoneOfThemFromSlidingWindowsThatAreKeptForEver) {
  expect_every_record_somewhere(sliding(1h, 20min), 24h, 3);
}

TEST(JobsWithLateRecords, JoinSessionsThatAreStillKept) {
  in_each_of(ways_with_one_subtask(), [](job_run& run) {
    std::vector<hourly> results;
    std::vector<sale> too_late;
    const auto sums = late_stream(run.env())
                          .key_by([](const sale&) { return std::string{"all"}; })
                          .window(session(10s))
                          .late_output(late)
                          .aggregate(sum(&sale::amount));
    sums.sink(collect_into(results));
    sums.side_output(late).sink(collect_into(too_late));
    finish(run);
    // All sales on time are one session, which is open until the end: nothing is late for it.
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].value, amount_of(sales_on_time()) + amount_of(sales_too_late()));
    EXPECT_EQ(too_late.size(), 0U);
  });
}

TEST(JobsWithLateRecords, RefuseThoseOfSessionsThatAreOver) {
  in_each_of(ways_with_one_subtask(), [](job_run& run) {
    std::vector<hourly> results;
    std::vector<sale> too_late;
    // A session for each sale: the gap is shorter than the pause between two.
    const auto sums = late_stream(run.env())
                          .key_by([](const sale&) { return std::string{"all"}; })
                          .window(session(100ms))
                          .late_output(late)
                          .aggregate(sum(&sale::amount));
    sums.sink(collect_into(results));
    sums.side_output(late).sink(collect_into(too_late));
    finish(run);
    EXPECT_EQ(results.size(), on_time_count);
    EXPECT_EQ(sorted_texts(too_late), sorted_texts(sales_too_late()));
  });
}

}  // namespace
}  // namespace weir
