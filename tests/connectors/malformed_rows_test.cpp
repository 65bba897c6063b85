// SPDX-License-Identifier: Apache-2.0
// Fail, skip, or hand over: what becomes of a malformed row.
#include "connectors/malformed_rows.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class MalformedRows : public testing::Test {
protected:
  temporary_directory directory;
  posix_file_system files;
  std::string path = directory.write("orders.csv", "a\nb\nc\n");
  result<row_cursor> cursor = row_cursor::open(files, {path, 0, 6, {}}, {});
  text_row row{"b", 2};
  row_failure why{"column price: 'b' is not a number"};
};

TEST_F(MalformedRows, FailTheJobUnlessToldOtherwise) {
  malformed_rows rows{malformed::fail, nullptr};
  const auto outcome = rows.on_malformed(*cursor, path, row, why);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.failure().code, error_code::malformed_record);
  EXPECT_EQ(outcome.failure().message,
            path +
                ": line 2: column price: 'b' is not a number; fix the row or choose "
                ".on_malformed(...)");
  EXPECT_EQ(rows.skipped(), 0U);
}

TEST_F(MalformedRows, AreToldWithoutALineThatIsNotKnown) {
  EXPECT_EQ(place_of_line("a.csv", 7), "a.csv: line 7");
  EXPECT_EQ(place_of_line("a.csv", 0), "a.csv");
}

TEST_F(MalformedRows, AreSkippedAndCounted) {
  malformed_rows rows{malformed::skip, nullptr};
  EXPECT_TRUE(rows.on_malformed(*cursor, path, row, why));
  EXPECT_TRUE(rows.on_malformed(*cursor, path, row, why));
  EXPECT_EQ(rows.skipped(), 2U);
}

TEST_F(MalformedRows, GoToTheHandlerIfThereIsOne) {
  std::vector<malformed_row> letters;
  malformed_rows rows{malformed::fail,
                      [&](const malformed_row& letter) { letters.push_back(letter); }};
  EXPECT_TRUE(rows.on_malformed(*cursor, path, row, why));
  EXPECT_EQ(letters,
            (std::vector<malformed_row>{{path, 2, "b", "column price: 'b' is not a number"}}));
  EXPECT_EQ(rows.skipped(), 1U);
}

}  // namespace
}  // namespace weir
