// SPDX-License-Identifier: Apache-2.0
// Process functions with a key: state, timers of both kinds, errors, the end of the input.
#include "api/operators/keyed_process.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "api/operators/keyed_co_process.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

struct click {
  std::string user;
  int page = 0;
};

using user_of = std::string click::*;
using context = keyed_process_context<std::string, std::string>;

template <class F>
auto harness_of(F function) {
  return operator_harness<click, std::string>{
      std::make_unique<keyed_process_operator<std::string, click, user_of, std::string, F>>(
          &click::user, function, nullptr)};
}

// Counts the clicks of each user, until `forget_after` without one.
struct click_counter {
  value_state<int> count;
  list_state<int> pages;
  map_state<int, int> visits;

  void open(keyed_state<std::string>& state) {
    count = state.value<int>("count");
    pages = state.list<int>("pages");
    visits = state.map<int, int>("visits");
  }
  void process(const click& c, context& here) {
    ++count.value();
    pages.add(c.page);
    ++visits.value(c.page);
    here.emit(here.key() + ": " + std::to_string(*count.get()) + " clicks, " +
              std::to_string(pages.size()) + " pages, " + std::to_string(visits.size()) +
              " different");
  }
};

TEST(KeyedProcess, KeepsTheStateOfEachKeyApart) {
  auto harness = harness_of(click_counter{});
  harness.push({{{"ann", 1}, at(1)}, {{"bob", 1}, at(1)}, {{"ann", 1}, at(2)}});
  harness.push({{{"ann", 2}, at(3)}, {{"bob", 2}, at(3)}});
  EXPECT_EQ(harness.values(), (std::vector<std::string>{
                                  "ann: 1 clicks, 1 pages, 1 different",
                                  "bob: 1 clicks, 1 pages, 1 different",
                                  "ann: 2 clicks, 2 pages, 1 different",
                                  "ann: 3 clicks, 3 pages, 2 different",
                                  "bob: 2 clicks, 2 pages, 2 different",
                              }));
  EXPECT_EQ(harness.counters().records_in, 5U);
  EXPECT_EQ(harness.counters().records_out, 5U);
}

// Says when a user has been away for ten seconds.
struct absence {
  value_state<event_time> last;

  void open(keyed_state<std::string>& state) { last = state.value<event_time>("last"); }
  void process(const click&, context& here) {
    if (last.has()) here.timers().erase_event_timer(last.value() + 10s);
    last.set(here.time());
    here.timers().set_event_timer(here.time() + 10s);
  }
  void on_timer(event_time, context& here) {
    here.emit(here.key() + " is away");
    last.clear();
  }
};

TEST(KeyedProcess, FiresEventTimersInOrderOfTimeWithTheirKeyAndState) {
  auto harness = harness_of(absence{});
  harness.push({{{"bob", 1}, at(2)}, {{"ann", 1}, at(1)}, {{"cid", 1}, at(3)}});
  harness.push({{{"ann", 2}, at(5)}});
  harness.watermark(at(11));
  EXPECT_EQ(harness.values(), std::vector<std::string>{});
  harness.watermark(at(13));
  EXPECT_EQ(harness.take(),
            (std::vector<timed<std::string>>{{"bob is away", at(12)}, {"cid is away", at(13)}}));
  harness.finish();
  EXPECT_EQ(harness.take(), (std::vector<timed<std::string>>{{"ann is away", at(15)}}));
}

// Repeats itself every second of processing time, three times.
struct reminder {
  value_state<int> left;

  void open(keyed_state<std::string>& state) { left = state.value<int>("left"); }
  void process(const click&, context& here) {
    left.set(3);
    here.timers().set_processing_timer(here.processing_time() + 1s);
  }
  void on_processing_timer(processing_time due, context& here) {
    here.emit(here.key() + " at " + to_string(due.time_since_epoch()));
    if (--left.value() > 0) here.timers().set_processing_timer(due + 1s);
  }
};

TEST(KeyedProcess, FiresProcessingTimersWithTheTimeOfTheWatermark) {
  auto harness = harness_of(reminder{});
  harness.processing_time_is(processing_at(100));
  harness.watermark(at(7));
  harness.push({"ann", 1}, at(8));
  EXPECT_EQ(harness.tested().next_processing_timer(), processing_at(101));
  harness.processing_time_is(processing_at(102));
  EXPECT_EQ(harness.take(),
            (std::vector<timed<std::string>>{{"ann at 1m41s", at(7)}, {"ann at 1m42s", at(7)}}));
  EXPECT_EQ(harness.tested().next_processing_timer(), processing_at(103));
}

TEST(KeyedProcess, DropsProcessingTimersThatAreNotDueWhenTheInputEnds) {
  auto harness = harness_of(reminder{});
  harness.processing_time_is(processing_at(100));
  harness.push({"ann", 1}, at(8));
  harness.finish();
  EXPECT_EQ(harness.values(), std::vector<std::string>{});
}

// Sets a timer for every record, with a key for each.
struct alarm {
  void process(const int& x, keyed_process_context<int, int>& here) {
    here.timers().set_event_timer(at(x));
  }
  void on_timer(event_time, keyed_process_context<int, int>& here) { here.emit(here.key()); }
};

TEST(KeyedProcess, FiresNoMoreThanATurnOfTimersInOneCall) {
  auto key_of = [](int x) { return x; };
  operator_harness<int, int> harness{
      std::make_unique<keyed_process_operator<int, int, decltype(key_of), int, alarm>>(
          key_of, alarm{}, nullptr)};
  constexpr int count = 10'000;
  std::vector<int> expected;
  for (int x = 0; x < count; ++x) {
    harness.push(count - x, at(0));
    expected.push_back(x + 1);
  }
  EXPECT_EQ(harness.watermark(at(count)), 3U);
  EXPECT_EQ(harness.values(), expected);
}

// Throws for page 13, and in the timer that a click on page 14 sets.
struct fragile {
  void process(const click& c, context& here) {
    if (c.page == 13) throw std::invalid_argument{"unlucky page"};
    if (c.page == 14) here.timers().set_event_timer(at(20));
    here.emit(here.key());
  }
  void on_timer(event_time, context&) { throw std::logic_error{"broken alarm"}; }
};

TEST(KeyedProcess, AppliesTheErrorPolicyToRecordsAndTimers) {
  auto harness = harness_of(fragile{});
  auto& letters = harness.add_port<dead_letter>();
  harness.context().on_error = error_policy::dead_letter;
  harness.context().dead_letter_port = 1;
  harness.push({{{"ann", 13}, at(1)}, {{"bob", 14}, at(2)}});
  EXPECT_EQ(harness.values(), std::vector<std::string>{"bob"});
  harness.watermark(at(20));
  ASSERT_EQ(letters.records.size(), 2U);
  EXPECT_EQ(letters.records[0].value.cause, "unlucky page");
  EXPECT_EQ(letters.records[1].value, (dead_letter{"key bob", "broken alarm", "tested (1/1)",
                                                   "the timer of 1970-01-01T00:00:20Z"}));
}

struct counting_at_the_end {
  int seen = 0;
  void process(const click&, context&) { ++seen; }
  void finish(process_context<std::string>& end) { end.emit(std::to_string(seen)); }
};

TEST(KeyedProcess, EmitsWhenTheInputHasEnded) {
  auto harness = harness_of(counting_at_the_end{});
  harness.push({{{"ann", 1}, at(1)}, {{"bob", 1}, at(4)}});
  harness.finish();
  EXPECT_EQ(harness.take(), (std::vector<timed<std::string>>{{"2", at(4)}}));
}

template <class F>
std::string failure_of_opening(F function) {
  auto harness = harness_of(function);
  try {
    harness.open();
  } catch (const task_failure& failure) {
    return failure.cause().message;
  }
  return "";
}

struct opens_twice {
  void open(keyed_state<std::string>& state) {
    state.value<int>("count");
    state.list<std::string>("count");
  }
  void process(const click&, context&) {}
};

TEST(KeyedProcess, RefusesOneNameForTwoStates) {
  EXPECT_EQ(failure_of_opening(opens_twice{}),
            "state \"count\" is opened twice, as value<int> and as list<std::string>; give each "
            "state of an operator a name of its own");
}

struct opens_a_taken_name {
  void open(keyed_state<std::string>& state) { state.value<int>("event-timers"); }
  void process(const click&, context&) {}
};

TEST(KeyedProcess, RefusesTheNamesOfItsOwnTables) {
  EXPECT_EQ(failure_of_opening(opens_a_taken_name{}),
            "state \"event-timers\" has the name of a table that the operator keeps itself; choose "
            "another name");
}

struct uses_state_while_opening {
  value_state<int> count;
  void open(keyed_state<std::string>& state) {
    count = state.value<int>("count");
    count.set(0);
  }
  void process(const click&, context&) {}
};

TEST(KeyedProcess, RefusesTheUseOfStateWithoutAKey) {
  EXPECT_EQ(failure_of_opening(uses_state_while_opening{}),
            "state \"count\" was used outside the handling of a record or a timer, where there is "
            "no key it could speak of");
}

// Joins a user's clicks with the user's name, once it is known.
struct introduction {
  value_state<int> name;
  list_state<int> waiting;

  void open(keyed_state<std::string>& state) {
    name = state.value<int>("name");
    waiting = state.list<int>("waiting");
  }
  void on_left(const click& c, context& here) {
    if (name.has()) {
      here.emit(std::to_string(name.value()) + " on " + std::to_string(c.page));
    } else {
      waiting.add(c.page);
    }
  }
  void on_right(const std::pair<std::string, int>& p, context& here) {
    name.set(p.second);
    for (const int page : waiting.get()) {
      here.emit(std::to_string(p.second) + " was on " + std::to_string(page));
    }
    waiting.clear();
  }
};

TEST(KeyedCoProcess, SharesStateBetweenTheTwoSidesOfAKey) {
  using person = std::pair<std::string, int>;
  using first_of = std::string person::*;
  operator_harness<click, std::string> harness{
      std::make_unique<keyed_co_process_operator<std::string, click, user_of, person, first_of,
                                                 std::string, introduction>>(
          &click::user, &person::first, introduction{}, nullptr)};
  harness.push({{{"ann", 1}, at(1)}, {{"bob", 2}, at(2)}});
  batch_of<person> people;
  people.push(person{"ann", 7}, at(3));
  harness.push_to(1, people);
  harness.push({{{"ann", 3}, at(4)}});
  EXPECT_EQ(harness.take(),
            (std::vector<timed<std::string>>{{"7 was on 1", at(3)}, {"7 on 3", at(4)}}));
}

}  // namespace
}  // namespace weir
