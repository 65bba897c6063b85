// SPDX-License-Identifier: Apache-2.0
// Whole jobs whose functions remember: every kind of state, with and without a key, and timers of
// both clocks.
#include <map>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "connectors/generator_source.hpp"
#include "tests/support/job_runner.hpp"
#include "tests/support/sales.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t count = 2500;
using text_context = keyed_process_context<std::string, std::string>;

stream<sale> sales_in_order(environment& env) {
  return from_sales(env, make_sales(count)).parallelism(1);
}

// The sales of each shop, in the order of the input.
std::map<std::string, std::vector<sale>> sales_by_shop() {
  std::map<std::string, std::vector<sale>> shops;
  for (const auto& each : make_sales(count)) shops[each.shop].push_back(each);
  return shops;
}

// Says when a shop has sold more than ever before.
struct record_finder {
  value_state<std::int64_t> best;

  void open(keyed_state<std::string>& state) { best = state.value<std::int64_t>("best"); }
  void process(const sale& each, text_context& here) {
    if (best.has() && best.value() >= each.amount) return;
    best.set(each.amount);
    here.emit(here.key() + " " + std::to_string(each.amount));
  }
};

TEST(JobsWithState, RememberAValueForEachKey) {
  std::vector<std::string> expected;
  for (const auto& [shop, sales] : sales_by_shop()) {
    std::int64_t best = 0;
    for (const auto& each : sales) {
      if (each.amount > best) expected.push_back(shop + " " + std::to_string(each.amount));
      best = std::max(best, each.amount);
    }
  }
  expect_results(expected, [](environment& env) {
    return sales_in_order(env).key_by(&sale::shop).process<std::string>(record_finder{}).uid("r");
  });
}

// Hands out the sales of a shop five at a time.
struct five_at_a_time {
  list_state<std::int64_t> waiting;

  void open(keyed_state<std::string>& state) { waiting = state.list<std::int64_t>("waiting"); }
  void process(const sale& each, text_context& here) {
    waiting.add(each.amount);
    if (waiting.size() < 5) return;
    std::string text = here.key();
    for (const auto amount : waiting.get()) text += " " + std::to_string(amount);
    here.emit(std::move(text));
    waiting.clear();
  }
};

TEST(JobsWithState, RememberAListForEachKey) {
  std::vector<std::string> expected;
  for (const auto& [shop, sales] : sales_by_shop()) {
    for (std::size_t i = 0; i + 5 <= sales.size(); i += 5) {
      expected.push_back(shop);
      for (std::size_t k = i; k < i + 5; ++k) {
        expected.back() += " " + std::to_string(sales[k].amount);
      }
    }
  }
  expect_results(expected, [](environment& env) {
    return sales_in_order(env).key_by(&sale::shop).process<std::string>(five_at_a_time{}).uid("f");
  });
}

event_time hour_of(event_time time) {
  return time - (time.time_since_epoch() % std::chrono::hours{1});
}

// Adds up the hours of each shop, and tells of an hour when it is over.
struct hourly_sums {
  map_state<event_time, std::int64_t> hours;

  void open(keyed_state<std::string>& state) {
    hours = state.map<event_time, std::int64_t>("hours");
  }
  void process(const sale& each, text_context& here) {
    hours.value(hour_of(here.time())) += each.amount;
    here.timers().set_event_timer(hour_of(here.time()) + 1h);
  }
  void on_timer(event_time time, text_context& here) {
    here.emit(here.key() + " " + std::to_string(*hours.find(time - 1h)));
    hours.erase(time - 1h);
  }
};

TEST(JobsWithState, RememberAMapForEachKeyAndActOnEventTime) {
  std::vector<std::pair<std::string, event_time>> expected;
  for (const auto& [shop, sales] : sales_by_shop()) {
    std::map<event_time, std::int64_t> hours;
    for (const auto& each : sales) hours[hour_of(each.at)] += each.amount;
    for (const auto& [hour, sum] : hours) {
      expected.emplace_back(shop + " " + std::to_string(sum), hour + 1h);
    }
  }
  expect_timed_results(expected, [](environment& env) {
    return from_sales(env, make_sales(count))
        .key_by(&sale::shop)
        .process<std::string>(hourly_sums{})
        .uid("hours");
  });
}

// Raises an alarm when a shop has sold nothing for ten minutes.
struct silence {
  value_state<event_time> last;

  void open(keyed_state<std::string>& state) { last = state.value<event_time>("last"); }
  void process(const sale&, text_context& here) {
    if (last.has() && last.value() >= here.time()) return;
    if (last.has() && here.time() <= last.value() + 10min) {
      here.timers().erase_event_timer(last.value() + 10min);
    }
    last.set(here.time());
    here.timers().set_event_timer(here.time() + 10min);
  }
  void on_timer(event_time, text_context& here) { here.emit(here.key()); }
};

TEST(JobsWithState, TakeTimersBack) {
  std::vector<std::pair<std::string, event_time>> expected;
  for (const auto& [shop, sales] : sales_by_shop()) {
    std::set<event_time> times;
    for (const auto& each : sales) times.insert(each.at);
    for (auto at = times.begin(); at != times.end(); ++at) {
      const auto next = std::next(at);
      if (next == times.end() || *next - *at > 10min) expected.emplace_back(shop, *at + 10min);
    }
  }
  // In order, so that every record after a pause is seen after it.
  expect_timed_results(expected, [](environment& env) {
    auto sales = make_sales(count);
    std::stable_sort(sales.begin(), sales.end(),
                     [](const sale& a, const sale& b) { return a.at < b.at; });
    return env.from(collection(sales), monotonous(&sale::at))
        .parallelism(1)
        .key_by(&sale::shop)
        .process<std::string>(silence{})
        .uid("silence");
  });
}

// Answers each number with a timer: at once, or a little later.
struct answering {
  using context = keyed_process_context<std::uint64_t, std::uint64_t>;
  duration delay;
  map_state<processing_time, std::uint64_t> due;

  void open(keyed_state<std::uint64_t>& state) {
    due = state.map<processing_time, std::uint64_t>("due");
  }
  void process(std::uint64_t, context& here) {
    const auto time = here.processing_time() + delay;
    ++due.value(time);
    here.timers().set_processing_timer(time);
  }
  void on_processing_timer(processing_time time, context& here) {
    const auto waiting = due.get(time);
    if (!waiting || here.processing_time() < time) return here.emit(std::uint64_t{1'000'000});
    due.erase(time);
    for (std::uint64_t i = 0; i < *waiting; ++i) here.emit(std::uint64_t{1});
  }
};

std::uint64_t answers_to(job_run& run, std::uint64_t numbers, double rate, duration delay) {
  std::vector<std::uint64_t> answers;
  run.env()
      .from(generator(numbers, [](std::uint64_t i) { return i; }).at_rate(rate))
      .parallelism(1)
      .key_by([](std::uint64_t i) { return i % 5; })
      .process<std::uint64_t>(answering{delay, {}})
      .uid("answers")
      .sink(collect_into(answers));
  finish(run);
  return std::accumulate(answers.begin(), answers.end(), std::uint64_t{0});
}

TEST(JobsWithState, ActOnTheClockAtOnce) {
  in_every_way([](job_run& run) { EXPECT_EQ(answers_to(run, 500, 1e6, duration{0}), 500U); });
}

TEST(JobsWithState, ActOnTheClockLater) {
  // Ten milliseconds lie between two records, so only the last one's timer is not due in the end.
  in_each_of(simulated_ways(),
             [](job_run& run) { EXPECT_EQ(answers_to(run, 200, 100, duration{4000}), 199U); });
}

TEST(JobsWithState, NeverFireATimerOfTheClockThatIsNotDueInTheEnd) {
  in_every_way(
      [](job_run& run) { EXPECT_EQ(answers_to(run, 100, 1e6, std::chrono::hours{24}), 0U); });
}

// Counts keys in `open` state and says the count when the input has ended.
struct counting_keys {
  value_state<bool> seen;
  std::uint64_t keys = 0;

  void open(keyed_state<std::string>& state) { seen = state.value<bool>("seen"); }
  void process(const sale&, keyed_process_context<std::string, std::uint64_t>&) {
    if (!seen.has()) ++keys;
    seen.set(true);
  }
  void finish(process_context<std::uint64_t>& here) { here.emit(keys); }
};

TEST(JobsWithState, SaySomethingWhenTheInputHasEnded) {
  in_every_way([](job_run& run) {
    std::vector<std::uint64_t> keys;
    from_sales(run.env(), make_sales(count))
        .key_by(&sale::shop)
        .process<std::uint64_t>(counting_keys{})
        .uid("keys")
        .sink(collect_into(keys));
    finish(run);
    EXPECT_EQ(keys.size(), run.parallelism());
    EXPECT_EQ(std::accumulate(keys.begin(), keys.end(), std::uint64_t{0}), sales_by_shop().size());
  });
}

TEST(JobsWithState, CallAPlainFunctionWithTheKey) {
  std::vector<std::string> expected;
  for (const auto& each : make_sales(count)) expected.push_back(each.shop + "!");
  expect_results(expected, [](environment& env) {
    return from_sales(env, make_sales(count))
        .key_by(&sale::shop)
        .process<std::string>([](const sale&, text_context& here) { here.emit(here.key() + "!"); });
  });
}

// The best sale of a shop so far by reducing, the mean by aggregating.
struct best_and_mean {
  reducing_state<std::int64_t> best;
  aggregating_state<decltype(average(&sale::amount)), sale> mean;

  void open(keyed_state<std::string>& state) {
    best = state.reducing<std::int64_t>(
        "best", [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
    mean = state.aggregating<sale>("mean", average(&sale::amount));
  }
  void process(const sale& each, text_context& here) {
    best.add(each.amount);
    mean.add(each);
    here.emit(here.key() + " " + to_text(*best.get()) + " " + to_text(*mean.get()));
  }
};

TEST(JobsWithState, RememberWhatTheRecordsOfAKeyAddUpTo) {
  std::vector<std::string> expected;
  for (const auto& [shop, sales] : sales_by_shop()) {
    std::int64_t best = 0;
    double sum = 0;
    double seen = 0;
    for (const auto& each : sales) {
      best = std::max(best, each.amount);
      sum += static_cast<double>(each.amount);
      expected.push_back(shop + " " + to_text(best) + " " + to_text(sum / ++seen));
    }
  }
  expect_results(expected, [](environment& env) {
    return sales_in_order(env).key_by(&sale::shop).process<std::string>(best_and_mean{}).uid("b");
  });
}

// Counts the sales of a shop at their times, until there was none for ten minutes.
struct busy {
  map_state<event_time, bool> sold;
  value_state<std::int64_t> count;

  void open(keyed_state<std::string>& state) {
    sold = state.map<event_time, bool>("sold");
    count = state.value<std::int64_t>("count", ttl{.lifetime = 10min, .clock = ttl_clock::event});
  }
  void process(const sale&, text_context& here) {
    sold.set(here.time(), true);
    for (const duration after : {duration{0}, duration{10min} - 1us, duration{10min}}) {
      here.timers().set_event_timer(here.time() + after);
    }
  }
  void on_timer(event_time time, text_context& here) {
    if (sold.erase(time)) ++count.value();
    here.emit(here.key() + " " + to_text(count.get().value_or(0)));
  }
};

TEST(JobsWithState, ForgetInEventTimeToTheMicrosecond) {
  std::vector<std::pair<std::string, event_time>> expected;
  for (const auto& [shop, sales] : sales_by_shop()) {
    std::map<event_time, bool> times;  // Whether something was sold.
    for (const auto& each : sales) {
      times[each.at] = true;
      times.emplace(each.at + 10min - 1us, false);
      times.emplace(each.at + 10min, false);
    }
    std::int64_t sold = 0;
    event_time last = sales.front().at;
    for (const auto& [time, is_sale] : times) {
      if (time >= last + 10min) sold = 0;
      if (is_sale) {
        ++sold;
        last = time;
      }
      expected.emplace_back(shop + " " + to_text(sold), time);
    }
  }
  expect_timed_results(expected, [](environment& env) {
    return from_sales(env, make_sales(count))
        .key_by(&sale::shop)
        .process<std::string>(busy{})
        .uid("busy");
  });
}

}  // namespace
}  // namespace weir
