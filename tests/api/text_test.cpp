// SPDX-License-Identifier: Apache-2.0
// How values look as text, as CSV and as JSON: one row for each shape, and the awkward characters.
#include "api/text.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace text_samples {

enum class side : std::uint8_t { buy, sell };

struct trade {
  std::string symbol;
  double price = 0;
};
WEIR_FIELDS(trade, symbol, price)

struct order {
  std::int64_t id = 0;
  std::optional<std::string> note;
  std::vector<int> lots;
  trade first;
};
WEIR_FIELDS(order, id, note, lots, first)

struct tick {
  std::string symbol;
  double price = 0;
};

struct amount {
  int cents = 0;
  friend std::ostream& operator<<(std::ostream& out, const amount& value) {
    return out << value.cents / 100 << " EUR";
  }
};

class message {
public:
  std::string ShortDebugString() const { return R"(symbol: "ACME")"; }
};

class opaque {
public:
  explicit opaque(int number) : number_{number} {}
  int number() const { return number_; }

private:
  int number_;
};

struct holds_an_opaque {
  std::vector<opaque> values;
};

}  // namespace text_samples

namespace weir {
namespace {

using namespace std::literals;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::string json(const T& value) {
  std::string out;
  append_json(out, value);
  return out;
}

template <class T>
std::string csv(const T& value) {
  std::string out;
  append_csv_row(out, value);
  return out;
}

TEST(Text, OfSingleValues) {
  EXPECT_EQ(to_text(true), "true");
  EXPECT_EQ(to_text(column<bool>{false}.front()), "false");
  EXPECT_EQ(to_text('x'), "x");
  EXPECT_EQ(to_text(std::int8_t{-7}), "-7");
  EXPECT_EQ(to_text(std::uint8_t{200}), "200");
  EXPECT_EQ(to_text(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(to_text(text_samples::side::sell), "1");
  EXPECT_EQ(to_text("as it is, \"quotes\" too"s), "as it is, \"quotes\" too");
  EXPECT_EQ(to_text("literal"), "literal");
  EXPECT_EQ(to_text("view"sv), "view");
  EXPECT_EQ(to_text(std::monostate{}), "");
}

TEST(Text, OfFloatingPointNumbersIsTheShortestThatIsExact) {
  EXPECT_EQ(to_text(0.1), "0.1");
  EXPECT_EQ(to_text(0.1F), "0.1");
  EXPECT_EQ(to_text(0.1L), "0.1");
  EXPECT_EQ(to_text(3.0), "3");
  EXPECT_EQ(to_text(1e100), "1e+100");
  EXPECT_EQ(to_text(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(to_text(-infinity), "-inf");
}

TEST(Text, OfTimesAndDurations) {
  EXPECT_EQ(to_text(event_time{1500ms}), "1970-01-01T00:00:01.500Z");
  EXPECT_EQ(to_text(processing_time{1s}), "1970-01-01T00:00:01Z");
  EXPECT_EQ(to_text(90min), "1h30m");
  EXPECT_EQ(to_text(1500ns), "1500ns");
  EXPECT_EQ(to_text(std::chrono::duration<double>{0.5}), "0.5s");
  EXPECT_EQ(to_text(std::chrono::hours::max()), "3.3204139332677193e+22s") << "does not overflow";
}

TEST(Text, OfValuesWithParts) {
  EXPECT_EQ(to_text(std::pair{1, "a"s}), "[1, a]");
  EXPECT_EQ(to_text(std::tuple{1, 2.5, true}), "[1, 2.5, true]");
  EXPECT_EQ(to_text(std::vector{1, 2, 3}), "[1, 2, 3]");
  EXPECT_EQ(to_text(std::vector{true, false}), "[true, false]");
  EXPECT_EQ(to_text(std::array{1, 2}), "[1, 2]");
  EXPECT_EQ(to_text(std::set{"b"s, "a"s}), "[a, b]");
  EXPECT_EQ(to_text(std::map<std::string, int>{{"a", 1}, {"b", 2}}), "{a: 1, b: 2}");
  EXPECT_EQ(to_text(std::optional<int>{}), "");
  EXPECT_EQ(to_text(std::optional{5}), "5");
  EXPECT_EQ(to_text(std::variant<int, std::string>{"held"}), "held");
  EXPECT_EQ(to_text(std::vector<int>{}), "[]");
}

TEST(Text, OfStructsHasNamesIfTheyHave) {
  EXPECT_EQ(to_text(text_samples::trade{"ACME", 1.5}), "{symbol: ACME, price: 1.5}");
  EXPECT_EQ(to_text(text_samples::tick{"ACME", 1.5}), "{ACME, 1.5}");
  EXPECT_EQ(to_text(text_samples::order{7, {}, {1, 2}, {"ACME", 1.5}}),
            "{id: 7, note: , lots: [1, 2], first: {symbol: ACME, price: 1.5}}");
}

TEST(Text, OfOtherTypesIsWhatTheyWrite) {
  EXPECT_EQ(to_text(text_samples::amount{700}), "7 EUR");
  EXPECT_EQ(to_text(std::vector{text_samples::amount{700}}), "[7 EUR]");
  EXPECT_EQ(to_text(text_samples::message{}), R"(symbol: "ACME")");
  EXPECT_EQ(to_text(std::filesystem::path{"a"}), "\"a\"");
}

TEST(Text, ExistsOnlyForTypesWhosePartsHaveOne) {
  static_assert(printable<int> && printable<const int&> && printable<text_samples::order>);
  static_assert(!printable<text_samples::opaque> && !printable<std::vector<text_samples::opaque>>);
  static_assert(!printable<text_samples::holds_an_opaque> &&
                !printable<std::pair<int, text_samples::opaque>>);
  static_assert(!printable<std::unique_ptr<int>> && !printable<int*>, "addresses differ each run");
  static_assert(named_record<text_samples::trade> && !named_record<text_samples::tick> &&
                !named_record<int>);
  EXPECT_EQ(text_samples::opaque{1}.number(), 1);
}

TEST(Csv, QuotesOnlyWhatNeedsIt) {
  const auto field = [](std::string_view text) {
    std::string out;
    append_csv_field(out, text);
    return out;
  };
  EXPECT_EQ(field("plain text"), "plain text");
  EXPECT_EQ(field(""), "");
  EXPECT_EQ(field("a,b"), "\"a,b\"");
  EXPECT_EQ(field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(field("return\r"), "\"return\r\"");
}

TEST(Csv, WritesARowForEachRecord) {
  EXPECT_EQ(csv(text_samples::trade{"A,B", 1.5}), "\"A,B\",1.5");
  EXPECT_EQ(csv(text_samples::tick{"ACME", 1.5}), "ACME,1.5");
  EXPECT_EQ(csv(std::tuple{1, ""s, true}), "1,,true");
  EXPECT_EQ(csv(std::pair{event_time{0s}, 90min}), "1970-01-01T00:00:00Z,1h30m");
  EXPECT_EQ(csv(42), "42");
  EXPECT_EQ(csv("one, field"s), "\"one, field\"");
  EXPECT_EQ(csv(std::vector{1, 2}), "\"[1, 2]\"");
}

TEST(Csv, WritesPartsOfPartsAsTextInOneField) {
  EXPECT_EQ(csv(text_samples::order{7, "say \"hi\"", {1, 2}, {"ACME", 1.5}}),
            "7,\"say \"\"hi\"\"\",\"[1, 2]\",\"{symbol: ACME, price: 1.5}\"");
  EXPECT_EQ(csv(std::pair{std::optional<int>{}, ','}), ",\",\"");
}

TEST(Csv, NeverWritesAnEmptyLine) {
  EXPECT_EQ(csv(""s), "\"\"");
  EXPECT_EQ(csv(std::optional<int>{}), "\"\"");
}

TEST(Csv, HasAHeaderWithAsManyFieldsAsItsRows) {
  EXPECT_EQ(csv_header<text_samples::order>(), "id,note,lots,first");
  EXPECT_EQ(csv_header<text_samples::tick>(), "field_1,field_2");
  EXPECT_EQ((csv_header<std::tuple<int, int, int>>()), "field_1,field_2,field_3");
  EXPECT_EQ(csv_header<int>(), "value");
  EXPECT_EQ(csv_header<std::vector<int>>(), "value");
}

TEST(Json, WritesEachShape) {
  EXPECT_EQ(json(true), "true");
  EXPECT_EQ(json('x'), R"("x")");
  EXPECT_EQ(json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(json(1e100), "1e+100");
  EXPECT_EQ(json(text_samples::side::sell), "1");
  EXPECT_EQ(json("text"), R"("text")");
  EXPECT_EQ(json(event_time{0s}), R"("1970-01-01T00:00:00Z")");
  EXPECT_EQ(json(duration{250ms}), R"("250ms")");
  EXPECT_EQ(json(std::monostate{}), "null");
  EXPECT_EQ(json(std::optional<int>{}), "null");
  EXPECT_EQ(json(std::variant<int, bool>{true}), "true");
  EXPECT_EQ(json(std::pair{1, "a"s}), R"([1,"a"])");
  EXPECT_EQ(json(std::vector<std::vector<int>>{{1, 2}, {}}), "[[1,2],[]]");
  EXPECT_EQ(json(std::map<std::string, int>{{"a", 1}, {"b", 2}}), R"({"a":1,"b":2})");
  EXPECT_EQ(json(std::map<int, int>{{1, 2}}), "[[1,2]]");
  EXPECT_EQ(json(text_samples::tick{"ACME", 1.5}), R"(["ACME",1.5])");
  EXPECT_EQ(json(text_samples::message{}), R"("symbol: \"ACME\"")");
  EXPECT_EQ(json(text_samples::amount{700}), R"("7 EUR")");
}

TEST(Json, WritesNamedStructsAsObjects) {
  EXPECT_EQ(json(text_samples::order{7, {}, {1}, {"ACME", 1.5}}),
            R"({"id":7,"note":null,"lots":[1],"first":{"symbol":"ACME","price":1.5}})");
}

TEST(Json, HasNoNumberForInfinityAndNotANumber) {
  EXPECT_EQ(json(infinity), "null");
  EXPECT_EQ(json(-infinity), "null");
  EXPECT_EQ(json(not_a_number), "null");
  EXPECT_EQ(json(std::vector{1.0F, std::numeric_limits<float>::infinity()}), "[1,null]");
}

TEST(Json, EscapesWhatMustNotStandInAString) {
  EXPECT_EQ(json("quote \" backslash \\ slash /"s), R"("quote \" backslash \\ slash /")");
  EXPECT_EQ(json("\b\f\n\r\t"s), R"("\b\f\n\r\t")");
  EXPECT_EQ(json("\0\x1F\x7F"s), "\"\\u0000\\u001f\x7F\"");
  EXPECT_EQ(json(std::map<std::string, int>{{"a\"b", 1}}), R"({"a\"b":1})");
}

TEST(Json, KeepsUtf8AndReplacesOtherBytes) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(json("Zürich 東京 \xF0\x9F\x9A\x80"s), "\"Zürich 東京 \xF0\x9F\x9A\x80\"");
  EXPECT_EQ(json("\x80"s), '"' + replaced + '"') << "a continuation without a start";
  EXPECT_EQ(json("\xC3"s), '"' + replaced + '"') << "a start without a continuation";
  EXPECT_EQ(json("\xC3(x"s), '"' + replaced + "(x\"");
  EXPECT_EQ(json("\xC0\x80"s), '"' + replaced + replaced + '"') << "overlong";
  EXPECT_EQ(json("\xE0\x80\x80"s), '"' + replaced + replaced + replaced + '"') << "overlong";
  EXPECT_EQ(json("\xED\xA0\x80"s), '"' + replaced + replaced + replaced + '"') << "a surrogate";
  EXPECT_EQ(json("\xF4\x90\x80\x80"s), '"' + replaced + replaced + replaced + replaced + '"')
      << "above U+10FFFF";
}

}  // namespace
}  // namespace weir
