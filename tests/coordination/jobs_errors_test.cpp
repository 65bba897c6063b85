// SPDX-License-Identifier: Apache-2.0
// Whole jobs whose functions throw: what the job says, what it leaves out and counts, what reaches
// the dead letters. Every message is compared in full.
#include <stdexcept>

#include <gtest/gtest.h>

#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "tests/support/job_runner.hpp"
#include "tests/support/sales.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t count = 2000;
constexpr std::string_view remedy =
    "; fix the function, or choose what becomes of such records with .on_error(skip_and_count()) "
    "or .on_error(dead_letters_to(...))";

bool is_unlucky(const sale& each) { return each.number % 700 == 699; }

// Throws on sales 699 and 1399.
std::uint32_t number_of(const sale& each) {
  if (is_unlucky(each)) throw std::runtime_error{"unlucky " + std::to_string(each.number)};
  return each.number;
}

std::vector<std::uint32_t> lucky_numbers() {
  std::vector<std::uint32_t> numbers;
  for (const auto& each : make_sales(count)) {
    if (!is_unlucky(each)) numbers.push_back(each.number);
  }
  return numbers;
}

stream<sale> sales(environment& env) { return from_sales(env, make_sales(count)); }

// "record 700 of this subtask, event time 2001-01-01T01:57:18Z, {shop: shop-0, ...}"
std::string seventh_hundredth() {
  const auto each = sale_number(699);
  return "record 700 of this subtask, event time " + to_string(each.at) + ", " + to_text(each);
}

// The message of a job whose only transformation, "judge" in one subtask, `transform` adds.
template <class Transform>
void expect_failure(const std::string& expected, Transform transform) {
  in_every_way([&](job_run& run) {
    transform(sales(run.env()).parallelism(1)).name("judge").parallelism(1).sink(discard());
    EXPECT_EQ(failure_of(run), expected);
  });
}

TEST(FailingJobs, SayWhichRecordOfWhichOperatorThrew) {
  const auto expected = "operator judge: the function threw at " + seventh_hundredth() +
                        ": unlucky 699" + std::string{remedy};
  expect_failure(expected, [](const auto& from) { return from.map(number_of); });
  expect_failure(expected, [](const auto& from) {
    return from.filter([](const sale& each) { return number_of(each) < 10; });
  });
  expect_failure(expected, [](const auto& from) {
    return from.flat_map([](const sale& each) { return std::vector{number_of(each)}; });
  });
  expect_failure(expected, [](const auto& from) {
    return from.template process<std::uint32_t>(
        [](const sale& each, auto& here) { here.emit(number_of(each)); });
  });
}

TEST(FailingJobs, SayTheSameOfKeyedFunctions) {
  const auto expected = "operator judge: the function threw at " + seventh_hundredth() +
                        ": unlucky 699" + std::string{remedy};
  expect_failure(expected, [](const auto& from) {
    return from.key_by(&sale::shop)
        .template process<std::uint32_t>(
            [](const sale& each, auto& here) { here.emit(number_of(each)); });
  });
  expect_failure(expected,
                 [](const auto& from) { return from.key_by(&sale::shop).sum(number_of); });
  expect_failure(expected, [](const auto& from) {
    return from.key_by(&sale::shop).window(tumbling(24h)).aggregate(sum(number_of));
  });
}

TEST(FailingJobs, NameTheSubtaskWhereThereAreSeveral) {
  in_every_way([](job_run& run) {
    sales(run.env()).parallelism(1).global().map(number_of).parallelism(3).sink(discard());
    EXPECT_EQ(failure_of(run), "operator map (1/3): the function threw at " + seventh_hundredth() +
                                   ": unlucky 699" + std::string{remedy});
  });
}

TEST(FailingJobs, SayWhenWhatWasThrownIsNoException) {
  expect_failure("operator judge: the function threw at " + seventh_hundredth() +
                     ": an exception that is not a std::exception" + std::string{remedy},
                 [](const auto& from) {
                   return from.map([](const sale& each) {
                     if (is_unlucky(each)) throw 42;
                     return each;
                   });
                 });
}

TEST(FailingJobs, SayWhichTimerThrew) {
  struct with_timer {
    void process(const sale&, keyed_process_context<std::string, std::uint32_t>& here) {
      here.timers().set_event_timer(first_day + 24h);
    }
    void on_timer(event_time, keyed_process_context<std::string, std::uint32_t>& here) {
      if (here.key() == "shop-1") throw std::runtime_error{"closed"};
    }
  };
  expect_failure(
      "operator judge: the function threw at the timer of 2001-01-02T00:00:00Z, key shop-1: "
      "closed" +
          std::string{remedy},
      [](const auto& from) {
        return from.key_by(&sale::shop).template process<std::uint32_t>(with_timer{});
      });
}

TEST(FailingJobs, SayWhenAKeyFunctionHasNoAnswer) {
  in_every_way([](job_run& run) {
    sales(run.env())
        .parallelism(1)
        .name("read")
        .key_by(number_of)
        .sum(&sale::amount)
        .parallelism(2)
        .sink(discard());
    EXPECT_EQ(failure_of(run),
              "operator read: find the keys of a batch: the key function threw: unlucky 699; it "
              "must have an answer for every record, so filter first");
  });
}

TEST(FailingJobs, SayWhereARecordWithoutATimeCameFrom) {
  in_every_way([](job_run& run) {
    run.env()
        .from(collection(make_sales(count)), monotonous([](const sale& each) {
                number_of(each);
                return each.at;
              }))
        .name("read")
        .parallelism(1)
        .sink(discard());
    EXPECT_EQ(failure_of(run), "operator read: the function threw at collection: element 700, " +
                                   to_text(sale_number(699)) + ": unlucky 699" +
                                   std::string{remedy});
  });
}

// A sink that cannot go on, or not even begin.
struct broken_writer final : sink_writer<sale> {
  status write(batch_of<sale>&) override {
    return error{error_code::io_failure, "write to nowhere: it is full; make room"};
  }
};
struct broken_sink {
  bool opens = true;

  std::string name() const { return "nowhere"; }
  template <std::same_as<sale> T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context&) const {
    if (!opens) return error{error_code::not_found, "open nowhere: it is not there"};
    return std::unique_ptr<sink_writer<T>>{std::make_unique<broken_writer>()};
  }
};

TEST(FailingJobs, SayWhatIsWrongWithASink) {
  in_every_way([](job_run& run) {
    sales(run.env()).sink(broken_sink{}).parallelism(1);
    EXPECT_EQ(failure_of(run), "operator nowhere: write to nowhere: it is full; make room");
  });
  in_every_way([](job_run& run) {
    sales(run.env()).sink(broken_sink{.opens = false}).parallelism(1);
    EXPECT_EQ(failure_of(run), "operator nowhere: open nowhere: it is not there");
  });
}

TEST(FailingJobs, ReportTheCauseWhenManySubtasksFailAtOnce) {
  in_every_way([](job_run& run) {
    sales(run.env()).rebalance().sink(broken_sink{}).parallelism(run.parallelism() + 1);
    const auto message = failure_of(run);
    EXPECT_TRUE(message.starts_with("operator nowhere (") &&
                message.ends_with("): write to nowhere: it is full; make room"))
        << message;
  });
}

TEST(JobsThatSkip, LeaveOutAndCountRecords) {
  in_every_way([](job_run& run) {
    std::vector<std::uint32_t> results;
    sales(run.env()).map(number_of).on_error(skip_and_count()).sink(collect_into(results));
    const auto totals = finish(run).totals;
    EXPECT_EQ(sorted_texts(results), sorted_texts(lucky_numbers()));
    EXPECT_EQ(totals.skipped, 2U);
    EXPECT_EQ(totals.dead_lettered, 0U);
  });
}

TEST(JobsThatSkip, CountInEveryOperatorThatWasToldTo) {
  in_every_way([](job_run& run) {
    std::vector<window_result<std::string, std::uint64_t>> results;
    run.env()
        .from(collection(make_sales(count)), monotonous([](const sale& each) {
                if (each.number == 5) throw std::runtime_error{"no time"};
                return each.at;
              }))
        .on_error(skip_and_count())
        .filter([](const sale& each) { return number_of(each) != 6; })
        .on_error(skip_and_count())
        .key_by(&sale::shop)
        .window(global_window())
        .aggregate(sum([](const sale& each) -> std::uint64_t {
          if (each.number == 7) throw std::runtime_error{"no amount"};
          return 1;
        }))
        .on_error(skip_and_count())
        .sink(collect_into(results));
    const auto totals = finish(run).totals;
    std::uint64_t summed = 0;
    for (const auto& each : results) summed += each.value;
    EXPECT_EQ(summed, count - 5);  // 5, 699, 1399 and 7 threw, 6 was filtered.
    EXPECT_EQ(totals.skipped, 4U);
  });
}

TEST(JobsWithDeadLetters, SendThemWithTheirCauseAndPlace) {
  in_every_way([](job_run& run) {
    std::vector<std::uint32_t> results;
    std::vector<dead_letter> letters;
    sales(run.env())
        .parallelism(1)
        .map(number_of)
        .name("judge")
        .parallelism(1)
        .on_error(dead_letters_to(collect_into(letters)))
        .sink(collect_into(results));
    const auto totals = finish(run).totals;
    EXPECT_EQ(sorted_texts(results), sorted_texts(lucky_numbers()));
    std::vector<dead_letter> expected;
    for (const std::uint64_t i : {699U, 1399U}) {
      const auto each = sale_number(i);
      expected.push_back({to_text(each), "unlucky " + std::to_string(i), "judge",
                          "record " + std::to_string(i + 1) + " of this subtask, event time " +
                              to_string(each.at)});
    }
    EXPECT_EQ(sorted_texts(letters), sorted_texts(expected));
    EXPECT_EQ(totals.dead_lettered, 2U);
    EXPECT_EQ(totals.skipped, 0U);
  });
}

TEST(JobsWithDeadLetters, NameTheSubtask) {
  in_every_way([](job_run& run) {
    std::vector<dead_letter> letters;
    sales(run.env())
        .map(number_of)
        .name("judge")
        .on_error(dead_letters_to(collect_into(letters)))
        .sink(discard());
    finish(run);
    ASSERT_EQ(letters.size(), 2U);
    const auto parallelism = run.parallelism();
    std::vector<std::string> names;
    std::vector<std::string> expected;
    for (const auto& each : letters) names.push_back(each.operator_name);
    // The input is cut into equal parts, the first ones longer by one where it does not divide.
    for (const std::uint32_t number : {699U, 1399U}) {
      const auto size = count / parallelism;
      const auto longer = count % parallelism * (size + 1);
      const auto subtask =
          number < longer ? number / (size + 1) : count % parallelism + (number - longer) / size;
      expected.push_back(parallelism == 1 ? "judge"
                                          : "judge (" + std::to_string(subtask + 1) + "/" +
                                                std::to_string(parallelism) + ")");
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, expected);
  });
}

TEST(JobsWithDeadLetters, TakeThemFromKeyedFunctionsAndTimers) {
  struct with_timer {
    void process(const sale& each, keyed_process_context<std::string, std::uint32_t>& here) {
      here.timers().set_event_timer(end_of_time - 1s);
      here.emit(number_of(each));
    }
    void on_timer(event_time, keyed_process_context<std::string, std::uint32_t>& here) {
      if (here.key() == "shop-1") throw std::runtime_error{"closed"};
    }
  };
  in_every_way([](job_run& run) {
    std::vector<std::uint32_t> results;
    std::vector<dead_letter> letters;
    sales(run.env())
        .key_by(&sale::shop)
        .process<std::uint32_t>(with_timer{})
        .on_error(dead_letters_to(collect_into(letters)))
        .sink(collect_into(results));
    const auto totals = finish(run).totals;
    EXPECT_EQ(sorted_texts(results), sorted_texts(lucky_numbers()));
    std::vector<std::string> causes;
    for (const auto& each : letters) causes.push_back(each.record + ": " + each.cause);
    std::sort(causes.begin(), causes.end());
    std::vector<std::string> expected{"key shop-1: closed",
                                      to_text(sale_number(699)) + ": unlucky 699",
                                      to_text(sale_number(1399)) + ": unlucky 1399"};
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(causes, expected);
    EXPECT_EQ(totals.dead_lettered, 3U);
  });
}

}  // namespace
}  // namespace weir
