// SPDX-License-Identifier: Apache-2.0
// Whole jobs with windows of event time: every window with every way to make something of it.
#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/support/job_runner.hpp"
#include "tests/support/windowed_sales.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t count = 1500;

auto sales_by_shop(environment& env) {
  return from_sales(env, make_sales(count)).key_by(&sale::shop);
}

std::int64_t count_of(const std::vector<sale>& sales) {
  return static_cast<std::int64_t>(sales.size());
}

std::int64_t greatest_of(const std::vector<sale>& sales) {
  std::int64_t greatest = 0;
  for (const auto& each : sales) greatest = std::max(greatest, each.amount);
  return greatest;
}

// The numbers of the sales in order, however a window has gathered them.
std::string numbers_of(std::span<const sale> sales) {
  std::vector<std::uint32_t> numbers;
  for (const auto& each : sales) numbers.push_back(each.number);
  std::sort(numbers.begin(), numbers.end());
  return to_text(numbers);
}

sale larger_of(const sale& a, const sale& b) {
  return std::tie(a.amount, a.number) < std::tie(b.amount, b.number) ? b : a;
}

// A text out of a window, for the forms that take a function.
template <class Value>
std::string line_of(const std::string& shop, const window& in, const Value& value) {
  return shop + " " + to_string(in.start) + " " + to_string(in.end) + " " + to_text(value);
}

template <class ValueOf>
std::vector<std::string> lines_of(const sales_by_window& windows, ValueOf value_of) {
  std::vector<std::string> lines;
  for (const auto& [place, sales] : windows) {
    lines.push_back(line_of(place.first, place.second, value_of(sales)));
  }
  return lines;
}

constexpr auto write_line = [](const std::string& shop, const window& in, const auto& value,
                               collector<std::string>& to) { to.emit(line_of(shop, in, value)); };

// Calls `test(windows)` for windows of all kinds: what is tested is the same for each.
template <class Test>
void for_all_windows(Test test) {
  for (const auto& each : {tumbling(1h), tumbling(1h, 15min)}) test(each);
  // The second's slide does not divide its size.
  for (const auto& each : {sliding(1h, 20min), sliding(50min, 20min, 5min)}) test(each);
  test(session(4min));
  test(global_window());
}

// The same for a window of whose slices some belong to several and for one that has none.
template <class Test>
void for_two_windows(Test test) {
  test(sliding(1h, 20min));
  test(session(4min));
}

TEST(JobsWithWindows, AddUpWhatCanBeSubtracted) {
  for_all_windows([](const auto& windows) {
    const auto content = in_windows(make_sales(count), windows);
    expect_timed_results(results_of(content, amount_of), [&](environment& env) {
      return sales_by_shop(env).window(windows).aggregate(sum(&sale::amount));
    });
  });
}

TEST(JobsWithWindows, FindWhatCannotBeSubtracted) {
  for_all_windows([](const auto& windows) {
    const auto content = in_windows(make_sales(count), windows);
    expect_timed_results(results_of(content, greatest_of), [&](environment& env) {
      return sales_by_shop(env).window(windows).aggregate(maximum(&sale::amount));
    });
  });
}

TEST(JobsWithWindows, AggregateForAFunction) {
  for_two_windows([](const auto& windows) {
    const auto content = in_windows(make_sales(count), windows);
    expect_results(lines_of(content, count_of), [&](environment& env) {
      return sales_by_shop(env).window(windows).template aggregate<std::string>(weir::count(),
                                                                                write_line);
    });
  });
}

TEST(JobsWithWindows, Reduce) {
  for_all_windows([](const auto& windows) {
    const auto content = in_windows(make_sales(count), windows);
    const auto largest = [](const std::vector<sale>& sales) {
      return std::accumulate(sales.begin() + 1, sales.end(), sales.front(), larger_of);
    };
    expect_timed_results(results_of(content, largest), [&](environment& env) {
      return sales_by_shop(env).window(windows).reduce(larger_of);
    });
  });
}

TEST(JobsWithWindows, ReduceForAFunction) {
  for_two_windows([](const auto& windows) {
    const auto content = in_windows(make_sales(count), windows);
    const auto largest = [](const std::vector<sale>& sales) {
      return std::accumulate(sales.begin() + 1, sales.end(), sales.front(), larger_of);
    };
    expect_results(lines_of(content, largest), [&](environment& env) {
      return sales_by_shop(env).window(windows).template reduce<std::string>(larger_of, write_line);
    });
  });
}

TEST(JobsWithWindows, ProcessAllRecordsTogether) {
  for_all_windows([](const auto& windows) {
    const auto content = in_windows(make_sales(count), windows);
    expect_results(
        lines_of(content, [](const std::vector<sale>& s) { return numbers_of(s); }),
        [&](environment& env) {
          return sales_by_shop(env).window(windows).template process<std::string>(
              [](const std::string& shop, const window& in, std::span<const sale> sales,
                 collector<std::string>& to) { to.emit(line_of(shop, in, numbers_of(sales))); });
        });
  });
}

TEST(JobsWithWindows, SeeAllKeysTogether) {
  for_two_windows([](const auto& windows) {
    auto everything = make_sales(count);
    for (auto& each : everything) each.shop = "all";
    const auto content = in_windows(everything, windows);
    std::vector<std::string> expected;
    for (const auto& [place, sales] : content) {
      expected.push_back(to_string(place.second.start) + " " + std::to_string(amount_of(sales)));
    }
    expect_results(expected, [&](environment& env) {
      return from_sales(env, make_sales(count))
          .window_all(windows)
          .aggregate(sum(&sale::amount))
          .map([](const auto& result) {
            return to_string(result.window.start) + " " + std::to_string(result.value);
          });
    });
  });
}

TEST(WindowsInJobs, CombineSeveralAggregatesInOnePass) {
  const auto windows = in_windows(make_sales(count), sliding(1h, 20min));
  const auto values = [](const std::vector<sale>& sales) {
    const auto n = static_cast<double>(sales.size());
    return std::tuple{static_cast<std::uint64_t>(sales.size()),
                      static_cast<double>(amount_of(sales)) / n, greatest_of(sales)};
  };
  expect_timed_results(results_of(windows, values), [](environment& env) {
    return sales_by_shop(env)
        .window(sliding(1h, 20min))
        .aggregate(combine(weir::count(), average(&sale::amount), maximum(&sale::amount)));
  });
}

TEST(WindowsInJobs, AggregateAllOfABoundedStream) {
  expect_results(std::vector<std::int64_t>{amount_of(make_sales(count))}, [](environment& env) {
    return from_sales(env, make_sales(count)).aggregate(sum(&sale::amount));
  });
}

TEST(WindowsInJobs, AggregateNothingToNothing) {
  expect_results(std::vector<std::int64_t>{}, [](environment& env) {
    return from_sales(env, {}).aggregate(sum(&sale::amount));
  });
}

// The largest hourly amount of each shop, found by windows over the results of windows.
TEST(WindowsInJobs, FollowOneAnother) {
  std::map<std::string, std::int64_t> best;
  for (const auto& [place, sales] : in_windows(make_sales(count), tumbling(1h))) {
    best[place.first] = std::max(best[place.first], amount_of(sales));
  }
  std::vector<std::string> expected;
  for (const auto& [shop, amount] : best) expected.push_back(shop + to_text(amount));
  expect_results(expected, [](environment& env) {
    using hourly = window_result<std::string, std::int64_t>;
    return sales_by_shop(env)
        .window(tumbling(1h))
        .aggregate(sum(&sale::amount))
        .uid("hourly")
        .key_by(&hourly::key)
        .window(tumbling(24h))
        .aggregate(maximum(&hourly::value))
        .uid("daily")
        .map([](const auto& result) { return result.key + to_text(result.value); });
  });
}

TEST(WindowsInJobs, SeeRecordsOfAUnionOnce) {
  const auto windows = in_windows(make_sales(count), tumbling(1h));
  const auto twice = [](const std::vector<sale>& sales) { return 2 * amount_of(sales); };
  expect_timed_results(results_of(windows, twice), [](environment& env) {
    const auto sales = from_sales(env, make_sales(count));
    return sales.union_with(from_sales(env, make_sales(count)).name("again"))
        .key_by(&sale::shop)
        .window(tumbling(1h))
        .aggregate(sum(&sale::amount));
  });
}

}  // namespace
}  // namespace weir
