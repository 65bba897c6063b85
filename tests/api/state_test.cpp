// SPDX-License-Identifier: Apache-2.0
// State handles: each key sees its own values, and nothing is left of what was cleared.
#include "api/state.hpp"

#include <string>

#include <gtest/gtest.h>

#include "state/memory_backend.hpp"

namespace weir {
namespace {

class State : public testing::Test {
protected:
  void turn_to(const std::string& key) {
    key_ = key;
    current_.set(key_);
  }

  memory_backend backend_{{0, default_max_parallelism}, default_max_parallelism};
  std::string key_;
  current_key<std::string> current_;
  operator_context context_;
  event_time at_hand_;
  state_time time_{context_, at_hand_};
  keyed_state<std::string> state_{backend_, current_, time_};
};

TEST_F(State, KeepsAValueForEachKey) {
  auto count = state_.value<int>("count");
  turn_to("a");
  EXPECT_FALSE(count.has());
  EXPECT_EQ(count.find(), nullptr);
  EXPECT_EQ(count.get(), std::nullopt);
  count.value() += 5;
  turn_to("b");
  EXPECT_FALSE(count.has());
  count.set(7);
  turn_to("a");
  EXPECT_EQ(count.get(), 5);
  count.clear();
  EXPECT_FALSE(count.has());
  turn_to("b");
  EXPECT_EQ(count.value(), 7);
}

TEST_F(State, SeesItsOwnChangesWithinATurn) {
  auto count = state_.value<int>("count");
  turn_to("a");
  EXPECT_FALSE(count.has());
  count.set(1);
  EXPECT_TRUE(count.has());
  count.clear();
  EXPECT_FALSE(count.has());
  count.clear();
  EXPECT_EQ(count.value(), 0);
  EXPECT_TRUE(count.has());
}

TEST_F(State, KeepsAListForEachKey) {
  auto names = state_.list<std::string>("names");
  turn_to("a");
  EXPECT_TRUE(names.empty());
  names.add("x");
  names.add("y");
  turn_to("b");
  EXPECT_EQ(names.size(), 0U);
  names.set({"z"});
  turn_to("a");
  EXPECT_EQ(names.get(), (std::vector<std::string>{"x", "y"}));
  names.set({});
  EXPECT_TRUE(names.empty());
  turn_to("b");
  EXPECT_EQ(names.get(), std::vector<std::string>{"z"});
  names.clear();
  EXPECT_TRUE(names.empty());
}

TEST_F(State, KeepsAMapForEachKey) {
  auto visits = state_.map<int, std::string>("visits");
  turn_to("a");
  EXPECT_TRUE(visits.empty());
  EXPECT_FALSE(visits.erase(1));
  visits.set(2, "two");
  visits.value(1) = "one";
  EXPECT_EQ(visits.entries(), (std::map<int, std::string>{{1, "one"}, {2, "two"}}));
  turn_to("b");
  EXPECT_EQ(visits.find(1), nullptr);
  EXPECT_EQ(visits.get(1), std::nullopt);
  turn_to("a");
  EXPECT_TRUE(visits.has(1));
  EXPECT_EQ(visits.get(2), "two");
  EXPECT_TRUE(visits.erase(1));
  EXPECT_TRUE(visits.erase(2));
  EXPECT_EQ(visits.size(), 0U);
}

TEST_F(State, KeepsManyKeysApart) {
  auto last = state_.value<std::string>("last");
  for (int i = 0; i < 5000; ++i) {
    turn_to("key " + std::to_string(i));
    last.set("value " + std::to_string(i));
  }
  for (int i = 0; i < 5000; ++i) {
    turn_to("key " + std::to_string(i));
    ASSERT_EQ(last.get(), "value " + std::to_string(i));
  }
}

}  // namespace
}  // namespace weir
