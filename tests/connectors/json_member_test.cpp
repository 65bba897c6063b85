// SPDX-License-Identifier: Apache-2.0
// JSON values as fields: every type of field, and every way not to fit it.
#include "connectors/json_member.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace weir {
namespace {

// The member "a" of {"a": <text>} as a field of type T: its value, or why not.
template <class T>
struct outcome {
  T value{};
  std::string cause;
};

template <class T>
outcome<T> read(std::string_view text) {
  static constexpr std::array names{std::string_view{"a"}};
  json_row row;
  std::array<json_value, 1> member;
  outcome<T> read;
  const std::string line = text.empty() ? "{}" : "{\"a\":" + std::string{text} + "}";
  EXPECT_TRUE(row.read(line, names, member, read.cause)) << read.cause;
  const bool fits = read_json_member(member[0], read.value, read.cause);
  EXPECT_EQ(fits, read.cause.empty());
  return read;
}

template <class T>
T value_of(std::string_view text) {
  const auto outcome = read<T>(text);
  EXPECT_EQ(outcome.cause, "");
  return outcome.value;
}

template <class T>
std::string cause_of(std::string_view text) {
  const auto outcome = read<T>(text);
  EXPECT_NE(outcome.cause, "") << text;
  return outcome.cause;
}

const std::string missing = "is missing, and only a std::optional field may be";
const std::string null = "is null, and only a std::optional field may be";

TEST(JsonMember, ReadsIntegers) {
  EXPECT_EQ(value_of<int>("-17"), -17);
  EXPECT_EQ(value_of<int>("5.0"), 5);
  EXPECT_EQ(value_of<int>("-1e3"), -1000);
  EXPECT_EQ(value_of<std::uint64_t>("18446744073709551615"),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(value_of<std::int64_t>("-9223372036854775808"),
            std::numeric_limits<std::int64_t>::min());
}

TEST(JsonMember, RefusesWhatIsNoInteger) {
  EXPECT_EQ(cause_of<int>("2.5"), "'2.5' is not an integer");
  EXPECT_EQ(cause_of<int>("1e300"), "'1e+300' is not an integer");
  EXPECT_EQ(cause_of<int>("\"7\""), "'7' is not an integer");
  EXPECT_EQ(cause_of<int>("true"), "'true' is not an integer");
  EXPECT_EQ(cause_of<int>("[1]"), "'{...}' is not an integer");
  EXPECT_EQ(cause_of<int>("null"), null);
  EXPECT_EQ(cause_of<int>(""), missing);
}

TEST(JsonMember, RefusesIntegersOutOfRange) {
  EXPECT_EQ(cause_of<std::uint8_t>("256"), "'256' is out of range: 0 to 255");
  EXPECT_EQ(cause_of<std::uint8_t>("-1"), "'-1' is out of range: 0 to 255");
  EXPECT_EQ(cause_of<std::int64_t>("9223372036854775808"),
            "'9223372036854775808' is out of range: -9223372036854775808 to 9223372036854775807");
  EXPECT_EQ(cause_of<int>("3e9"), "'3e+09' is out of range: -2147483648 to 2147483647");
}

TEST(JsonMember, ReadsNumbers) {
  EXPECT_EQ(value_of<double>("-1.5e3"), -1500.0);
  EXPECT_EQ(value_of<double>("7"), 7.0);
  EXPECT_EQ(value_of<double>("-7"), -7.0);
  EXPECT_EQ(value_of<float>("0.25"), 0.25F);
  EXPECT_EQ(cause_of<float>("1e40"), "'1e+40' is out of range: -3.4e38 to 3.4e38");
  EXPECT_EQ(cause_of<double>("\"1\""), "'1' is not a number");
  EXPECT_EQ(cause_of<double>("null"), null);
  EXPECT_EQ(cause_of<float>(""), missing);
}

TEST(JsonMember, ReadsBooleans) {
  EXPECT_TRUE(value_of<bool>("true"));
  EXPECT_FALSE(value_of<bool>("false"));
  EXPECT_EQ(cause_of<bool>("1"), "'1' is not true or false");
  EXPECT_EQ(cause_of<bool>(""), missing);
}

TEST(JsonMember, ReadsText) {
  EXPECT_EQ(value_of<std::string>("\"a \\\"b\\\"\""), "a \"b\"");
  EXPECT_EQ(cause_of<std::string>("5"), "'5' is not a string in quotes");
  EXPECT_EQ(cause_of<std::string>("null"), null);
}

TEST(JsonMember, ReadsTimes) {
  EXPECT_EQ(value_of<event_time>("\"1970-01-01T00:00:01Z\""), event_time{std::chrono::seconds{1}});
  EXPECT_EQ(cause_of<event_time>("\"noon\""), "'noon' is not a time such as 2001-01-31T13:24:00Z");
  EXPECT_EQ(cause_of<event_time>("0"), "'0' is not a time such as 2001-01-31T13:24:00Z");
  EXPECT_EQ(cause_of<event_time>(""), missing);
}

TEST(JsonMember, TakesNullAndNothingForNoValue) {
  EXPECT_EQ(value_of<std::optional<int>>("null"), std::nullopt);
  EXPECT_EQ(value_of<std::optional<int>>(""), std::nullopt);
  EXPECT_EQ(value_of<std::optional<int>>("7"), 7);
  EXPECT_EQ(cause_of<std::optional<int>>("\"x\""), "'x' is not an integer");
}

}  // namespace
}  // namespace weir
