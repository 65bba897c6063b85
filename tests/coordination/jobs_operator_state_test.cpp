// SPDX-License-Identifier: Apache-2.0
// Whole jobs whose functions remember what belongs to no key: lists of a subtask, and what all
// subtasks are told.
#include <functional>
#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/support/job_runner.hpp"
#include "tests/support/sales.hpp"

namespace weir {
namespace {

constexpr std::uint64_t count = 2500;
using text_context = keyed_process_context<std::string, std::string>;

// Hands on a hundred sales at a time, and the rest when the input has ended.
struct hundreds {
  operator_list<std::int64_t> waiting;

  void open(operator_state& state) { waiting = state.list<std::int64_t>("waiting"); }
  void process(const sale& each, process_context<std::int64_t>& here) {
    waiting.add(each.amount);
    if (waiting.size() == 100) finish(here);
  }
  void finish(process_context<std::int64_t>& here) {
    here.emit(std::accumulate(waiting.get().begin(), waiting.get().end(), std::int64_t{0}));
    waiting.clear();
  }
};

TEST(JobsWithOperatorState, RememberAListWithoutAKey) {
  std::vector<std::int64_t> expected(count / 100 + 1);
  const auto sales = make_sales(count);
  for (std::size_t i = 0; i < sales.size(); ++i) expected[i / 100] += sales[i].amount;
  expect_results(expected, [](environment& env) {
    return from_sales(env, make_sales(count))
        .parallelism(1)
        .process<std::int64_t>(hundreds{})
        .uid("hundreds")
        .parallelism(1);
  });
}

using rate = std::pair<std::string, std::int64_t>;

stream<rate> rates(environment& env) {
  std::vector<rate> all;
  for (int i = 0; i < 10; ++i) all.emplace_back("shop-" + std::to_string(i), i + 1);
  return env.from(collection(all)).name("rates");
}
std::int64_t rate_of(const std::string& shop) { return shop.back() - '0' + 1; }

// A sale at the shop's rate, when both are known.
struct rated {
  broadcast_map<std::string, std::int64_t> known;
  operator_list<sale> waiting;

  void open(operator_state& state) {
    known = state.broadcast_map<std::string, std::int64_t>("known");
    waiting = state.union_list<sale>("waiting");
  }
  void on_left(const sale& each, process_context<std::int64_t>& here) {
    if (const auto* found = known.find(each.shop)) return here.emit(each.amount * *found);
    waiting.add(each);
  }
  void on_right(const rate& told, broadcast_context<std::int64_t>& here) {
    here.write(known).set(told.first, told.second);
    std::vector<sale> still_waiting;
    for (const sale& each : waiting.get()) {
      if (each.shop != told.first) {
        still_waiting.push_back(each);
      } else {
        here.emit(each.amount * told.second);
      }
    }
    waiting.set(std::move(still_waiting));
  }
};

TEST(JobsWithOperatorState, TellEverySubtaskOfAPlainStreamTheSame) {
  std::vector<std::int64_t> expected;
  for (const auto& each : make_sales(count)) expected.push_back(each.amount * rate_of(each.shop));
  expect_results(expected, [](environment& env) {
    return from_sales(env, make_sales(count))
        .connect_broadcast(rates(env))
        .process<std::int64_t>(rated{})
        .uid("rated");
  });
}

// The sum of a shop at its rate, when everything has come.
struct rated_sums {
  broadcast_map<std::string, std::int64_t> known;
  reducing_state<std::int64_t> sum;

  void open(operator_state& state) {
    known = state.broadcast_map<std::string, std::int64_t>("known");
  }
  void open(keyed_state<std::string>& state) {
    sum = state.reducing<std::int64_t>("sum", std::plus<std::int64_t>{});
  }
  void on_left(const sale& each, text_context& here) {
    sum.add(each.amount);
    here.timers().set_event_timer(end_of_time);
  }
  void on_right(const rate& told, broadcast_context<std::string>& here) {
    here.write(known).set(told.first, told.second);
  }
  void on_timer(event_time, text_context& here) {
    here.emit(here.key() + " " + to_text(*sum.get() * known.get(here.key()).value_or(0)));
  }
};

TEST(JobsWithOperatorState, TellEverySubtaskOfAKeyedStreamTheSame) {
  std::vector<std::string> expected;
  std::map<std::string, std::int64_t> sums;
  for (const auto& each : make_sales(count)) sums[each.shop] += each.amount * rate_of(each.shop);
  for (const auto& [shop, sum] : sums) expected.push_back(shop + " " + to_text(sum));
  expect_results(expected, [](environment& env) {
    return from_sales(env, make_sales(count))
        .key_by(&sale::shop)
        .connect_broadcast(rates(env))
        .process<std::string>(rated_sums{})
        .uid("sums");
  });
}

}  // namespace
}  // namespace weir
