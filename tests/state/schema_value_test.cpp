// SPDX-License-Identifier: Apache-2.0
// Every type that has a codec, encoded by it and read by its schema alone: the JSON is what the
// program itself would have written, and damaged bytes are refused where the codec refuses them.
#include "state/schema_value.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "api/fields.hpp"
#include "api/text.hpp"
#include "state/message_type.hpp"
#include "tests/support/message_of_fields.hpp"

namespace weir {
namespace {

enum class small : std::int8_t { minus = -1 };
enum class flag : bool { off, on };
enum class letter : char { a = 'a' };

struct trade {
  std::string symbol;
  double price = 0;
  std::optional<event_time> at;
};
WEIR_FIELDS(trade, symbol, price, at)

struct plain {
  std::uint16_t first = 0;
  std::vector<trade> trades;
};

struct order {
  std::string bytes;
  bool SerializeToString(std::string* out) const {
    *out = bytes;
    return true;
  }
  bool ParseFromString(const std::string& from) {
    bytes = from;
    return true;
  }
  std::string GetTypeName() const { return "shop.order"; }
};

// The JSON of `value` by its schema; also checks that it takes all bytes, no more and no fewer.
template <class T>
std::string json_of(const T& value) {
  const auto of = parse_schema(codec<T>::schema());
  EXPECT_TRUE(of.ok()) << codec<T>::schema() << ": " << (of ? "" : of.failure().message);
  if (!of) return {};
  EXPECT_EQ(of->text, codec<T>::schema());
  EXPECT_EQ(foreign_part(*of), nullptr);
  std::string encoded;
  codec<T>::encode(value, encoded);
  std::string json;
  const std::string followed = encoded + "rest";
  std::string_view bytes = followed;
  const auto written = append_value(json, *of, bytes);
  EXPECT_TRUE(written.ok()) << (written ? "" : written.failure().message);
  EXPECT_EQ(bytes, "rest") << codec<T>::schema();
  for (std::size_t length = 0; length < encoded.size(); ++length) {
    std::string_view cut{encoded.data(), length};
    std::string ignored;
    EXPECT_FALSE(append_value(ignored, *of, cut).ok()) << codec<T>::schema() << " of " << length;
  }
  return json;
}

template <class T>
void expect_as_the_program_writes_it(const T& value) {
  std::string expected;
  append_json(expected, value);
  EXPECT_EQ(json_of(value), expected) << codec<T>::schema();
}

template <class... T>
void expect_all(const T&... values) {
  (expect_as_the_program_writes_it(values), ...);
}

template <class Number>
void expect_limits() {
  expect_all(Number{}, std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max(),
             std::numeric_limits<Number>::lowest());
}

TEST(SchemaValue, WritesNumbersAsTheProgramDoes) {
  expect_limits<std::uint8_t>();
  expect_limits<std::uint16_t>();
  expect_limits<std::uint32_t>();
  expect_limits<std::uint64_t>();
  expect_limits<std::int8_t>();
  expect_limits<std::int16_t>();
  expect_limits<std::int32_t>();
  expect_limits<std::int64_t>();
  expect_limits<float>();
  expect_limits<double>();
  expect_all(0.1, 0.1F, -0.0, 'x', '"', true, false, small::minus, flag::on, letter::a);
}

TEST(SchemaValue, WritesTextAndTimesAsTheProgramDoes) {
  using namespace std::chrono_literals;
  expect_all(std::string{}, std::string{"a \"b\"\n\\ \xC3\xA9 \xEF\xBF\xBD"}, std::string("\0", 1));
  expect_all(event_time{}, event_time{250ms}, processing_time{-1us}, beginning_of_time,
             end_of_time);
  expect_all(duration{}, 90min, 250ms, 17ns, std::chrono::seconds{1}, std::chrono::hours{-25});
  expect_all(std::chrono::duration<double>{1.5}, std::chrono::duration<float, std::milli>{2.5F},
             std::chrono::duration<std::int32_t, std::ratio<1, 3>>{7},
             std::chrono::duration<std::uint64_t, std::micro>{~std::uint64_t{}},
             std::chrono::duration<std::int64_t, std::ratio<86400>>{20'000},
             std::chrono::hours{std::numeric_limits<std::int64_t>::max()});
}

TEST(SchemaValue, WritesWhatHasPartsAsTheProgramDoes) {
  const trade full{"ACME", 1.5, event_time{}};
  const trade empty;
  expect_all(full, empty, plain{7, {full, empty}}, std::pair{1, std::string{"x"}},
             std::tuple{1U, false, std::string{}}, std::array<int, 3>{1, 2, 3},
             std::array<std::string, 2>{"a", "b"});
  expect_all(std::vector<double>{}, std::vector<double>{1, 2.5}, std::vector<std::string>{"a", ""},
             std::set<int>{3, 1, 2}, std::map<std::string, trade>{{"k", full}, {"l", empty}},
             std::map<std::string, int>{},
             std::map<std::pair<int, int>, std::set<char>>{{{1, 2}, {'a'}}});
  expect_all(std::optional<int>{}, std::optional<int>{5}, std::optional<std::optional<int>>{},
             std::monostate{}, std::variant<int, std::string, std::vector<int>>{std::string{"v"}},
             std::variant<std::monostate, std::map<int, int>>{std::map<int, int>{{1, 2}}});
}

TEST(SchemaValue, LosesNothingThatJsonCannotSay) {
  EXPECT_EQ(json_of(std::numeric_limits<double>::infinity()), "\"Infinity\"");
  EXPECT_EQ(json_of(-std::numeric_limits<float>::infinity()), "\"-Infinity\"");
  EXPECT_EQ(json_of(std::numeric_limits<double>::quiet_NaN()), "\"NaN\"");
  EXPECT_EQ(json_of(std::string{"\xFF"}), R"({"base64":"/w=="})");
  EXPECT_EQ(json_of(std::map<std::string, int>{{"\xFF", 1}}), R"({"base64:/w==":1})");
  EXPECT_EQ(json_of(order{"\x08\x01"}), R"({"protobuf":"shop.order","base64":"CAE="})");
}

TEST(SchemaValue, WritesMessagesWithDescriptorsAsJson) {
  auto of = parse_schema("vector<" + message_of_fields("shop", "order", {"id", "size"}) + ">");
  ASSERT_TRUE(of.ok());
  const std::string_view encoded{"\2\0\0\0\4\0\0\0\x08\7\x10\x09\0\0\0\0", 16};
  std::string json;
  std::string_view bytes = encoded;
  ASSERT_TRUE(append_value(json, *of, bytes).ok());
  EXPECT_EQ(json, R"([{"protobuf":"shop.order","base64":"CAcQCQ=="},)"
                  R"({"protobuf":"shop.order","base64":""}])");
  learn_messages(*of);
  json.clear();
  bytes = encoded;
  std::vector<std::string> problems;
  ASSERT_TRUE(append_value(json, *of, bytes, problems).ok());
  EXPECT_EQ(json, R"([{"id":7,"size":9},{}])");
  EXPECT_TRUE(bytes.empty() && problems.empty());
}

TEST(SchemaValue, LosesNothingOfAMessageThatItsDescriptorsDoNotHave) {
  auto of = parse_schema(message_of_fields("shop", "order", {"id"}));
  ASSERT_TRUE(of.ok());
  learn_messages(*of);
  std::string json;
  std::string_view bytes{"\4\0\0\0\x08\7\x10\x09", 8};
  std::vector<std::string> problems;
  ASSERT_TRUE(append_value(json, *of, bytes, problems).ok());
  EXPECT_EQ(json,
            R"({"protobuf":"shop.order","base64":"CAcQCQ==",)"
            R"("problem":"it has fields that its descriptors do not have","known":{"id":7}})");
  EXPECT_EQ(
      problems,
      (std::vector<std::string>{"shop.order: it has fields that its descriptors do not have"}));
}

TEST(SchemaValue, WritesTheBytesOfMessagesWhoseDescriptorsAreDamaged) {
  auto of = parse_schema("protobuf{shop.order:CA==}");
  ASSERT_TRUE(of.ok());
  learn_messages(*of);
  std::string json;
  std::string_view bytes{"\2\0\0\0\x08\7", 6};
  ASSERT_TRUE(append_value(json, *of, bytes).ok());
  EXPECT_EQ(json, R"({"protobuf":"shop.order","base64":"CAc=",)"
                  R"("problem":"its descriptors are damaged"})");
}

std::string problem_of(const std::string& text, std::string_view bytes) {
  const auto of = parse_schema(text);
  EXPECT_TRUE(of.ok());
  std::string json;
  const auto written = append_value(json, *of, bytes);
  EXPECT_FALSE(written.ok()) << json;
  return written ? "" : written.failure().message;
}

TEST(SchemaValue, RefusesMarksThatNoCodecWrites) {
  EXPECT_NE(problem_of("bool", "\2").find("decode bool: 2"), std::string::npos);
  EXPECT_NE(problem_of("nothing", "\1").find("decode nothing: 1"), std::string::npos);
  EXPECT_NE(problem_of("optional<u8>", "\7x").find("decode optional<u8>: 7"), std::string::npos);
  EXPECT_NE(problem_of("variant<u8,bool>", "\2x").find("decode variant<u8,bool>: 2"),
            std::string::npos);
  EXPECT_NE(problem_of("enum{bool}", "\2").find("decode bool: 2"), std::string::npos);
}

TEST(SchemaValue, TrustsNoLength) {
  EXPECT_NE(problem_of("string", "\xFF\xFF\xFF\xFFx").find("needs 4294967295 bytes, has 1"),
            std::string::npos);
  EXPECT_NE(problem_of("vector<nothing>", "\xFF\xFF\xFF\x7F").find("decode vector<nothing>"),
            std::string::npos);
  EXPECT_NE(problem_of("array<u8,9223372036854775807>", "ab").find("decode u8"), std::string::npos);
}

TEST(SchemaValue, RefusesBytesThatAreNoSuchMessage) {
  auto of = parse_schema("struct{a:" + message_of_fields("shop", "order", {"id"}) + "}");
  ASSERT_TRUE(of.ok());
  learn_messages(*of);
  std::string json;
  std::string_view bytes{"\1\0\0\0\x08", 5};
  const auto written = append_value(json, *of, bytes);
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.failure().message,
            "field a: decode protobuf{shop.order}: 1 bytes are no message shop.order as its "
            "descriptors have it");
}

TEST(SchemaValue, NamesTheFieldThatCannotBeDecoded) {
  EXPECT_EQ(
      problem_of("struct{a:u8,b:u16}", "ab").find("field b: decode u16: needs 2 bytes, has 1"), 0U);
  EXPECT_EQ(problem_of("shop::money", "ab"),
            "decode shop::money: only the program that wrote it knows this encoding");
}

}  // namespace
}  // namespace weir
