// SPDX-License-Identifier: Apache-2.0
// Whole jobs that look at one record at a time: map, filter, flat_map, process, unions, several
// readers of one stream, side outputs.
#include <gtest/gtest.h>

#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "tests/support/job_runner.hpp"
#include "tests/support/sales.hpp"

namespace weir {
namespace {

constexpr std::uint64_t count = 3000;

std::vector<std::uint64_t> numbers_below(std::uint64_t end) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < end; ++i) numbers.push_back(i);
  return numbers;
}

stream<std::uint64_t> numbers(environment& env, std::uint64_t end = count) {
  return env.from(generator(end, [](std::uint64_t i) { return i; }));
}

TEST(JobsOnRecords, DeliverEveryRecordOnce) {
  expect_results(numbers_below(count), [](environment& env) { return numbers(env); });
}

TEST(JobsOnRecords, OfAnEmptyInputMakeNothing) {
  expect_results(std::vector<std::uint64_t>{}, [](environment& env) {
    return env.from(collection<std::uint64_t>({})).map([](std::uint64_t i) { return i + 1; });
  });
}

TEST(JobsOnRecords, MapFilterAndFlatMap) {
  std::vector<std::string> expected;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto squared = i * i;
    if (squared % 3 != 0) continue;
    for (std::uint64_t n = 0; n < squared % 4; ++n) expected.push_back(std::to_string(squared + n));
  }
  expect_results(expected, [](environment& env) {
    return numbers(env)
        .map([](std::uint64_t i) { return i * i; })
        .filter([](std::uint64_t i) { return i % 3 == 0; })
        .flat_map([](std::uint64_t i) {
          std::vector<std::uint64_t> made;
          for (std::uint64_t n = 0; n < i % 4; ++n) made.push_back(i + n);
          return made;
        })
        .map([](std::uint64_t i) { return std::to_string(i); });
  });
}

TEST(JobsOnRecords, FlatMapThroughAnEmitter) {
  std::vector<std::string> expected;
  for (const auto& each : make_sales(count)) {
    if (each.amount > 400) expected.insert(expected.end(), 2, each.shop);
  }
  expect_results(expected, [](environment& env) {
    return from_sales(env, make_sales(count))
        .flat_map<std::string>([](const sale& each, emitter<std::string>& out) {
          if (each.amount <= 400) return;
          out.emit(each.shop);
          out.emit(each.shop);
        });
  });
}

TEST(JobsOnRecords, MapByPointerToMemberAndKeepTheTime) {
  std::vector<std::pair<std::uint32_t, event_time>> expected;
  for (const auto& each : make_sales(count)) expected.emplace_back(each.number, each.at);
  expect_timed_results(expected, [](environment& env) {
    return from_sales(env, make_sales(count)).map(&sale::number);
  });
}

TEST(JobsOnRecords, CarryTruthValues) {
  std::vector<bool> expected;
  for (std::uint64_t i = 0; i < count; ++i) expected.push_back(i % 3 == 0);
  expect_results(expected, [](environment& env) {
    return numbers(env).map([](std::uint64_t i) { return i % 3 == 0; }).rebalance();
  });
}

TEST(JobsOnRecords, UniteStreams) {
  auto expected = numbers_below(count);
  for (const auto each : numbers_below(500)) expected.push_back(each * 2);
  for (const auto each : numbers_below(7)) expected.push_back(each);
  expect_results(expected, [](environment& env) {
    const auto doubled = numbers(env, 500).map([](std::uint64_t i) { return i * 2; });
    return numbers(env).union_with(doubled, numbers(env, 7)).map([](std::uint64_t i) { return i; });
  });
}

TEST(JobsOnRecords, UniteAStreamWithItself) {
  auto expected = numbers_below(count);
  for (const auto each : numbers_below(count)) expected.push_back(each);
  expect_results(expected, [](environment& env) {
    const auto once = numbers(env);
    return once.union_with(once).map([](std::uint64_t i) { return i; });
  });
}

TEST(JobsOnRecords, UniteAStreamWithWhatCameOfIt) {
  auto expected = numbers_below(count);
  for (const auto each : numbers_below(count)) expected.push_back(each + 1);
  expect_results(expected, [](environment& env) {
    const auto once = numbers(env);
    return once.union_with(once.map([](std::uint64_t i) { return i + 1; }));
  });
}

TEST(JobsOnRecords, ReadOneStreamSeveralTimes) {
  in_every_way([](job_run& run) {
    std::vector<std::uint64_t> all;
    std::vector<std::uint64_t> even;
    std::vector<std::string> texts;
    const auto source = numbers(run.env());
    source.sink(collect_into(all));
    source.filter([](std::uint64_t i) { return i % 2 == 0; }).sink(collect_into(even));
    source.rebalance()
        .map([](std::uint64_t i) { return std::to_string(i); })
        .sink(collect_into(texts));
    const auto totals = finish(run).totals;
    EXPECT_EQ(sorted_texts(all), sorted_texts(numbers_below(count)));
    EXPECT_EQ(sorted_texts(texts), sorted_texts(numbers_below(count)));
    EXPECT_EQ(even.size(), count / 2);
    EXPECT_EQ(totals.records_read, count);
    EXPECT_EQ(totals.records_written, 2 * count + count / 2);
  });
}

TEST(JobsOnRecords, RunThingsThatHaveNothingToDoWithEachOther) {
  in_every_way([](job_run& run) {
    std::vector<std::uint64_t> left;
    std::vector<std::uint64_t> right;
    numbers(run.env()).sink(collect_into(left));
    numbers(run.env(), 10).map([](std::uint64_t i) { return i + 1; }).sink(collect_into(right));
    finish(run);
    EXPECT_EQ(left.size(), count);
    EXPECT_EQ(right.size(), 10U);
  });
}

const side_output<std::uint64_t> odd{"odd"};
const side_output<std::string> thousands{"thousands"};

struct sorting_out {
  std::uint64_t seen = 0;

  void process(std::uint64_t i, process_context<std::uint64_t>& here) {
    ++seen;
    if (i % 1000 == 0) here.output(thousands, std::to_string(i));
    if (i % 2 == 1) return here.output(odd, i);
    here.emit(i);
  }
  void finish(process_context<std::uint64_t>& here) { here.emit(seen + 1'000'000); }
};

TEST(JobsOnRecords, ProcessIntoSideOutputs) {
  in_every_way([](job_run& run) {
    std::vector<std::uint64_t> even;
    std::vector<std::uint64_t> odds;
    std::vector<std::string> texts;
    const auto sorted = numbers(run.env()).process<std::uint64_t>(sorting_out{});
    sorted.sink(collect_into(even));
    sorted.side_output(odd).rebalance().sink(collect_into(odds));
    sorted.side_output(thousands).sink(collect_into(texts));
    finish(run);
    // What each subtask has seen comes last: the sums of all add up.
    std::uint64_t seen = 0;
    std::erase_if(even, [&](std::uint64_t i) {
      if (i < 1'000'000) return false;
      seen += i - 1'000'000;
      return true;
    });
    EXPECT_EQ(seen, count);
    EXPECT_EQ(even.size(), count / 2);
    EXPECT_EQ(odds.size(), count / 2);
    EXPECT_EQ(sorted_texts(texts), (std::vector<std::string>{"0", "1000", "2000"}));
  });
}

TEST(JobsOnRecords, DropWhatIsWrittenToASideOutputThatNobodyReads) {
  in_every_way([](job_run& run) {
    std::vector<std::uint64_t> odds;
    const auto sorted = numbers(run.env()).process<std::uint64_t>(sorting_out{});
    sorted.sink(discard());
    sorted.side_output(odd).sink(collect_into(odds));
    finish(run);
    EXPECT_EQ(odds.size(), count / 2);
  });
}

}  // namespace
}  // namespace weir
