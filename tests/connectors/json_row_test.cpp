// SPDX-License-Identifier: Apache-2.0
// One line of JSON, taken apart.
#include "connectors/json_row.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::string_view_literals;

constexpr std::array names{"a"sv, "b"sv, "c"sv};

class JsonRow : public testing::Test {
protected:
  // The members as text, or the cause of the failure.
  std::vector<std::string> read(std::string_view line) {
    std::array<json_value, names.size()> values;
    std::string cause;
    if (!row.read(line, names, values, cause)) return {cause};
    std::vector<std::string> texts;
    for (const auto& value : values) texts.push_back(to_string(value));
    return texts;
  }

  json_row row;
};

using texts = std::vector<std::string>;

TEST_F(JsonRow, FindsMembersInAnyOrder) {
  EXPECT_EQ(read(R"({"a":1,"b":-2,"c":2.5})"), (texts{"1", "-2", "2.5"}));
  EXPECT_EQ(read(R"( {"c" : null, "x": [1, {"a": 9}], "a" : "t\u00e9xt\n"} )"),
            (texts{"t\xC3\xA9xt\n", "nothing", "null"}));
  EXPECT_EQ(read(R"({"a":true,"b":false,"c":{"a":1}})"), (texts{"true", "false", "{...}"}));
  EXPECT_EQ(read("{}"), (texts{"nothing", "nothing", "nothing"}));
}

TEST_F(JsonRow, KeepsIntegersExact) {
  EXPECT_EQ(read(R"({"a":18446744073709551615,"b":-9223372036854775808,"c":9007199254740993})"),
            (texts{"18446744073709551615", "-9223372036854775808", "9007199254740993"}));
}

TEST_F(JsonRow, RefusesWhatIsNotJson) {
  for (const auto* line : {"", "{", "{\"a\":1", "{\"a\":1}}", "{\"a\":1} {\"a\":2}", "{a:1}",
                           "{\"a\":01}", "{\"a\":\"\x01\"}", "{\"a\":\"\xFF\"}", "nul"}) {
    const auto outcome = read(line);
    ASSERT_EQ(outcome.size(), 1U) << line;
    EXPECT_TRUE(outcome[0].starts_with("the line is not valid JSON (")) << outcome[0];
  }
}

TEST_F(JsonRow, RefusesJsonThatIsNoObject) {
  for (const auto* line : {"[]", "1", "\"a\"", "null", "[{\"a\":1}]"}) {
    EXPECT_EQ(read(line), (texts{"the line is JSON, but not an object in braces"})) << line;
  }
}

TEST_F(JsonRow, RefusesAMemberThatIsThereTwiceAndMatters) {
  EXPECT_EQ(read(R"({"a":1,"a":2})"), (texts{"field a: is there twice"}));
  EXPECT_EQ(read(R"({"x":1,"x":2})"), (texts{"nothing", "nothing", "nothing"}));
}

TEST_F(JsonRow, ReadsOnAfterAFailureAndInACopy) {
  EXPECT_EQ(read("{").size(), 1U);
  EXPECT_EQ(read(R"({"a":1})")[0], "1");
  const json_row copy{row};
  row = copy;
  EXPECT_EQ(read(R"({"a":2})")[0], "2");
}

}  // namespace
}  // namespace weir
