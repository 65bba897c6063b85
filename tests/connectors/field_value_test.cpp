// SPDX-License-Identifier: Apache-2.0
// Which types rows of text can fill.
#include "connectors/field_value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

struct reading_record {
  int id;
  std::optional<double> level;
};
struct nested_record {
  std::vector<int> ids;
};
struct nameless_record {
  int id;
};

WEIR_FIELDS(reading_record, id, level)
WEIR_FIELDS(nested_record, ids)

static_assert(text_field<std::int8_t> && text_field<std::uint64_t> && text_field<bool>);
static_assert(text_field<std::string> && text_field<event_time> && text_field<float>);
static_assert(text_field<std::optional<std::string>>);
static_assert(!text_field<char> && !text_field<const char*> && !text_field<std::vector<int>>);
static_assert(!text_field<std::optional<std::optional<int>>>);
static_assert(text_record<reading_record>);
static_assert(!text_record<nested_record> && !text_record<nameless_record>);

TEST(FieldValue, SaysWhatIsWrongInOneSentence) {
  EXPECT_EQ(not_an_integer("x"), "'x' is not an integer");
  EXPECT_EQ(not_a_number("x"), "'x' is not a number");
  EXPECT_EQ(not_a_boolean("x"), "'x' is not true, false, 1 or 0");
  EXPECT_EQ(not_a_time("x"), "'x' is not a time such as 2001-01-31T13:24:00Z");
  EXPECT_EQ(out_of_range_of<std::int8_t>("200"), "'200' is out of range: -128 to 127");
}

}  // namespace
}  // namespace weir
