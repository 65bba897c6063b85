// SPDX-License-Identifier: Apache-2.0
// Plans by themselves: how short they are, and what is said about a part deep inside.
#include "state/evolution_planner.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

using action = conversion_step::action;

schema parsed(const std::string& text) { return *parse_schema(text); }

TEST(EvolutionPlanner, CopiesAtOnceWhatStaysAsItIs) {
  evolution_planner planner;
  const auto of = parsed("struct{a:u8,b:struct{c:u16,d:f64},e:event_time}");
  const auto step = planner.plan(of, of, {}, freedom::all);
  EXPECT_EQ(step.what, action::copy);
  EXPECT_EQ(step.size, 19U);
  EXPECT_TRUE(planner.changes().empty());
}

TEST(EvolutionPlanner, SaysThePathToThePartThatCannotGoOn) {
  evolution_planner planner;
  planner.plan(parsed("struct{legs:vector<struct{price:f64}>}"),
               parsed("struct{legs:vector<struct{price:f32}>}"), {}, freedom::all);
  ASSERT_TRUE(planner.failed());
  EXPECT_TRUE(
      planner.failure().message.starts_with("legs[].price: f64 cannot become f32: a number"))
      << planner.failure().message;
}

TEST(EvolutionPlanner, KeepsTheFirstFailure) {
  evolution_planner planner;
  planner.plan(parsed("struct{a:u8,b:u8}"), parsed("struct{a:string,b:string}"), {}, freedom::all);
  ASSERT_TRUE(planner.failed());
  EXPECT_EQ(planner.failure().message, "a: u8 cannot become string");
}

TEST(EvolutionPlanner, HasNoDefaultForANewFieldWithoutNotes) {
  evolution_planner planner;
  planner.plan(parsed("struct{a:u8}"), parsed("struct{a:u8,b:u8}"), {}, freedom::all);
  ASSERT_TRUE(planner.failed());
  EXPECT_EQ(planner.failure().message, "b: it is new, and u8 has no default that could be saved");
}

TEST(EvolutionPlanner, KeepsMessagesOfOneName) {
  evolution_planner planner;
  const auto same = planner.plan(parsed("protobuf{shop.order}"), parsed("protobuf{shop.order}"), {},
                                 freedom::all);
  EXPECT_EQ(same.what, action::copy_counted);
  for (const char* saved : {"protobuf{shop.order}", "protobuf{shop.order:CAE=}"}) {
    for (const char* now : {"protobuf{shop.order}", "protobuf{shop.order:CAI=}"}) {
      const auto step = planner.plan(parsed(saved), parsed(now), {}, freedom::all);
      EXPECT_EQ(step.what, action::copy_counted);
    }
  }
  EXPECT_FALSE(planner.failed());
  EXPECT_TRUE(planner.changes().empty());
  planner.plan(parsed("protobuf{shop.order:CAE=}"), parsed("protobuf{shop.bill:CAE=}"), {},
               freedom::all);
  EXPECT_EQ(planner.failure().message,
            "protobuf{shop.order} cannot become protobuf{shop.bill}: a message of Protocol Buffers "
            "keeps its full name");
}

TEST(EvolutionPlanner, LetsNoFieldInAKeyTakeThePlaceOfAnother) {
  evolution_planner planner;
  planner.plan(parsed("set<struct{a:u8,b:u8}>"), parsed("set<struct{b:u8,a:u8}>"), {},
               freedom::all);
  EXPECT_TRUE(planner.failed());
}

}  // namespace
}  // namespace weir
