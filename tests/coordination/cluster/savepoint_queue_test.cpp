// SPDX-License-Identifier: Apache-2.0
// Each order is carried out once and answered once, whatever comes between.
#include "coordination/cluster/savepoint_queue.hpp"

#include <map>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

const savepoint_order first{.token = "1", .directory = "/a"};
const savepoint_order second{.token = "2", .directory = "/b"};
const savepoint_order stop{.token = "3", .directory = "/c", .stops = true};
const savepoint_order signalled{};

savepoint_outcome taken(const std::string& path, after_savepoint then = after_savepoint::go_on) {
  return {.then = then, .path = path, .cause = {}};
}
savepoint_outcome failed(const std::string& why) {
  return {.then = after_savepoint::go_on, .path = "", .cause = error{error_code::io_failure, why}};
}

TEST(SavepointQueue, GivesOneOutAtATimeAndAnswersEach) {
  savepoint_queue queue;
  EXPECT_EQ(queue.next(), std::nullopt);
  queue.on_ordered(first);
  queue.on_ordered(second);
  EXPECT_EQ(queue.next(), first);
  EXPECT_EQ(queue.next(), std::nullopt);
  queue.on_ended(taken("/a/savepoint-1"));
  EXPECT_EQ(queue.next(), second);
  queue.on_ended(failed("no space"));
  EXPECT_EQ(queue.next(), std::nullopt);
  EXPECT_EQ(queue.answers(),
            (std::vector<savepoint_answer>{{"2", "", "no space"}, {"1", "/a/savepoint-1", ""}}));
}

TEST(SavepointQueue, TakesAnOrderThatIsToldAgainForTheSame) {
  savepoint_queue queue;
  for (int told = 0; told < 2; ++told) queue.on_ordered(first);
  EXPECT_EQ(queue.next(), first);
  queue.on_ordered(first);
  queue.on_ended(taken("/a/savepoint-1"));
  queue.on_ordered(first);
  EXPECT_EQ(queue.next(), std::nullopt);
  EXPECT_EQ(queue.answers().size(), 1U);
}

TEST(SavepointQueue, StopsFirst) {
  savepoint_queue queue;
  queue.on_ordered(first);
  queue.on_ordered(stop);
  EXPECT_EQ(queue.next(), stop);
}

TEST(SavepointQueue, AnswersNobodyWhoHasSentASignal) {
  savepoint_queue queue;
  for (int i = 0; i < 3; ++i) queue.on_ordered(signalled);
  EXPECT_EQ(queue.next(), signalled);
  queue.on_ordered(signalled);
  queue.on_ordered(first);
  queue.on_ended(taken("/usual/savepoint-1"));
  EXPECT_TRUE(queue.answers().empty()) << "the outcome of a signal was taken for an order's";
  EXPECT_EQ(queue.next(), signalled) << "it came while the first was being carried out";
  queue.on_ended(failed("no space"));
  EXPECT_EQ(queue.next(), first);
}

TEST(SavepointQueue, AnswersWhoWaitsWhenTheJobEnds) {
  savepoint_queue queue;
  queue.on_ordered(first);
  queue.on_ordered(second);
  queue.next();
  queue.on_job_ended("failed");
  EXPECT_EQ(queue.next(), std::nullopt);
  queue.on_ordered(stop);
  ASSERT_EQ(queue.answers().size(), 3U);
  for (const auto& each : queue.answers()) {
    EXPECT_EQ(each.failure, "the job has ended before the savepoint: failed");
  }
}

TEST(SavepointQueue, AnswersAnOrderToStopWithTheSavepointThatTheJobHasStoppedWith) {
  savepoint_queue queue;
  queue.on_ordered({.token = "0", .directory = "", .stops = true});
  queue.next();
  queue.on_ordered({.token = "a", .directory = "/usual", .stops = true});
  queue.on_ordered({.token = "b", .directory = "/usu", .stops = true});
  queue.on_ordered({.token = "c"});
  queue.on_ended(taken("/usual/savepoint-7-5f", after_savepoint::stop));
  EXPECT_EQ(queue.next(), std::nullopt) << "the job would refuse it, as it ends";
  queue.on_job_ended("finished");
  for (const auto* token : {"0", "a"}) {
    ASSERT_NE(find_answer(queue.answers(), token), nullptr) << token;
    EXPECT_EQ(find_answer(queue.answers(), token)->path, "/usual/savepoint-7-5f");
  }
  for (const auto* token : {"b", "c"}) {
    EXPECT_EQ(find_answer(queue.answers(), token)->failure,
              "the job has stopped with another savepoint before: /usual/savepoint-7-5f");
  }
}

TEST(SavepointQueue, GoesOnWhenTheJobHasNotStopped) {
  savepoint_queue queue;
  queue.on_ordered(stop);
  queue.next();
  queue.on_ordered(first);
  queue.on_ended({.then = after_savepoint::stop,
                  .path = "",
                  .cause = error{error_code::io_failure, "no space"}});
  EXPECT_EQ(queue.next(), first);
}

TEST(SavepointQueue, RefusesMoreThanItKeeps) {
  savepoint_queue queue;
  for (std::size_t i = 0; i < most_savepoint_orders + 3; ++i) {
    queue.on_ordered({.token = "t" + std::to_string(i)});
  }
  ASSERT_EQ(queue.answers().size(), 1U);
  EXPECT_EQ(queue.answers()[0].token, "t10");
  EXPECT_EQ(queue.answers()[0].failure, "too many savepoints wait already; try again");
}

// Orders are told again and again as long as they are not answered, as a leader does.
TEST(SavepointQueue, CarriesOutEachOrderOnceAndAnswersItOnce) {
  for (const auto seed : seeds_for(200)) {
    random_numbers random{seed};
    savepoint_queue queue;
    std::map<std::string, int> carried_out;
    std::map<std::string, savepoint_order> pending;
    std::size_t answered = 0;
    bool is_busy = false;
    for (int step = 0; step < 300; ++step) {
      switch (random.below(4)) {
        case 0: {
          if (pending.size() >= most_savepoint_orders) break;
          const auto token = "t" + std::to_string(step);
          pending[token] = {.token = token, .directory = "/d"};
          break;
        }
        case 1:
          for (const auto& [token, order] : pending) queue.on_ordered(order);
          break;
        case 2:
          if (const auto next = queue.next()) {
            is_busy = true;
            ++carried_out[next->token];
          }
          break;
        default:
          if (std::exchange(is_busy, false)) queue.on_ended(taken("/d/savepoint-1"));
      }
      for (const auto& each : queue.answers()) answered += pending.erase(each.token);
    }
    for (const auto& [token, times] : carried_out) {
      ASSERT_EQ(times, 1) << token << " with seed " << seed;
    }
    EXPECT_GT(answered, 0U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir
