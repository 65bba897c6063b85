// SPDX-License-Identifier: Apache-2.0
// Messages of real .proto files as JSON and back, by nothing but the schemas of their codecs; and
// what becomes of those that JSON cannot say, and of descriptors that are no such thing.
#include "state/message_type.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "api/base64.hpp"
#include "api/codec.hpp"
#include "tests/state/shop_order.pb.h"
#include "tests/state/shop_slip.pb.h"
#include "tests/support/message_of_fields.hpp"

namespace weir {
namespace {

const schema& of_schema(const std::string& text) {
  static std::vector<std::unique_ptr<schema>> all;
  auto parsed = parse_schema(text);
  EXPECT_TRUE(parsed.ok());
  learn_messages(*parsed);
  return *all.emplace_back(std::make_unique<schema>(*std::move(parsed)));
}

template <class Message>
const message_type& type_of() {
  static const message_type& type = *of_schema(codec<Message>::schema()).messages;
  return type;
}

// Also checks that it can be read back.
template <class Message>
std::string json_of(const Message& message) {
  const auto shown = type_of<Message>().show(message.SerializeAsString());
  EXPECT_TRUE(shown.ok()) << (shown ? "" : shown.failure().message);
  if (!shown) return {};
  EXPECT_EQ(shown->problem, "") << shown->json;
  const auto bytes = type_of<Message>().encode(shown->json);
  EXPECT_TRUE(bytes.ok()) << (bytes ? "" : bytes.failure().message);
  Message again;
  EXPECT_TRUE(again.ParseFromString(*bytes));
  EXPECT_EQ(again.DebugString(), message.DebugString());
  return shown->json;
}

template <class Message>
shown_message incomplete(const Message& message) {
  const auto shown = type_of<Message>().show(message.SerializePartialAsString());
  EXPECT_TRUE(shown.ok());
  EXPECT_NE(shown->problem, "");
  return *shown;
}

TEST(MessageType, ShowsEveryKindOfField) {
  shop::Order order;
  EXPECT_EQ(json_of(order), "{}");
  order.set_order_id(std::numeric_limits<std::uint64_t>::max());
  order.set_side(shop::SIDE_BUY);
  order.mutable_price()->set_currency("EUR");
  order.mutable_price()->set_cents(-250);
  order.add_fees()->set_cents(1);
  order.add_fees();
  order.set_mark("\xff\x01");
  order.set_ratio(0.1);
  order.set_is_open(false);
  order.mutable_placed()->set_seconds(978'307'200);
  order.mutable_limit()->set_value(0);
  order.set_text("a \"b\" \xC3\xA9");
  (*order.mutable_notes()->mutable_fields())["why"].set_bool_value(true);
  EXPECT_EQ(json_of(order),
            R"({"order_id":"18446744073709551615","side":"SIDE_BUY",)"
            R"("price":{"currency":"EUR","cents":"-250"},"fees":[{"cents":"1"},{}],"mark":"/wE=",)"
            R"("ratio":0.1,"is_open":false,"placed":"2001-01-01T00:00:00Z","limit":0,)"
            "\"notes\":{\"why\":true},\"text\":\"a \\\"b\\\" \xC3\xA9\"}");
}

TEST(MessageType, ShowsNumbersThatAreNone) {
  shop::Order order;
  order.set_ratio(-std::numeric_limits<double>::infinity());
  EXPECT_EQ(json_of(order), R"({"ratio":"-Infinity"})");
  order.set_ratio(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(json_of(order), R"({"ratio":"NaN"})");
  order.set_ratio(0.1 + 0.2);
  EXPECT_EQ(json_of(order), R"({"ratio":0.30000000000000004})");
  order.Clear();
  order.set_side(static_cast<shop::Side>(77));
  EXPECT_EQ(json_of(order), R"({"side":77})");
}

TEST(MessageType, ShowsEqualMessagesAlike) {
  shop::Order there;
  shop::Order back;
  for (int i = 0; i < 50; ++i) (*there.mutable_counts())["k" + std::to_string(i)] = i;
  for (int i = 49; i >= 0; --i) (*back.mutable_counts())["k" + std::to_string(i)] = i;
  EXPECT_EQ(json_of(there), json_of(back));
  // The fields of one may come in any order.
  const auto& type = *of_schema(message_of_fields("shop", "pair", {"a", "b"})).messages;
  EXPECT_EQ(type.show("\x08\1\x10\2")->json, R"({"a":1,"b":2})");
  EXPECT_EQ(type.show("\x10\2\x08\1")->json, R"({"a":1,"b":2})");
}

TEST(MessageType, SaysWhatJsonDoesNot) {
  shop::Order order;
  order.set_order_id(7);
  order.mutable_price()
      ->GetReflection()
      ->MutableUnknownFields(order.mutable_price())
      ->AddVarint(99, 5);
  auto shown = incomplete(order);
  EXPECT_EQ(shown.json, R"({"order_id":"7","price":{}})");
  EXPECT_EQ(shown.problem, "it has fields that its descriptors do not have");

  order.clear_price();
  order.mutable_placed()->set_nanos(-1);
  shown = incomplete(order);
  EXPECT_EQ(shown.json, "");
  EXPECT_EQ(shown.problem.find("it has no JSON: "), 0U) << shown.problem;

  order.clear_placed();
  order.mutable_extra()->set_type_url("type.googleapis.com/google.protobuf.Struct");
  order.mutable_extra()->set_value("\x50\1");
  shown = incomplete(order);
  EXPECT_EQ(shown.json, "");
  EXPECT_EQ(shown.problem, "what a google.protobuf.Any holds is not decoded");

  order.Clear();
  order.set_ratio(-0.0);
  EXPECT_EQ(incomplete(order).problem, "JSON does not say all that it holds");

  shop::Slip slip;
  slip.set_number(1);
  slip.SetExtension(shop::weight, 5);
  EXPECT_EQ(incomplete(slip).problem, "JSON does not say all that it holds");
  slip.ClearExtension(shop::weight);
  slip.mutable_stamp()->set_mark("a group");
  EXPECT_EQ(incomplete(slip).json, R"({"number":1})");
}

TEST(MessageType, KnowsRequiredFields) {
  shop::Slip slip;
  slip.set_number(0);
  EXPECT_EQ(json_of(slip), R"({"number":0})");
  const auto bytes = type_of<shop::Slip>().encode("{}");
  ASSERT_FALSE(bytes.ok());
  EXPECT_NE(bytes.failure().message.find("number"), std::string::npos) << bytes.failure().message;
}

TEST(MessageType, RefusesBytesThatAreNoSuchMessage) {
  for (const std::string bytes : {"\x08", "\x1a\x05x", "\x1a\x02\x08", "\xff\xff\xff"}) {
    const auto shown = type_of<shop::Order>().show(bytes);
    ASSERT_FALSE(shown.ok());
    EXPECT_EQ(shown.failure().code, error_code::corrupt_data);
    EXPECT_EQ(shown.failure().message, std::to_string(bytes.size()) +
                                           " bytes are no message shop.Order as its descriptors "
                                           "have it");
  }
}

TEST(MessageType, RefusesJsonThatIsNoSuchMessage) {
  for (const char* json : {"", "7", "[]", "{", R"({"order":1})", R"({"order_id":-1})",
                           R"({"side":"SIDE_SELL"})", R"({"price":1})", R"({"mark":"!"})",
                           R"({"text":"a","number":1})", R"({"placed":"yesterday"})"}) {
    const auto bytes = type_of<shop::Order>().encode(json);
    ASSERT_FALSE(bytes.ok()) << json;
    EXPECT_EQ(bytes.failure().code, error_code::invalid_argument);
    EXPECT_NE(bytes.failure().message, "") << json;
  }
}

std::string problem_of_descriptors(const std::string& bytes, const std::string& name) {
  std::string text;
  append_base64(text, bytes);
  const message_type type{name, text};
  const auto shown = type.show("\x08\1");
  EXPECT_TRUE(shown.ok());
  EXPECT_EQ(shown->json, "");
  EXPECT_EQ(type.encode("{}").failure().message, shown->problem);
  return shown->problem;
}

TEST(MessageType, SaysWhatIsWrongWithItsDescriptors) {
  EXPECT_EQ(message_type("a.b", "???").show("")->problem, "its descriptors are damaged");
  EXPECT_EQ(problem_of_descriptors("\x08", "a.b"), "its descriptors are damaged");
  EXPECT_EQ(problem_of_descriptors("", "a.b"), "its descriptors do not have it");
  const auto* order = shop::Order::descriptor();
  const std::string whole = codecs::descriptor_set_of(*order);
  EXPECT_EQ(problem_of_descriptors(whole, "shop.Bill"), "its descriptors do not have it");
  EXPECT_EQ(problem_of_descriptors(whole, "shop.Side"), "its descriptors do not have it");
  google::protobuf::FileDescriptorSet without_imports;
  order->file()->CopyTo(without_imports.add_file());
  const auto problem = problem_of_descriptors(without_imports.SerializeAsString(), "shop.Order");
  EXPECT_EQ(problem.find("its descriptors are damaged: tests/state/shop_order.proto: "), 0U)
      << problem;
}

TEST(MessageType, SurvivesAnyDamageToItsDescriptors) {
  const std::string whole = codecs::descriptor_set_of(*shop::Order::descriptor());
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    for (const std::string& damaged :
         {whole.substr(0, i), whole.substr(0, i) + '\x7f' + whole.substr(i + 1)}) {
      std::string text;
      append_base64(text, damaged);
      const message_type type{"shop.Order", text};
      static_cast<void>(type.show("\x08\1\x12\2\x08\1"));
      static_cast<void>(type.encode(R"({"order_id":1})"));
    }
  }
}

// libprotobuf takes for granted what such a type consists of.
TEST(MessageType, TakesTheTypesOfProtocolBuffersFromNobodyElse) {
  const auto schema = message_of_fields("google.protobuf", "Struct", {"a"});
  EXPECT_EQ(of_schema(schema).messages->show("\x08\1")->problem,
            "its descriptors are damaged: google.protobuf.Struct is not that of Protocol Buffers");
}

TEST(MessageType, IsLearnedAtAnyDepth) {
  const auto& of =
      of_schema("map<u8,struct{a:protobuf{a.b},b:vector<" + codec<shop::Order>::schema() + ">}>");
  EXPECT_EQ(of.parts[1].parts[0].messages, nullptr);
  EXPECT_NE(of.parts[1].parts[1].parts[0].messages, nullptr);
}

}  // namespace
}  // namespace weir
