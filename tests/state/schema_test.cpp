// SPDX-License-Identifier: Apache-2.0
// Which text is which schema, and what is wrong with text that is none.
#include "state/schema.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

schema parsed(const std::string& text) {
  auto of = parse_schema(text);
  EXPECT_TRUE(of.ok()) << (of ? "" : of.failure().message);
  return of ? *of : schema{};
}

std::string problem_of(const std::string& text) {
  const auto of = parse_schema(text);
  EXPECT_FALSE(of.ok()) << text;
  return of ? "" : of.failure().message;
}

TEST(Schema, KeepsTheTextOfEveryPart) {
  const schema of = parsed("pair{string,map<u64,vector<i32>>}");
  EXPECT_EQ(of.kind, schema_kind::tuple);
  ASSERT_EQ(of.parts.size(), 2U);
  EXPECT_EQ(of.parts[0].text, "string");
  EXPECT_EQ(of.parts[1].text, "map<u64,vector<i32>>");
  EXPECT_EQ(of.parts[1].parts[1].text, "vector<i32>");
  EXPECT_EQ(of.parts[1].parts[1].parts[0].width, 4U);
}

TEST(Schema, KnowsTheNamesOfFields) {
  const schema of = parsed("struct{symbol:string,u64:u64,at:event_time}");
  EXPECT_EQ(of.kind, schema_kind::record);
  EXPECT_EQ(of.names, (std::vector<std::string>{"symbol", "u64", "at"}));
  EXPECT_EQ(parsed("struct{u64,string}").kind, schema_kind::tuple);
}

TEST(Schema, KnowsWhatATimeSpanCounts) {
  EXPECT_EQ(parsed("duration{i64*us}").fraction, 1'000'000);
  EXPECT_EQ(parsed("duration{i64*s}").period, 1);
  EXPECT_EQ(parsed("duration{i32*60s}").period, 60);
  const schema thirds = parsed("duration{f64*2/3s}");
  EXPECT_EQ(thirds.period, 2);
  EXPECT_EQ(thirds.fraction, 3);
}

TEST(Schema, TakesAnythingElseForACodecOfAUser) {
  EXPECT_EQ(parsed("shop::money").kind, schema_kind::foreign);
  EXPECT_EQ(parsed("u128").kind, schema_kind::foreign);
  const schema of = parsed("pair{struct{price:shop::money<eur,2>,n:u8},u64}");
  ASSERT_NE(foreign_part(of), nullptr);
  EXPECT_EQ(foreign_part(of)->text, "shop::money<eur,2>");
  EXPECT_EQ(foreign_part(parsed("pair{u8,optional<string>}")), nullptr);
}

TEST(Schema, KeepsTheDescriptorsOfMessagesOutOfItsText) {
  const schema of = parsed("map<u8,protobuf{shop.order:CAE=}>");
  EXPECT_EQ(of.text, "map<u8,protobuf{shop.order}>");
  EXPECT_EQ(of.parts[1].kind, schema_kind::message);
  EXPECT_EQ(of.parts[1].text, "protobuf{shop.order}");
  EXPECT_EQ(of.parts[1].names, (std::vector<std::string>{"shop.order"}));
  EXPECT_EQ(of.parts[1].descriptors, "CAE=");
  EXPECT_EQ(of, parsed("map<u8,protobuf{shop.order}>"));
  EXPECT_EQ(of, parsed("map<u8,protobuf{shop.order:CAI=}>"));
  EXPECT_NE(of, parsed("map<u8,protobuf{shop.bill:CAE=}>"));
  EXPECT_EQ(parsed("protobuf{shop::order}").names, (std::vector<std::string>{"shop::order"}));
  EXPECT_EQ(parsed("protobuf{a:?}").names, (std::vector<std::string>{"a:?"}));
  EXPECT_EQ(problem_of("protobuf{a:CAE="), "schema 'protobuf{a:CAE=': character 16: expected '}'");
  EXPECT_EQ(problem_of("pair{protobuf{a:CAE=}}"),
            "schema 'pair{protobuf{a}}': character 17: expected ','");
}

TEST(Schema, SaysWhereItIsWrong) {
  EXPECT_EQ(problem_of(""), "schema '': character 1: expected a type");
  EXPECT_EQ(problem_of("u64}"), "schema 'u64}': character 4: expected nothing more");
  EXPECT_EQ(problem_of("pair{u64"), "schema 'pair{u64': character 9: expected ','");
  EXPECT_EQ(problem_of("pair{u64,u8,u8}"), "schema 'pair{u64,u8,u8}': character 12: expected '}'");
  EXPECT_EQ(problem_of("vector<u8}"), "schema 'vector<u8}': character 10: expected '>'");
  EXPECT_EQ(problem_of("array<u8,0>"),
            "schema 'array<u8,0>': character 10: expected a number from 1");
  EXPECT_EQ(problem_of("enum{f64}"), "schema 'enum{f64}': character 9: expected an integer before");
  EXPECT_EQ(
      problem_of("struct{a:u8,u8}"),
      "schema 'struct{a:u8,u8}': character 15: expected a name for every field before, or for "
      "none");
  EXPECT_EQ(problem_of("duration{string*us}"),
            "schema 'duration{string*us}': character 16: expected a number before");
}

TEST(Schema, HasALimitOfDepth) {
  std::string deep = "u8";
  for (std::size_t i = 1; i < deepest_schema; ++i) deep = "optional<" + deep + ">";
  EXPECT_EQ(parsed(deep).kind, schema_kind::optional);
  EXPECT_NE(problem_of("optional<" + deep + ">").find("more than 64 schemas"), std::string::npos);
}

}  // namespace
}  // namespace weir
