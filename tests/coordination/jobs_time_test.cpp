// SPDX-License-Identifier: Apache-2.0
// Whole jobs with every watermark strategy: no record is late for the windows, and on a simulated
// clock windows fire when their time has come, not only when the input has ended.
#include <gtest/gtest.h>

#include "connectors/csv_source.hpp"
#include "connectors/generator_source.hpp"
#include "tests/support/job_runner.hpp"
#include "tests/support/windowed_sales.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t count = 600;

sale sale_in_order(std::uint64_t i) {
  sale made = sale_number(i);
  made.at = first_day + std::chrono::seconds{i};
  return made;
}

// Every sixtieth sale says how far event time has come.
bool is_mark(const sale& each) { return each.number % 60 == 59; }
std::optional<event_time> mark_of(const sale& each) {
  return is_mark(each) ? std::optional{each.at} : std::nullopt;
}

// Event time follows the sales at a distance of a second.
struct second_behind {
  event_time greatest = first_day;

  event_time on_record(const sale& each, event_time) {
    greatest = std::max(greatest, each.at);
    return each.at;
  }
  event_time watermark() const { return greatest - 1s; }
};

// A window's result, and when it was made.
struct moment {
  std::string result;
  event_time window_end;
  event_time made;
};

struct note_moment {
  using result = window_result<std::string, std::int64_t>;
  void process(const result& each, process_context<moment>& here) const {
    here.emit(moment{to_text(each), each.window.end, event_time_of(here.processing_time())});
  }
};

std::vector<std::string> expected_minutes() {
  std::vector<sale> sales;
  for (std::uint64_t i = 0; i < count; ++i) sales.push_back(sale_in_order(i));
  std::vector<std::string> expected;
  for (const auto& [result, time] : results_of(in_windows(sales, tumbling(1min)), amount_of)) {
    expected.push_back(to_text(result));
  }
  std::sort(expected.begin(), expected.end());
  return expected;
}

// The sales in order; on a simulated clock a hundred a second.
auto read_sales(const job_run& run) {
  return generator(count, sale_in_order).at_rate(run.way().simulation ? 100 : 1e9);
}

// The amounts by shop and minute are right, and nothing is late. `sales_of(env, source)` makes the
// stream, with event time by the strategy in question.
template <class SalesOf>
void expect_minutes(SalesOf sales_of, bool fires_on_the_way = true) {
  in_every_way([&](job_run& run) {
    std::vector<moment> moments;
    sales_of(run.env(), read_sales(run))
        .key_by(&sale::shop)
        .window(tumbling(1min))
        .aggregate(sum(&sale::amount))
        .template process<moment>(note_moment{})
        .sink(collect_into(moments));
    const auto totals = finish(run).totals;
    std::vector<std::string> results;
    event_time first = end_of_time;
    event_time last = beginning_of_time;
    for (const auto& each : moments) {
      results.push_back(each.result);
      first = std::min(first, each.made);
      last = std::max(last, each.made);
    }
    std::sort(results.begin(), results.end());
    EXPECT_EQ(results, expected_minutes());
    EXPECT_EQ(totals.late_dropped, 0U);
    if (!run.way().simulation) return;
    // The first window ends after 0.6 s of the 6 s of the input, the last one with it.
    EXPECT_EQ(last - first > 4s, fires_on_the_way) << to_string(last - first);
  });
}

TEST(JobsWithEventTime, FollowMonotonousTimes) {
  expect_minutes(
      [](environment& env, const auto& source) { return env.from(source, monotonous(&sale::at)); });
}

TEST(JobsWithEventTime, FollowTimesAtADistance) {
  expect_minutes([](environment& env, const auto& source) {
    return env.from(source, bounded_out_of_orderness(5s, [](const sale& each) { return each.at; }));
  });
}

TEST(JobsWithEventTime, FollowRecordsThatSayHowFarTimeHasCome) {
  // Every subtask must see marks of its own.
  expect_minutes([](environment& env, const auto& source) {
    return env.from(source, punctuated(&sale::at, is_mark)).parallelism(1);
  });
  expect_minutes([](environment& env, const auto& source) {
    return env.from(source, punctuated(&sale::at, mark_of)).parallelism(1);
  });
}

TEST(JobsWithEventTime, FollowAGeneratorOfTheirOwn) {
  expect_minutes([](environment& env, const auto& source) {
    return env.from(source, custom_watermarks(second_behind{}));
  });
}

TEST(JobsWithEventTime, WaitForTheEndWithoutWatermarks) {
  expect_minutes(
      [](environment& env, const auto& source) {
        return env.from(source, punctuated(&sale::at, [](const sale&) { return false; }));
      },
      false);
}

TEST(JobsWithEventTime, TakeTheTimesThatTheSourceKnows) {
  std::vector<std::pair<sale, event_time>> sales;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto each = sale_in_order(i);
    sales.emplace_back(each, each.at);
  }
  const auto sums = [](const stream<sale>& from) {
    return from.key_by(&sale::shop)
        .window(tumbling(1min))
        .aggregate(sum(&sale::amount))
        .map([](const auto& result) { return to_text(result); });
  };
  expect_results(expected_minutes(), [&](environment& env) {
    return sums(env.from(timed_collection(sales), monotonous()));
  });
  expect_results(expected_minutes(), [&](environment& env) {
    return sums(env.from(timed_collection(sales), no_watermarks()));
  });
  expect_results(expected_minutes(),
                 [&](environment& env) { return sums(env.from(timed_collection(sales))); });
}

TEST(JobsWithEventTime, AssignTimesInMidStream) {
  expect_minutes([](environment& env, const auto& source) {
    return env.from(source)
        .parallelism(1)
        .filter([](const sale&) { return true; })
        .parallelism(1)
        .assign_watermarks(monotonous(&sale::at))
        .parallelism(1);
  });
}

TEST(JobsWithEventTime, TakeTheTimeOfReadingIfNothingElseIsSaid) {
  in_each_of(simulated_ways(), [](job_run& run) {
    std::vector<std::pair<std::uint64_t, event_time>> counts;
    run.env()
        .from(read_sales(run))
        .window_all(tumbling(1s))
        .aggregate(weir::count())
        .map([](const auto& result) { return result.value; })
        .sink(collect_with_times_into(counts));
    const auto totals = finish(run).totals;
    std::uint64_t total = 0;
    for (const auto& [value, time] : counts) total += value;
    EXPECT_EQ(total, count);
    EXPECT_GE(counts.size(), 6U);
    EXPECT_LE(counts.size(), 7U);
    EXPECT_EQ(totals.late_dropped, 0U);
  });
}

struct shop_sale {
  std::string shop;
  std::int64_t amount = 0;
  event_time at;
};
WEIR_FIELDS(shop_sale, shop, amount, at)

// The files of a directory are splits, read one after the other by one subtask: the first holds the
// later times. A watermark over all files would make every record of the second one late.
TEST(JobsWithEventTime, KeepTheTimesOfSplitsApart) {
  in_every_way([](job_run& run) {
    const auto write_day = [&](const std::string& name, int day) {
      std::string rows = "shop,amount,at\n";
      for (int i = 0; i < 500; ++i) {
        rows += "x,1," + to_string(first_day + 24h * day + i * 1min) + "\n";
      }
      run.write(name, rows);
    };
    write_day("sales/a.csv", 10);
    write_day("sales/b.csv", 0);
    std::vector<window_result<std::string, std::uint64_t>> results;
    run.env()
        .from(csv_of<shop_sale>(run.path_of("sales")), monotonous(&shop_sale::at))
        .key_by(&shop_sale::shop)
        .window(tumbling(24h))
        .aggregate(weir::count())
        .sink(collect_into(results));
    const auto totals = finish(run).totals;
    EXPECT_EQ(totals.late_dropped, 0U);
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].value, 500U);
    EXPECT_EQ(results[1].value, 500U);
  });
}

// A busy stream beside one that brings a record every thousand seconds. When was the first window
// of the busy one made, since the start?
duration first_result_with(job_run& run, bool is_idleness_known) {
  std::vector<moment> moments;
  auto quiet_time = monotonous([](const sale&) { return first_day - 1h; });
  if (is_idleness_known) quiet_time = quiet_time.with_idleness(1s);
  const auto quiet =
      run.env().from(generator(3, sale_in_order).at_rate(0.005), quiet_time).parallelism(1);
  const auto busy = run.env().from(read_sales(run), monotonous(&sale::at));
  std::vector<event_time> clock;
  busy.process<event_time>([](const sale&, process_context<event_time>& here) {
        here.emit(event_time_of(here.processing_time()));
      })
      .sink(collect_into(clock));
  busy.union_with(quiet)
      .key_by(&sale::shop)
      .window(tumbling(1min))
      .aggregate(sum(&sale::amount))
      .process<moment>(note_moment{})
      .sink(collect_into(moments));
  finish(run);
  event_time first = end_of_time;
  for (const auto& each : moments) first = std::min(first, each.made);
  return first - *std::min_element(clock.begin(), clock.end());
}

TEST(JobsWithEventTime, DoNotWaitForAStreamThatIsKnownToBeIdle) {
  in_each_of(simulated_ways(),
             [](job_run& run) { EXPECT_LT(first_result_with(run, true), duration{5s}); });
}

TEST(JobsWithEventTime, WaitForAStreamThatMayBringRecords) {
  in_each_of(simulated_ways(),
             [](job_run& run) { EXPECT_GT(first_result_with(run, false), duration{100s}); });
}

// A record is never later than the watermark it meets, whichever way it came.
TEST(JobsWithEventTime, NeverPromiseTooMuch) {
  in_every_way([](job_run& run) {
    std::vector<std::uint32_t> early;
    std::vector<std::uint32_t> broken;
    const side_output<std::uint32_t> broken_promises{"broken"};
    const auto checked =
        from_sales(run.env(), make_sales(5000))
            .rebalance()
            .map([](const sale& each) { return each; })
            .key_by(&sale::shop)
            .process<std::uint32_t>(
                [broken_promises](const sale& each,
                                  keyed_process_context<std::string, std::uint32_t>& here) {
                  if (here.time() != each.at || here.time() <= here.watermark()) {
                    here.output(broken_promises, each.number);
                  }
                  here.emit(each.number);
                });
    checked.sink(collect_into(early));
    checked.side_output(broken_promises).sink(collect_into(broken));
    finish(run);
    EXPECT_EQ(early.size(), 5000U);
    EXPECT_EQ(broken.size(), 0U);
  });
}

}  // namespace
}  // namespace weir
