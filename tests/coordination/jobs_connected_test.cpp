// SPDX-License-Identifier: Apache-2.0
// Whole jobs in which two streams meet in one function.
#include <map>

#include <gtest/gtest.h>

#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "tests/support/job_runner.hpp"
#include "tests/support/sales.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t sale_count = 1500;
constexpr std::uint64_t number_count = 900;

stream<sale> sales(environment& env) { return from_sales(env, make_sales(sale_count)); }
stream<std::uint64_t> numbers(environment& env) {
  return env.from(generator(number_count, [](std::uint64_t i) { return i; }));
}

TEST(ConnectedJobs, MapBothSides) {
  std::vector<std::string> expected;
  for (const auto& each : make_sales(sale_count)) expected.push_back(each.shop);
  for (std::uint64_t i = 0; i < number_count; ++i) expected.push_back(std::to_string(i));
  expect_results(expected, [](environment& env) {
    return sales(env).connect(numbers(env)).map(&sale::shop, [](std::uint64_t i) {
      return std::to_string(i);
    });
  });
}

TEST(ConnectedJobs, FlatMapBothSides) {
  std::vector<std::string> expected;
  for (const auto& each : make_sales(sale_count)) expected.insert(expected.end(), 2, each.shop);
  for (std::uint64_t i = 0; i < number_count; i += 3) expected.push_back(std::to_string(i));
  expect_results(expected, [](environment& env) {
    return sales(env)
        .connect(numbers(env))
        .flat_map<std::string>(
            [](const sale& each, emitter<std::string>& out) {
              out.emit(each.shop);
              out.emit(each.shop);
            },
            [](std::uint64_t i, emitter<std::string>& out) {
              if (i % 3 == 0) out.emit(std::to_string(i));
            });
  });
}

const side_output<std::uint64_t> large{"large"};

struct counting_both {
  std::uint64_t left = 0;
  std::uint64_t right = 0;

  void on_left(const sale&, process_context<std::uint64_t>&) { ++left; }
  void on_right(std::uint64_t i, process_context<std::uint64_t>& here) {
    ++right;
    if (i >= 800) here.output(large, i);
  }
  void finish(process_context<std::uint64_t>& here) { here.emit(left * 1'000'000 + right); }
};

TEST(ConnectedJobs, ProcessBothSidesWithASideOutput) {
  in_every_way([](job_run& run) {
    std::vector<std::uint64_t> counts;
    std::vector<std::uint64_t> larges;
    const auto counted =
        sales(run.env()).connect(numbers(run.env())).process<std::uint64_t>(counting_both{});
    counted.sink(collect_into(counts));
    counted.side_output(large).sink(collect_into(larges));
    finish(run);
    std::uint64_t total = 0;
    for (const auto each : counts) total += each;
    EXPECT_EQ(total, sale_count * 1'000'000 + number_count);
    EXPECT_EQ(larges.size(), 100U);
  });
}

TEST(ConnectedJobs, GiveTheRecordsOfABroadcastSideToEverySubtask) {
  in_every_way([](job_run& run) {
    std::vector<std::uint64_t> counts;
    const auto everywhere = numbers(run.env()).broadcast();
    sales(run.env())
        .connect(everywhere)
        .process<std::uint64_t>(counting_both{})
        .sink(collect_into(counts));
    finish(run);
    EXPECT_EQ(counts.size(), run.parallelism());
    std::uint64_t total = 0;
    for (const auto each : counts) {
      EXPECT_EQ(each % 1'000'000, number_count);
      total += each / 1'000'000;
    }
    EXPECT_EQ(total, sale_count);
  });
}

TEST(ConnectedJobs, ConnectAStreamWithItself) {
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < number_count; ++i) {
    expected.push_back(i);
    expected.push_back(i + 10'000);
  }
  expect_results(expected, [](environment& env) {
    const auto once = numbers(env);
    return once.connect(once).map([](std::uint64_t i) { return i; },
                                  [](std::uint64_t i) { return i + 10'000; });
  });
}

struct rebate {
  std::string shop;
  std::int64_t percent = 0;
  friend bool operator==(const rebate&, const rebate&) = default;
};
WEIR_FIELDS(rebate, shop, percent)

std::vector<rebate> make_rebates() {
  std::vector<rebate> rebates;
  for (int i = 0; i < 30; ++i) rebates.push_back({"shop-" + std::to_string(i % 12), i});
  return rebates;
}

// Every sale of a shop meets every rebate of it, whichever comes first.
struct join_by_shop {
  using context = keyed_process_context<std::string, std::string>;
  list_state<std::uint32_t> seen_sales;
  list_state<std::int64_t> seen_rebates;

  void open(keyed_state<std::string>& state) {
    seen_sales = state.list<std::uint32_t>("sales");
    seen_rebates = state.list<std::int64_t>("rebates");
  }
  void on_left(const sale& each, context& here) {
    seen_sales.add(each.number);
    for (const auto percent : seen_rebates.get()) emit(here, each.number, percent);
  }
  void on_right(const rebate& each, context& here) {
    seen_rebates.add(each.percent);
    for (const auto number : seen_sales.get()) emit(here, number, each.percent);
  }
  static void emit(context& here, std::uint32_t number, std::int64_t percent) {
    here.emit(here.key() + ": " + std::to_string(number) + " at " + std::to_string(percent));
  }
};

TEST(ConnectedJobs, JoinByKeyWithSharedState) {
  std::vector<std::string> expected;
  for (const auto& left : make_sales(sale_count)) {
    for (const auto& right : make_rebates()) {
      if (left.shop != right.shop) continue;
      expected.push_back(left.shop + ": " + std::to_string(left.number) + " at " +
                         std::to_string(right.percent));
    }
  }
  expect_results(expected, [](environment& env) {
    const auto rebates = env.from(collection(make_rebates())).key_by(&rebate::shop);
    return sales(env)
        .key_by([](const sale& each) { return each.shop; })
        .connect(rebates)
        .process<std::string>(join_by_shop{})
        .uid("join");
  });
}

// Emits, a minute after its first record of either side, how many records a key had.
struct counting_until_the_end {
  using context = keyed_process_context<std::string, std::string>;
  value_state<std::uint64_t> records;

  void open(keyed_state<std::string>& state) { records = state.value<std::uint64_t>("records"); }
  void on_left(const sale&, context& here) { note(here); }
  void on_right(const sale&, context& here) { note(here); }
  void on_timer(event_time, context& here) {
    here.emit(here.key() + " " + std::to_string(records.value()));
  }
  void note(context& here) {
    ++records.value();
    here.timers().set_event_timer(end_of_time - 1s);
  }
};

TEST(ConnectedJobs, ShareTimersBetweenTheSides) {
  std::map<std::string, int> counts;
  for (const auto& each : make_sales(sale_count)) counts[each.shop] += 1 + (each.amount > 250);
  std::vector<std::string> expected;
  for (const auto& [shop, n] : counts) expected.push_back(shop + " " + std::to_string(n));
  expect_results(expected, [](environment& env) {
    const auto large_sales =
        sales(env).filter([](const sale& each) { return each.amount > 250; }).key_by(&sale::shop);
    return sales(env)
        .key_by(&sale::shop)
        .connect(large_sales)
        .process<std::string>(counting_until_the_end{})
        .uid("counts");
  });
}

}  // namespace
}  // namespace weir
