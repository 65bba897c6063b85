// SPDX-License-Identifier: Apache-2.0
// The cells of a row, by RFC 4180.
#include "connectors/csv_row.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

using cells = std::vector<std::string>;

cells split(std::string_view text, char delimiter = ',') {
  csv_row row;
  EXPECT_EQ(row.split(text, delimiter), csv_row::outcome::split) << text;
  return {row.cells().begin(), row.cells().end()};
}

TEST(CsvRow, SplitsAtDelimiters) {
  EXPECT_EQ(split("a,b,c"), (cells{"a", "b", "c"}));
  EXPECT_EQ(split(""), (cells{""}));
  EXPECT_EQ(split(","), (cells{"", ""}));
  EXPECT_EQ(split("a,,"), (cells{"a", "", ""}));
  EXPECT_EQ(split("a,b;c", ';'), (cells{"a,b", "c"}));
}

TEST(CsvRow, UndoesQuotes) {
  EXPECT_EQ(split(R"("a,b",c)"), (cells{"a,b", "c"}));
  EXPECT_EQ(split(R"("a ""b"" c","""")"), (cells{R"(a "b" c)", "\""}));
  EXPECT_EQ(split(R"("","",x)"), (cells{"", "", "x"}));
  EXPECT_EQ(split("\"a\nb\",c"), (cells{"a\nb", "c"}));
  EXPECT_EQ(split(R"(x,"")"), (cells{"x", ""}));
  EXPECT_EQ(split(R"("x",)"), (cells{"x", ""}));
}

TEST(CsvRow, FindsTheCellAtFault) {
  const auto fault = [](std::string_view text, csv_row::outcome expected) {
    csv_row row;
    EXPECT_EQ(row.split(text, ','), expected) << text;
    return row.cells().size();
  };
  EXPECT_EQ(fault(R"(a,"b)", csv_row::outcome::unclosed_quote), 1U);
  EXPECT_EQ(fault(R"(a,b,"c""d)", csv_row::outcome::unclosed_quote), 2U);
  EXPECT_EQ(fault("\"", csv_row::outcome::unclosed_quote), 0U);
  EXPECT_EQ(fault(R"(a,5" disk)", csv_row::outcome::misplaced_quote), 1U);
  EXPECT_EQ(fault(R"("a"b,c)", csv_row::outcome::misplaced_quote), 0U);
  EXPECT_EQ(fault(R"(x,"a""b"c)", csv_row::outcome::misplaced_quote), 1U);
}

TEST(CsvRow, ReadsBackWhateverWasQuoted) {
  std::mt19937 random{3};
  csv_row row;
  for (int round = 0; round < 2000; ++round) {
    cells expected(1 + random() % 5);
    std::string text;
    for (auto& cell : expected) {
      for (auto length = random() % 6; length > 0; --length) cell += "a\",\n "[random() % 5];
      if (&cell != &expected.front()) text += ',';
      const bool needs_quotes = cell.find_first_of("\",\n") != cell.npos || random() % 2 == 0;
      if (needs_quotes) text += '"';
      for (const char c : cell) text += c == '"' ? "\"\"" : std::string{c};
      if (needs_quotes) text += '"';
    }
    ASSERT_EQ(row.split(text, ','), csv_row::outcome::split) << text;
    ASSERT_EQ((cells{row.cells().begin(), row.cells().end()}), expected) << text;
  }
}

}  // namespace
}  // namespace weir
