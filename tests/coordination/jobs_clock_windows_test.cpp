// SPDX-License-Identifier: Apache-2.0
// Whole jobs with windows of processing time. A simulated clock tells when a record arrives, so
// that there is something to expect; on real threads only the sums are sure.
#include <numeric>

#include <gtest/gtest.h>

#include "connectors/generator_source.hpp"
#include "tests/support/job_runner.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t count = 100;
using counted = window_result<std::uint64_t, std::uint64_t>;

// Ten numbers a second.
stream<std::uint64_t> ten_a_second(environment& env) {
  return env.from(generator(count, [](std::uint64_t i) { return i; }).at_rate(10)).parallelism(1);
}
auto by_parity(environment& env) {
  return ten_a_second(env).key_by([](std::uint64_t i) { return i % 2; });
}

// A result, and when it was made.
struct moment {
  counted result;
  event_time made;
};

struct note_moment {
  void process(const counted& result, process_context<moment>& here) const {
    here.emit(moment{result, event_time_of(here.processing_time())});
  }
};

std::uint64_t total_of(const std::vector<moment>& moments) {
  std::uint64_t total = 0;
  for (const auto& each : moments) total += each.result.value;
  return total;
}

std::vector<moment> moments_of(job_run& run, const stream<counted>& results) {
  std::vector<moment> moments;
  results.process<moment>(note_moment{}).sink(collect_into(moments));
  finish(run);
  return moments;
}

// The last windows do not wait for their ends: the input is over.
void expect_made_in_time(const std::vector<moment>& moments) {
  event_time last = beginning_of_time;
  for (const auto& each : moments) last = std::max(last, each.result.window.end);
  for (const auto& each : moments) {
    EXPECT_LT(each.made, each.result.window.end + 100ms);
    if (each.result.window.end == last) continue;
    EXPECT_GE(each.made, each.result.window.end);
  }
}

TEST(ClockWindowJobs, TumbleByTheSecond) {
  in_each_of(simulated_ways(), [](job_run& run) {
    const auto moments = moments_of(
        run, by_parity(run.env()).window(tumbling_processing_time(1s)).aggregate(weir::count()));
    EXPECT_EQ(total_of(moments), count);
    // Ten seconds, both keys in each; eleven if they began in the middle of one.
    EXPECT_GE(moments.size(), 20U);
    EXPECT_LE(moments.size(), 22U);
    expect_made_in_time(moments);
    for (const auto& each : moments) {
      EXPECT_EQ(each.result.window.end - each.result.window.start, duration{1s});
      EXPECT_EQ(each.result.window.start.time_since_epoch() % 1s, duration{0});
      EXPECT_LE(each.result.value, 6U);
    }
  });
}

TEST(ClockWindowJobs, SlideByTheSecond) {
  in_each_of(simulated_ways(), [](job_run& run) {
    const auto moments = moments_of(
        run, by_parity(run.env()).window(sliding_processing_time(3s, 1s)).aggregate(weir::count()));
    EXPECT_EQ(total_of(moments), 3 * count);
    for (const auto& each : moments) EXPECT_LE(each.result.value, 16U);
  });
}

TEST(ClockWindowJobs, KeepASessionOpenWhileRecordsCome) {
  in_each_of(simulated_ways(), [](job_run& run) {
    const auto moments = moments_of(
        run, by_parity(run.env()).window(session_processing_time(500ms)).aggregate(weir::count()));
    ASSERT_EQ(moments.size(), 2U);
    EXPECT_EQ(moments[0].result.value, count / 2);
    EXPECT_EQ(moments[1].result.value, count / 2);
  });
}

TEST(ClockWindowJobs, EndASessionWhenNoneHasCome) {
  in_each_of(simulated_ways(), [](job_run& run) {
    const auto moments = moments_of(
        run, by_parity(run.env()).window(session_processing_time(50ms)).aggregate(weir::count()));
    EXPECT_EQ(moments.size(), count);
    expect_made_in_time(moments);
  });
}

TEST(ClockWindowJobs, ReduceAndProcess) {
  in_each_of(simulated_ways(), [](job_run& run) {
    std::vector<window_result<std::uint64_t, std::uint64_t>> sums;
    std::vector<std::uint64_t> numbers;
    const auto windows = by_parity(run.env()).window(tumbling_processing_time(1s));
    windows.reduce(std::plus<std::uint64_t>{}).uid("sums").sink(collect_into(sums));
    windows
        .process<std::uint64_t>([](std::uint64_t, const window&,
                                   std::span<const std::uint64_t> records,
                                   collector<std::uint64_t>& to) {
          for (const auto each : records) to.emit(each);
        })
        .uid("numbers")
        .sink(collect_into(numbers));
    finish(run);
    std::uint64_t total = 0;
    for (const auto& each : sums) total += each.value;
    EXPECT_EQ(total, count * (count - 1) / 2);
    EXPECT_EQ(numbers.size(), count);
    EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}), total);
  });
}

TEST(ClockWindowJobs, SeeAllKeysTogether) {
  in_each_of(simulated_ways(), [](job_run& run) {
    std::vector<std::uint64_t> counts;
    ten_a_second(run.env())
        .window_all(tumbling_processing_time(1s))
        .aggregate(weir::count())
        .map([](const auto& result) { return result.value; })
        .sink(collect_into(counts));
    finish(run);
    EXPECT_GE(counts.size(), 10U);
    EXPECT_LE(counts.size(), 11U);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), count);
  });
}

TEST(ClockWindowJobs, LoseNoRecordOnRealThreads) {
  in_every_way([](job_run& run) {
    std::vector<std::uint64_t> tumbled;
    std::vector<std::uint64_t> slid;
    std::vector<std::uint64_t> in_sessions;
    const auto value = [](const counted& result) { return result.value; };
    const auto keyed = run.env()
                           .from(generator(5000, [](std::uint64_t i) { return i; }))
                           .key_by([](std::uint64_t i) { return i % 10; });
    keyed.window(tumbling_processing_time(1ms))
        .aggregate(weir::count())
        .uid("tumbling")
        .map(value)
        .sink(collect_into(tumbled));
    keyed.window(sliding_processing_time(4ms, 2ms))
        .aggregate(weir::count())
        .uid("sliding")
        .map(value)
        .sink(collect_into(slid));
    keyed.window(session_processing_time(1ms))
        .aggregate(weir::count())
        .uid("session")
        .map(value)
        .sink(collect_into(in_sessions));
    finish(run);
    EXPECT_EQ(std::accumulate(tumbled.begin(), tumbled.end(), std::uint64_t{0}), 5000U);
    EXPECT_EQ(std::accumulate(slid.begin(), slid.end(), std::uint64_t{0}), 10000U);
    EXPECT_EQ(std::accumulate(in_sessions.begin(), in_sessions.end(), std::uint64_t{0}), 5000U);
  });
}

}  // namespace
}  // namespace weir
