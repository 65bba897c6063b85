// SPDX-License-Identifier: Apache-2.0
// State with a time to live: when it expires, on which clock, what refreshes it, that it stays
// expired after a restore, and that its memory is given back.
#include "api/expiring_cell.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/operators/keyed_process.hpp"
#include "tests/support/parallel_harness.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

enum class action { look, count, look_at_the_timer };
struct visit {
  int user = 0;
  action what = action::count;
};
constexpr auto user_of = &visit::user;
using context = keyed_process_context<int, std::string>;

// Says how often a user came, until the state forgets.
struct visits {
  ttl life;
  value_state<int> count;

  void open(keyed_state<int>& state) { count = state.value<int>("count", life); }
  void process(const visit& each, context& here) {
    if (each.what == action::count) ++count.value();
    if (each.what == action::look_at_the_timer) {
      return here.timers().set_event_timer(here.time());
    }
    say(here);
  }
  void on_timer(event_time, context& here) { say(here); }
  void say(context& here) { here.emit(std::to_string(count.get().value_or(0))); }
};

template <class Function>
typename operator_harness<visit, std::string>::factory maker_of(Function function) {
  return [=] {
    return std::make_unique<
        keyed_process_operator<int, visit, int visit::*, std::string, Function>>(user_of, function,
                                                                                 nullptr);
  };
}
using harness_of_visits = operator_harness<visit, std::string>;

std::string answer_to(harness_of_visits& harness, action what, event_time time = at(0)) {
  harness.push({1, what}, time);
  const auto said = harness.values();
  return said.size() == 1 ? said.front() : std::to_string(said.size()) + " answers";
}

std::size_t entries_in(harness_of_visits& harness) {
  saved_operator checkpoint;
  harness.save_to(checkpoint);
  std::size_t entries = 0;
  for (const auto& block : checkpoint.tables().at("count").blocks) entries += block.entries;
  return entries;
}

TEST(ExpiringState, ExpiresExactlyAtTheEndOfItsLifetime) {
  harness_of_visits harness{maker_of(visits{ttl{10s}, {}})};
  harness.processing_time_is(processing_at(100));
  EXPECT_EQ(answer_to(harness, action::count), "1");
  harness.processing_time_is(processing_at(110) - 1us);
  EXPECT_EQ(answer_to(harness, action::look), "1");
  harness.processing_time_is(processing_at(110));
  EXPECT_EQ(answer_to(harness, action::look), "0");
  EXPECT_EQ(answer_to(harness, action::count), "1");
}

TEST(ExpiringState, LivesAnewWithEveryWrite) {
  harness_of_visits harness{maker_of(visits{ttl{10s}, {}})};
  for (int i = 0; i < 5; ++i) {
    harness.processing_time_is(processing_at(9 * i));
    EXPECT_EQ(answer_to(harness, action::count), std::to_string(i + 1));
  }
}

TEST(ExpiringState, LivesAnewWithEveryReadIfThatIsAskedFor) {
  harness_of_visits harness{
      maker_of(visits{ttl{.lifetime = 10s, .refresh = ttl_refresh::on_read_and_write}, {}})};
  answer_to(harness, action::count);
  for (int i = 1; i < 5; ++i) {
    harness.processing_time_is(processing_at(9 * i));
    EXPECT_EQ(answer_to(harness, action::look), "1");
  }
  harness.processing_time_is(processing_at(46));
  EXPECT_EQ(answer_to(harness, action::look), "0");
}

const ttl by_event_time{.lifetime = 10s, .clock = ttl_clock::event};

TEST(ExpiringState, ExpiresInEventTimeWhenTheWatermarkSaysSo) {
  harness_of_visits harness{maker_of(visits{by_event_time, {}})};
  harness.watermark(at(100));
  EXPECT_EQ(answer_to(harness, action::count, at(103)), "1");
  harness.watermark(at(113) - 1us);
  EXPECT_EQ(answer_to(harness, action::look, at(200)), "1");
  harness.watermark(at(113));
  EXPECT_EQ(answer_to(harness, action::look, at(113)), "0");
}

TEST(ExpiringState, TakesALateWriteAsOneOfNow) {
  harness_of_visits harness{maker_of(visits{by_event_time, {}})};
  harness.watermark(at(100));
  EXPECT_EQ(answer_to(harness, action::count, at(3)), "1");
  EXPECT_EQ(answer_to(harness, action::count, at(3)), "2");
  harness.watermark(at(109));
  EXPECT_EQ(answer_to(harness, action::count, at(4)), "3");
}

TEST(ExpiringState, IsThereForATimerOfATimeBeforeItsEndHoweverFarTheWatermarkLeaps) {
  harness_of_visits harness{maker_of(visits{by_event_time, {}})};
  answer_to(harness, action::count, at(100));
  harness.push(
      {{{1, action::look_at_the_timer}, at(109)}, {{1, action::look_at_the_timer}, at(110)}});
  harness.finish();
  EXPECT_EQ(harness.take(), (std::vector<timed<std::string>>{{"1", at(109)}, {"0", at(110)}}));
}

TEST(ExpiringState, StaysExpiredAfterARestore) {
  harness_of_visits harness{maker_of(visits{by_event_time, {}})};
  answer_to(harness, action::count, at(100));
  harness.watermark(at(110));
  harness.snapshot_and_restore();
  EXPECT_EQ(answer_to(harness, action::look, at(100)), "0");

  harness_of_visits on_the_clock{maker_of(visits{ttl{10s}, {}})};
  answer_to(on_the_clock, action::count);
  on_the_clock.processing_time_is(processing_at(9));
  on_the_clock.snapshot_and_restore();
  EXPECT_EQ(answer_to(on_the_clock, action::look), "1");
  on_the_clock.processing_time_is(processing_at(10));
  on_the_clock.snapshot_and_restore();
  EXPECT_EQ(answer_to(on_the_clock, action::look), "0");
}

TEST(ExpiringState, SaysInItsSchemaWhenItWasRefreshedAndOnWhichClock) {
  const auto schema_of = [](ttl life) {
    harness_of_visits harness{maker_of(visits{life, {}})};
    saved_operator checkpoint;
    harness.save_to(checkpoint);
    return checkpoint.tables().at("count").schema.entry;
  };
  EXPECT_EQ(schema_of(ttl{10s}),
            "pair{i32,struct{value:i32,refreshed:" + codec<processing_time>::schema() + "}}");
  EXPECT_EQ(schema_of(by_event_time),
            "pair{i32,struct{value:i32,refreshed:" + codec<event_time>::schema() + "}}");
}

// A few keys expire at a time, and others come and go while the clean-up is under way.
TEST(ExpiringState, GivesTheMemoryOfKeysBackThatNeverComeAgain) {
  constexpr int users = 5000;
  for (const bool on_the_clock : {true, false}) {
    harness_of_visits harness{maker_of(visits{on_the_clock ? ttl{10s} : by_event_time, {}})};
    for (int user = 0; user < users; ++user) harness.push({user, action::count}, at(0));
    EXPECT_EQ(entries_in(harness), std::size_t{users});
    const auto pass_to = [&](std::int64_t seconds) {
      on_the_clock ? harness.processing_time_is(processing_at(seconds))
                   : harness.watermark(at(seconds));
    };
    pass_to(10);
    EXPECT_GT(entries_in(harness), std::size_t{users} * 9 / 10) << "cleaned up all at once";
    std::size_t batches = 0;
    for (int round = 1; entries_in(harness) > 250 && round < 3000; ++round, ++batches) {
      pass_to(10 + round);
      harness.push({users + round % 200, action::count}, at(10 + round));
    }
    // At least 64 slots a batch of at most 16384: one round, and another for what moved. What the
    // loop itself adds expires while the next round is under way.
    EXPECT_LT(batches, 2 * 16384 / 64U);
    EXPECT_GT(batches, 10U);
  }
}

TEST(ExpiringState, IsRefusedWithoutALifetime) {
  for (const duration lifetime : {duration{0}, duration{-5s}}) {
    harness_of_visits harness{maker_of(visits{ttl{lifetime}, {}})};
    try {
      harness.open();
      FAIL() << "opened";
    } catch (const task_failure& failure) {
      EXPECT_EQ(failure.cause().code, error_code::plan_error);
      EXPECT_EQ(failure.cause().message,
                "state \"count\" has a time to live of " + to_string(lifetime) +
                    "; give it more than nothing, or open it without a ttl if it is to be kept "
                    "until it is cleared");
    }
  }
}

// Every kind of state with one ttl; says what is in each.
struct everything {
  ttl life;
  value_state<int> value;
  list_state<int> list;
  map_state<int, int> map;
  reducing_state<int> reducing;
  aggregating_state<decltype(count()), int> aggregating;

  void open(keyed_state<int>& state) {
    value = state.value<int>("value", life);
    list = state.list<int>("list", life);
    map = state.map<int, int>("map", life);
    reducing = state.reducing<int>("reducing", std::plus<int>{}, life);
    aggregating = state.aggregating<int>("aggregating", weir::count(), life);
  }
  void process(const visit& each, context& here) {
    if (each.what == action::count) {
      ++value.value();
      list.add(1);
      ++map.value(static_cast<int>(list.size()));
      reducing.add(1);
      aggregating.add(1);
    }
    here.emit(std::to_string(here.key()) + ": " + to_text(value.get().value_or(0)) + " " +
              to_text(list.size()) + " " + to_text(map.size()) + " " +
              to_text(reducing.get().value_or(0)) + " " + to_text(aggregating.get().value_or(0)));
  }
};

// What `everything` says if each key remembers when it was last refreshed.
struct model {
  struct memory {
    int count = 0;
    std::int64_t refreshed = 0;
  };
  std::map<int, memory> users;
  std::string answer_to(const visit& each, std::int64_t now, std::int64_t written) {
    auto& user = users[each.user];
    if (now >= user.refreshed + 10) user = {};
    if (each.what == action::count) user = {user.count + 1, std::max(user.refreshed, written)};
    std::string text = std::to_string(each.user) + ":";
    for (int i = 0; i < 5; ++i) text += " " + std::to_string(user.count);
    return text;
  }
};

void compare_with_the_model(const ttl& life, std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const bool on_the_clock = life.clock == ttl_clock::processing;
  harness_of_visits restored{maker_of(everything{life, {}, {}, {}, {}, {}})};
  parallel_harness<visit, std::string> rescaled{maker_of(everything{life, {}, {}, {}, {}, {}}),
                                                [](const visit& of) { return hash_key(of.user); }};
  model expected;
  random_numbers random{seed};
  constexpr std::uint32_t parallelisms[] = {1, 3, 2};
  std::int64_t now = 1000;
  for (std::size_t step = 0; step < 200; ++step) {
    if (on_the_clock) {
      restored.processing_time_is(processing_at(now));
      rescaled.processing_time_is(processing_at(now));
    } else {
      restored.watermark(at(now));
      rescaled.watermark(at(now));
    }
    if (random.below(3) == 0) restored.snapshot_and_restore();
    if (random.below(5) == 0) {
      rescaled.rescale(parallelisms[random.below(3)]);
      if (on_the_clock) rescaled.processing_time_is(processing_at(now));
    }
    std::vector<timed<visit>> batch;
    std::vector<std::string> answers;
    for (auto n = random.below(20); n > 0; --n) {
      const visit each{static_cast<int>(random.below(30)),
                       random.below(2) == 0 ? action::count : action::look};
      const auto time = now + static_cast<std::int64_t>(random.below(9)) - 4;
      batch.push_back({each, at(time)});
      answers.push_back(expected.answer_to(each, now, on_the_clock ? now : std::max(now, time)));
    }
    rescaled.push(batch);
    restored.push(std::move(batch));
    ASSERT_EQ(restored.values(), answers) << "step " << step;
    std::vector<std::string> actual;
    for (auto& each : rescaled.take()) actual.push_back(std::move(each.value));
    std::sort(actual.begin(), actual.end());
    std::sort(answers.begin(), answers.end());
    ASSERT_EQ(actual, answers) << "step " << step;
    now += static_cast<std::int64_t>(random.below(4));
  }
}

TEST(ExpiringState, OfEveryKindExpiresAsAWholeWhateverIsRestoredAndRescaled) {
  for (const std::uint64_t seed : seeds_for(20)) {
    compare_with_the_model(ttl{10s}, seed);
    compare_with_the_model(by_event_time, seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace weir
