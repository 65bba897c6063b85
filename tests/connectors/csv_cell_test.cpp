// SPDX-License-Identifier: Apache-2.0
// Cells as values: every type of field, and every way not to fit it.
#include "connectors/csv_cell.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

template <class T>
T value_of(std::string_view cell) {
  T value{};
  std::string cause;
  EXPECT_TRUE(parse_csv_cell(cell, value, cause)) << cause;
  return value;
}

template <class T>
std::string cause_of(std::string_view cell) {
  T value{};
  std::string cause;
  EXPECT_FALSE(parse_csv_cell(cell, value, cause)) << cell;
  return cause;
}

const std::string empty_cell =
    "the cell is empty, and only a std::optional field may have no value";

TEST(CsvCell, ReadsIntegers) {
  EXPECT_EQ(value_of<int>("-17"), -17);
  EXPECT_EQ(value_of<int>(" +4\t"), 4);
  EXPECT_EQ(value_of<std::uint8_t>("255"), 255);
  EXPECT_EQ(value_of<std::int64_t>("-9223372036854775808"),
            std::numeric_limits<std::int64_t>::min());
}

TEST(CsvCell, RefusesWhatIsNoInteger) {
  EXPECT_EQ(cause_of<int>("x1"), "'x1' is not an integer");
  EXPECT_EQ(cause_of<int>("1x"), "'1x' is not an integer");
  EXPECT_EQ(cause_of<int>("1.5"), "'1.5' is not an integer");
  EXPECT_EQ(cause_of<int>("+-1"), "'+-1' is not an integer");
  EXPECT_EQ(cause_of<unsigned>("-x"), "'-x' is not an integer");
  EXPECT_EQ(cause_of<int>("99999999999999999999x"), "'99999999999999999999x' is not an integer");
  EXPECT_EQ(cause_of<int>(""), empty_cell);
  EXPECT_EQ(cause_of<int>("  "), empty_cell);
}

TEST(CsvCell, RefusesIntegersOutOfRange) {
  EXPECT_EQ(cause_of<std::uint8_t>("256"), "'256' is out of range: 0 to 255");
  EXPECT_EQ(cause_of<std::uint8_t>("-1"), "'-1' is out of range: 0 to 255");
  EXPECT_EQ(cause_of<int>("3000000000"), "'3000000000' is out of range: -2147483648 to 2147483647");
}

TEST(CsvCell, ReadsNumbers) {
  EXPECT_EQ(value_of<double>("-1.5e3"), -1500.0);
  EXPECT_EQ(value_of<float>(" +0.25"), 0.25F);
  EXPECT_EQ(cause_of<double>("1,5"), "'1,5' is not a number");
  EXPECT_EQ(cause_of<double>("1e400"), "'1e400' is out of range: -1.8e308 to 1.8e308");
  EXPECT_EQ(cause_of<float>("1e40"), "'1e40' is out of range: -3.4e38 to 3.4e38");
  EXPECT_EQ(cause_of<double>(""), empty_cell);
}

TEST(CsvCell, ReadsBooleans) {
  EXPECT_TRUE(value_of<bool>("true"));
  EXPECT_TRUE(value_of<bool>("1"));
  EXPECT_FALSE(value_of<bool>("false"));
  EXPECT_FALSE(value_of<bool>(" 0"));
  EXPECT_EQ(cause_of<bool>("yes"), "'yes' is not true, false, 1 or 0");
  EXPECT_EQ(cause_of<bool>(""), empty_cell);
}

TEST(CsvCell, ReadsTimes) {
  EXPECT_EQ(value_of<event_time>("1970-01-01T00:00:01Z"), event_time{std::chrono::seconds{1}});
  EXPECT_EQ(cause_of<event_time>("yesterday"),
            "'yesterday' is not a time such as 2001-01-31T13:24:00Z");
  EXPECT_EQ(cause_of<event_time>(""), empty_cell);
}

TEST(CsvCell, TakesStringsAsTheyAre) {
  EXPECT_EQ(value_of<std::string>(" a "), " a ");
  EXPECT_EQ(value_of<std::string>(""), "");
}

TEST(CsvCell, TakesAnEmptyCellForNoValue) {
  EXPECT_EQ(value_of<std::optional<int>>(""), std::nullopt);
  EXPECT_EQ(value_of<std::optional<int>>("7"), 7);
  EXPECT_EQ(cause_of<std::optional<int>>("x"), "'x' is not an integer");
}

}  // namespace
}  // namespace weir
