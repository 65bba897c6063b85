// SPDX-License-Identifier: Apache-2.0
// Rows of CSV as records: headers, shapes and cells.
#include "connectors/csv_format.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

struct flight {
  std::string origin;
  int delay_minutes = 0;
  std::optional<double> distance;
  friend bool operator==(const flight&, const flight&) = default;
};
WEIR_FIELDS(flight, origin, delay_minutes, distance)

struct single {
  std::optional<int> value;
};
WEIR_FIELDS(single, value)

static_assert(text_format<csv_format<flight>>);

// The cause and the remedy of a row that is no record.
std::string failure_of(csv_format<flight>& format, std::string_view row) {
  flight into;
  row_failure why;
  EXPECT_EQ(format.parse(row, into, why), row_outcome::malformed) << row;
  return why.cause + "; " + why.remedy;
}

flight record_of(csv_format<flight>& format, std::string_view row) {
  flight into;
  row_failure why;
  EXPECT_EQ(format.parse(row, into, why), row_outcome::record) << why.cause;
  return into;
}

const std::string fix = "; fix the row or choose .on_malformed(...)";

class CsvFormat : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_TRUE(format.read_header("delay_minutes,tail,distance,\"origin\""));
  }
  csv_format<flight> format;
};

TEST_F(CsvFormat, FindsFieldsByTheNamesOfTheHeader) {
  EXPECT_EQ(record_of(format, "-5,N1,407.5,LAS"), (flight{"LAS", -5, 407.5}));
  EXPECT_EQ(record_of(format, "7,,,\"L,AX\""), (flight{"L,AX", 7, {}}));
}

TEST_F(CsvFormat, FindsFieldsByPositionWithoutAHeader) {
  csv_format<flight> headless;
  headless.columns.has_header = false;
  EXPECT_EQ(record_of(headless, "LAS,-5,,more,columns"), (flight{"LAS", -5, {}}));
  EXPECT_EQ(failure_of(headless, "LAS,1"), "2 columns where the record needs 3" + fix);
  EXPECT_EQ(failure_of(headless, "LAS,\"1"),
            "column 2: a quote is not closed on its line; close it, or choose .multiline_quotes() "
            "if cells contain line breaks");
}

TEST_F(CsvFormat, RefusesACellThatDoesNotFitItsField) {
  EXPECT_EQ(failure_of(format, "x1,N1,,LAS"), "column delay_minutes: 'x1' is not an integer" + fix);
  EXPECT_EQ(failure_of(format, "3000000000,N1,,LAS"),
            "column delay_minutes: '3000000000' is out of range: -2147483648 to 2147483647" + fix);
  EXPECT_EQ(failure_of(format, "1,N1,far,LAS"), "column distance: 'far' is not a number" + fix);
}

TEST_F(CsvFormat, RefusesAnotherNumberOfColumnsThanTheHeader) {
  EXPECT_EQ(failure_of(format, "1"), "1 column where the header has 4" + fix);
  EXPECT_EQ(failure_of(format, "1,2,3,4,5"), "5 columns where the header has 4" + fix);
}

TEST_F(CsvFormat, RefusesQuotesInTheWrongPlace) {
  EXPECT_EQ(failure_of(format, "1,\"N1,,LAS"),
            "column tail: a quote is not closed on its line; close it, or choose "
            ".multiline_quotes() if cells contain line breaks");
  EXPECT_EQ(failure_of(format, "1,N\"1,,LAS"),
            "column tail: a quote in the middle of the cell; put the whole cell in quotes and "
            "write each quote inside it twice" +
                fix);
  format.columns.has_multiline_quotes = true;
  EXPECT_EQ(failure_of(format, "1,\"N1,,LAS\n2"), "column tail: a quote is never closed" + fix);
}

TEST_F(CsvFormat, PassesOverBlankLines) {
  flight into;
  row_failure why;
  EXPECT_EQ(format.parse("", into, why), row_outcome::nothing);
}

TEST_F(CsvFormat, TakesABlankLineForARowOfOneColumn) {
  csv_format<single> format_of_one;
  ASSERT_TRUE(format_of_one.read_header("value"));
  single into{7};
  row_failure why;
  EXPECT_EQ(format_of_one.parse("7", into, why), row_outcome::record);
  into.value.reset();
  EXPECT_EQ(format_of_one.parse("", into, why), row_outcome::record);
  EXPECT_EQ(into.value, std::nullopt);
}

TEST_F(CsvFormat, RefusesAHeaderThatLacksAColumn) {
  EXPECT_EQ(format.read_header("origin,delay_mins,distance").failure().message,
            "the header has no column delay_minutes; did you mean delay_mins? Name the column "
            "after the field of the record, or the other way round");
  EXPECT_EQ(format.read_header("origin,delay_minutes,distance,origin").failure().message,
            "the header has the column origin twice; rename one of them");
  EXPECT_EQ(csv_format<flight>{}.read_header("origin,\"delay").failure().message,
            "column 2: a quote is not closed on its line");
}

}  // namespace
}  // namespace weir
