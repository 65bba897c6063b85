// SPDX-License-Identifier: Apache-2.0
// Columns find their fields, and typing errors are guessed.
#include "connectors/field_names.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

const std::vector<std::string> header{"scheduled", "delay_mins", "origin", ""};

result<std::vector<std::uint32_t>> match(std::vector<std::string_view> fields,
                                         std::vector<std::string> columns = header) {
  return match_columns(fields, columns);
}

TEST(FieldNames, GuessesTheNearestName) {
  EXPECT_EQ(nearest_name("delay_minutes", header), "delay_mins");
  EXPECT_EQ(nearest_name("orgin", header), "origin");
  EXPECT_EQ(nearest_name("Origin", header), "origin");
  EXPECT_EQ(nearest_name("destination", header), "");
}

TEST(FieldNames, FindsColumnsInAnyOrder) {
  EXPECT_EQ(*match({"origin", "scheduled"}), (std::vector<std::uint32_t>{2, 0}));
}

TEST(FieldNames, RefusesAMissingColumn) {
  EXPECT_EQ(match({"delay_minutes"}).failure().message,
            "the header has no column delay_minutes; did you mean delay_mins? Name the column "
            "after the field of the record, or the other way round");
  EXPECT_EQ(match({"destination"}).failure().message,
            "the header has no column destination; name the column after the field of the record, "
            "or the other way round");
}

TEST(FieldNames, RefusesAColumnThatIsThereTwiceAndMatters) {
  EXPECT_EQ(match({"a"}, {"a", "b", "a"}).failure().message,
            "the header has the column a twice; rename one of them");
  EXPECT_TRUE(match({"b"}, {"a", "b", "a"}));
}

}  // namespace
}  // namespace weir
