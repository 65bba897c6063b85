// SPDX-License-Identifier: Apache-2.0
// What export shows can be encoded again, and what is said about JSON that is no such value.
#include "state/json_encoding.hpp"

#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "state/message_type.hpp"
#include "state/schema_value.hpp"
#include "tests/support/message_of_fields.hpp"

namespace json_encoding_samples {

enum class color : std::uint8_t { red, green = 200 };

struct leg {
  std::string symbol;
  double price = 0;
};
WEIR_FIELDS(leg, symbol, price)

struct trade {
  std::uint64_t id = 0;
  std::vector<leg> legs;
  std::optional<std::int32_t> limit;
};
WEIR_FIELDS(trade, id, legs, limit)

}  // namespace json_encoding_samples

namespace weir {
namespace {

using json_encoding_samples::color;
using json_encoding_samples::leg;
using json_encoding_samples::trade;

// Bytes, to JSON, to bytes.
template <class T>
void goes_there_and_back(const T& value) {
  std::string bytes;
  codec<T>::encode(value, bytes);
  const auto of = parse_schema(codec<T>::schema());
  ASSERT_TRUE(of.ok());
  std::string json;
  std::string_view rest = bytes;
  ASSERT_TRUE(append_value(json, *of, rest).ok());
  std::string again;
  const auto encoded = encode_json(again, *of, json);
  EXPECT_TRUE(encoded.ok()) << json << ": " << (encoded ? "" : encoded.failure().message);
  EXPECT_EQ(again, bytes) << json;
}

TEST(JsonEncoding, IsTheOtherWayOfEveryKindOfValue) {
  goes_there_and_back(std::monostate{});
  goes_there_and_back(true);
  goes_there_and_back('x');
  goes_there_and_back('\xff');
  goes_there_and_back(std::numeric_limits<std::uint64_t>::max());
  goes_there_and_back(std::numeric_limits<std::int64_t>::min());
  goes_there_and_back(std::int8_t{-128});
  goes_there_and_back(std::uint16_t{65535});
  goes_there_and_back(0.1F);
  goes_there_and_back(1e300);
  goes_there_and_back(-std::numeric_limits<double>::infinity());
  goes_there_and_back(color::green);
  goes_there_and_back(std::string{"a\"\\\n\u00e9"});
  goes_there_and_back(std::string{"\xff\xfe"});
  goes_there_and_back(event_time{std::chrono::seconds{978'307'200}});
  goes_there_and_back(duration{std::chrono::minutes{90}});
  goes_there_and_back(std::chrono::nanoseconds{-7});
  goes_there_and_back(std::chrono::duration<std::int32_t>{-3600});
  goes_there_and_back(std::chrono::duration<double>{2.5});
  goes_there_and_back(std::array<int, 3>{1, -2, 3});
  goes_there_and_back(std::set<std::string>{"a", "b"});
  goes_there_and_back(std::map<std::string, int>{{"a", 1}, {"\xff", 2}});
  goes_there_and_back(std::map<int, std::string>{{1, "a"}, {2, "b"}});
  goes_there_and_back(std::vector<std::vector<int>>{{}, {1}, {}});
  goes_there_and_back(std::tuple<int, std::string, bool>{1, "a", true});
  goes_there_and_back(std::variant<int, std::string>{"a"});
  goes_there_and_back(trade{7, {{"A", 1.5}, {"B", -2}}, std::nullopt});
  goes_there_and_back(trade{7, {}, -5});
}

std::string problem_of(const std::string& of, std::string_view json) {
  std::string out;
  const auto encoded = encode_json(out, *parse_schema(of), json);
  EXPECT_FALSE(encoded.ok()) << json;
  return encoded ? "" : encoded.failure().message;
}

TEST(JsonEncoding, TakesFieldsInAnyOrder) {
  std::string out;
  ASSERT_TRUE(
      encode_json(out, *parse_schema("struct{a:u8,b:string}"), R"({ "b" : "x", "a" : 65 })").ok());
  EXPECT_EQ(out, std::string("A\1\0\0\0x", 6));
}

TEST(JsonEncoding, SaysWhereAndWhatItExpected) {
  const std::string of = codec<trade>::schema();
  EXPECT_EQ(problem_of(of, R"({"id":1,"legs":[{"symbol":"A","price":"x"}],"limit":null})"),
            "legs[0].price: expected f64");
  EXPECT_EQ(problem_of(of, R"({"id":-1,"legs":[],"limit":null})"), "id: expected u64");
  EXPECT_EQ(problem_of(of, R"({"id":1,"legs":[],"limit":1.5})"), "limit: expected i32");
  EXPECT_EQ(problem_of(of, R"({"id":1,"legs":[]})"), "field limit is missing");
  EXPECT_EQ(problem_of(of, R"({"id":1,"id":1})"), "field id comes twice");
  EXPECT_EQ(problem_of("struct{a:u8}", R"({"b":1})"), "there is no field b in struct{a:u8}");
  EXPECT_EQ(problem_of("u8", "256"), "expected u8");
  EXPECT_EQ(problem_of("i8", "-129"), "expected i8");
  EXPECT_EQ(problem_of("i8", "128"), "expected i8");
  EXPECT_EQ(problem_of("enum{bool}", "2"), "expected enum{bool}");
  EXPECT_EQ(problem_of("u8", "1 2"), "character 3: expected nothing more");
  EXPECT_EQ(problem_of("u8", ""), "expected u8");
  EXPECT_EQ(problem_of("array<u8,2>", "[1]"), "expected array<u8,2>");
  EXPECT_EQ(problem_of("pair{u8,u8}", "[1,2,3]"), "expected pair{u8,u8}");
  EXPECT_EQ(problem_of("map<u8,u8>", "[[1]]"), "expected map<u8,u8>");
  EXPECT_EQ(problem_of("event_time", "\"yesterday\""),
            "expected event_time as \"2001-01-01T00:00:00Z\"");
  EXPECT_EQ(problem_of("duration{i64*s}", "\"1ms\""), "expected duration{i64*s} as \"1h30m\"");
  EXPECT_EQ(problem_of("duration{i8*s}", "\"128s\""), "expected duration{i8*s} as \"1h30m\"");
  EXPECT_EQ(problem_of("variant<u8,string>", "true"), "expected variant<u8,string>");
  EXPECT_EQ(problem_of("protobuf{a.b}", R"({"protobuf":"a.c","base64":""})"),
            R"(expected {"protobuf":"a.b","base64":"..."})");
  EXPECT_EQ(problem_of("shop::money", "1"),
            "only the program that wrote it knows how shop::money is encoded");
}

TEST(JsonEncoding, KeepsTheBytesOfMessages) {
  std::string out;
  ASSERT_TRUE(
      encode_json(out, *parse_schema("protobuf{a.b}"), R"({"protobuf":"a.b","base64":"CAE="})")
          .ok());
  EXPECT_EQ(out, std::string("\2\0\0\0\x08\1", 6));
}

TEST(JsonEncoding, TakesTheFieldsOfMessagesOrTheirBytes) {
  auto of = parse_schema("pair{u8," + message_of_fields("shop", "order", {"id", "size"}) + "}");
  ASSERT_TRUE(of.ok());
  learn_messages(*of);
  const std::string expected{"A\4\0\0\0\x08\7\x10\x09", 9};
  for (const char* json : {R"([65,{"size":9,"id":7}])", R"([65, { "id": "7", "size": 9 } ])",
                           R"([65,{"protobuf":"shop.order","base64":"CAcQCQ=="}])"}) {
    std::string out;
    const auto encoded = encode_json(out, *of, json);
    EXPECT_TRUE(encoded.ok()) << json << ": " << (encoded ? "" : encoded.failure().message);
    EXPECT_EQ(out, expected) << json;
  }
  const auto problem = [&](const char* json) {
    std::string out;
    const auto encoded = encode_json(out, *of, json);
    EXPECT_FALSE(encoded.ok()) << json;
    return encoded ? "" : encoded.failure().message;
  };
  EXPECT_EQ(problem(R"([65,{"protobuf":"shop.order","base64":"!"}])"),
            R"([1]: expected {"protobuf":"shop.order","base64":"..."})");
  EXPECT_EQ(problem(R"([65,{"protobuf":"shop.order","base64":"","known":{}}])"),
            R"([1]: expected {"protobuf":"shop.order","base64":"..."})");
  EXPECT_EQ(problem(R"([65,{"other":1}])").find("[1]: shop.order: "), 0U);
  EXPECT_NE(problem(R"([65,{"other":1}])").find("other"), std::string::npos);
  EXPECT_EQ(problem(R"([65,])"), "[1]: expected protobuf{shop.order}");
}

TEST(JsonEncoding, TakesOnlyBytesWhereDescriptorsAreDamaged) {
  auto of = parse_schema("protobuf{a.b:CA==}");
  ASSERT_TRUE(of.ok());
  learn_messages(*of);
  std::string out;
  EXPECT_TRUE(encode_json(out, *of, R"({"protobuf":"a.b","base64":"CAE="})").ok());
  const auto encoded = encode_json(out, *of, "{}");
  ASSERT_FALSE(encoded.ok());
  EXPECT_EQ(encoded.failure().message, "a.b: its descriptors are damaged");
}

}  // namespace
}  // namespace weir
