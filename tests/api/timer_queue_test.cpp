// SPDX-License-Identifier: Apache-2.0
// Timers fire once for each (time, key), in order of time and, at one time, of setting.
#include "api/timer_queue.hpp"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "state/huge_page_memory.hpp"
#include "tests/support/snapshot_of.hpp"

namespace weir {
namespace {

event_time after(std::int64_t microseconds) { return event_time{duration{microseconds}}; }

TEST(TimerQueue, FiresInOrderOfTimeThenOfSetting) {
  huge_page_memory memory;
  timer_queue<std::string> timers{memory};
  EXPECT_TRUE(timers.set(after(20), "c"));
  EXPECT_TRUE(timers.set(after(10), "b"));
  EXPECT_TRUE(timers.set(after(10), "a"));
  EXPECT_EQ(timers.next_time(), after(10));
  std::string order;
  while (const auto due = timers.pop_due(after(100))) order += due->key;
  EXPECT_EQ(order, "bac");
  EXPECT_EQ(timers.next_time(), std::nullopt);
}

TEST(TimerQueue, TakesTheSameTimerOnce) {
  huge_page_memory memory;
  timer_queue<int> timers{memory};
  EXPECT_TRUE(timers.set(after(5), 1));
  EXPECT_FALSE(timers.set(after(5), 1));
  EXPECT_TRUE(timers.set(after(6), 1));
  EXPECT_EQ(timers.size(), 2);
  EXPECT_EQ(timers.pop_due(after(5)), (timer<int>{after(5), 1}));
  EXPECT_EQ(timers.pop_due(after(5)), std::nullopt);
  EXPECT_TRUE(timers.set(after(5), 1));
}

TEST(TimerQueue, ForgetsAnErasedTimerAndTakesItAgain) {
  huge_page_memory memory;
  timer_queue<int> timers{memory};
  timers.set(after(5), 1);
  timers.set(after(5), 2);
  timers.set(after(9), 3);
  EXPECT_TRUE(timers.erase(after(5), 1));
  EXPECT_FALSE(timers.erase(after(5), 1));
  timers.set(after(5), 1);
  EXPECT_EQ(timers.pop_due(after(5)), (timer<int>{after(5), 2}));
  EXPECT_EQ(timers.pop_due(after(5)), (timer<int>{after(5), 1}));
  timers.erase(after(9), 3);
  EXPECT_EQ(timers.next_time(), std::nullopt);
  EXPECT_EQ(timers.size(), 0);
}

TEST(TimerQueue, AgreesWithASortedMapUnderRandomUse) {
  huge_page_memory memory;
  timer_queue<std::uint32_t, processing_time> timers{memory};
  std::map<std::pair<std::int64_t, std::uint64_t>, std::uint32_t> by_order;
  std::map<std::pair<std::int64_t, std::uint32_t>, std::uint64_t> numbers;
  std::mt19937_64 random{3};
  for (std::uint64_t n = 0; n < 50'000; ++n) {
    const auto time = static_cast<std::int64_t>(random() % 500);
    const auto key = static_cast<std::uint32_t>(random() % 20);
    const processing_time when{duration{time}};
    const std::pair id{time, key};
    switch (random() % 8) {
      case 0: {
        const auto due = timers.pop_due(when);
        const bool expects = !by_order.empty() && by_order.begin()->first.first <= time;
        ASSERT_EQ(due.has_value(), expects);
        if (!expects) break;
        const auto [place, first_key] = *by_order.begin();
        ASSERT_EQ(due->key, first_key);
        ASSERT_EQ(due->time.time_since_epoch().count(), place.first);
        by_order.erase(by_order.begin());
        numbers.erase({place.first, first_key});
        break;
      }
      case 1:
      case 2:
      case 3: {
        const auto known = numbers.find(id);
        ASSERT_EQ(timers.erase(when, key), known != numbers.end());
        if (known == numbers.end()) break;
        by_order.erase({time, known->second});
        numbers.erase(known);
        break;
      }
      default:
        ASSERT_EQ(timers.set(when, key), numbers.emplace(id, n).second);
        if (numbers[id] == n) by_order[{time, n}] = key;
    }
    ASSERT_EQ(timers.size(), numbers.size());
    std::optional<processing_time> next;
    if (!by_order.empty()) next = processing_time{duration{by_order.begin()->first.first}};
    ASSERT_EQ(timers.next_time(), next);
  }
  std::size_t seen = 0;
  timers.for_each([&](processing_time time, std::uint32_t key) {
    ++seen;
    EXPECT_TRUE(numbers.contains({time.time_since_epoch().count(), key}));
  });
  EXPECT_EQ(seen, numbers.size());
}

using string_timers = timer_queue<std::string>;

TEST(TimerQueueSnapshot, FiresInTheSameOrderAfterARestore) {
  huge_page_memory memory;
  string_timers timers{memory};
  const auto change_at_random = [&](string_timers& changed, std::uint64_t seed) {
    std::mt19937_64 same{seed};
    for (int n = 0; n < 2000; ++n) {
      const event_time time = after(static_cast<std::int64_t>(same() % 300));
      const std::string key = std::to_string(same() % 50);
      if (same() % 3 == 0) {
        changed.erase(time, key);
      } else {
        changed.set(time, key);
      }
    }
  };
  change_at_random(timers, 1);
  string_timers restored{memory};
  load_all(restored, blocks_of(timers));
  EXPECT_EQ(restored.size(), timers.size());
  change_at_random(timers, 2);
  change_at_random(restored, 2);
  while (const auto due = timers.pop_due(after(1000))) {
    ASSERT_EQ(restored.pop_due(after(1000)), due);
  }
  EXPECT_EQ(restored.size(), 0U);
}

TEST(TimerQueueSnapshot, KeepsTheTimersOfItsKeyGroupsOnly) {
  huge_page_memory memory;
  string_timers timers{memory, hash_range{{0, 128}, 128}};
  for (int i = 0; i < 30'000; ++i) timers.set(after(i / 3), std::to_string(i));
  const auto blocks = blocks_of(timers);
  EXPECT_GT(blocks.size(), 10U);
  std::size_t sum = 0;
  for (std::uint32_t subtask = 0; subtask < 3; ++subtask) {
    const key_group_range groups = key_groups_of({subtask}, 3, 128);
    string_timers part{memory, hash_range{groups, 128}};
    load_all(part, blocks);
    part.for_each([&](event_time, const std::string& key) {
      ASSERT_TRUE(groups.contains(key_group_of(hash_key(key), 128)));
    });
    sum += part.size();
  }
  EXPECT_EQ(sum, timers.size());
}

TEST(TimerQueueSnapshot, NamesItsTypesAndRefusesWhatItHas) {
  huge_page_memory memory;
  string_timers timers{memory};
  EXPECT_EQ(timers.schema(), (table_schema{"timers", "tuple{event_time,string,u64}"}));
  timers.set(after(5), "a");
  const status loaded = timers.load(blocks_of(timers).front());
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.failure().message,
            "a timer comes twice; the checkpoint is damaged, restore an older one");
}

}  // namespace
}  // namespace weir
