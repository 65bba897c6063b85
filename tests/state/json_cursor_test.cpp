// SPDX-License-Identifier: Apache-2.0
// Pieces of JSON, one after the other.
#include "state/json_cursor.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string string_in(std::string_view json) {
  json_cursor cursor{json};
  const auto text = cursor.take_string();
  return text ? *text : "error: " + text.failure().message;
}

TEST(JsonCursor, ReadsStringsWithTheirEscapes) {
  EXPECT_EQ(string_in(R"( "a b" )"), "a b");
  EXPECT_EQ(string_in(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(string_in(R"("\u0041\u00e9\u20ac\ud83d\ude00")"), "A\u00e9\u20ac\U0001f600");
}

TEST(JsonCursor, SaysWhatIsWrongWithAString) {
  EXPECT_EQ(string_in("7"), "error: character 1: expected a string");
  EXPECT_EQ(string_in(""), "error: character 1: expected a string");
  EXPECT_EQ(string_in("\"ab"), "error: character 4: a string without an end");
  EXPECT_EQ(string_in("\"a\nb\""), "error: character 3: a control character in a string");
  for (const char* escape : {R"("\x")", R"("\u12")", R"("\u12g4")", R"("\ud800")", R"("\udc00")",
                             R"("\ud800\u0041")", "\"\\"}) {
    EXPECT_NE(string_in(escape).find("an escape that is none"), std::string::npos) << escape;
  }
}

TEST(JsonCursor, TakesWholeValues) {
  json_cursor cursor{R"( {"a":[1,"]}"],"b":{}} , 7.5e-3 )"};
  EXPECT_EQ(cursor.take_value(), R"({"a":[1,"]}"],"b":{}})");
  EXPECT_TRUE(cursor.take(','));
  EXPECT_FALSE(cursor.take(','));
  EXPECT_EQ(cursor.take_value(), "7.5e-3");
  EXPECT_TRUE(cursor.at_end());
  for (const char* none : {"", "]", ",", "[1", "{\"a"}) {
    EXPECT_EQ(json_cursor{none}.take_value(), "") << none;
  }
}

TEST(JsonCursor, TakesWordsThatEndThere) {
  EXPECT_TRUE(json_cursor{" null,"}.take_word("null"));
  EXPECT_FALSE(json_cursor{"nullx"}.take_word("null"));
  EXPECT_FALSE(json_cursor{"nul"}.take_word("null"));
}

}  // namespace
}  // namespace weir
