// SPDX-License-Identifier: Apache-2.0
// Rows that no format may see, and headers of files.
#include "connectors/text_row_check.hpp"

#include <string>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

TEST(TextRowCheck, PassesText) {
  row_failure why;
  EXPECT_TRUE(check_row({"caf\xC3\xA9", 0}, row_cursor::step::row, {}, why));
}

TEST(TextRowCheck, NamesTheByteThatIsNoText) {
  row_failure why;
  EXPECT_FALSE(check_row({"caf\xE9", 0}, row_cursor::step::row, {}, why));
  EXPECT_EQ(why.cause, "byte 3 of the line (0xE9) is not UTF-8");
  EXPECT_EQ(why.remedy, "convert the file to UTF-8, or choose .bytes() where the format has it");
  text_file_options options;
  options.checks_utf8 = false;
  EXPECT_TRUE(check_row({"caf\xE9", 0}, row_cursor::step::row, options, why));
}

TEST(TextRowCheck, NamesTheLimitOfARowThatIsTooLong) {
  row_failure why;
  EXPECT_FALSE(check_row({"abc", 0}, row_cursor::step::too_long, {}, why));
  EXPECT_EQ(why.cause, "longer than 1 MiB");
  EXPECT_EQ(why.remedy, "raise max_line");
}

class FirstRow : public testing::Test {
protected:
  std::string first_row_of(const std::string& content, const text_file_options& options = {}) {
    const auto row = read_first_row(files, directory.write("file", content), options);
    return row ? *row : row.failure().message;
  }

  temporary_directory directory;
  posix_file_system files;
};

TEST_F(FirstRow, IsReadHoweverLong) {
  EXPECT_EQ(first_row_of("a,b\nc\n"), "a,b");
  EXPECT_EQ(first_row_of("a,b"), "a,b");
  const std::string wide(700'000, 'x');
  EXPECT_EQ(first_row_of(wide + "\r\nrest"), wide);
}

TEST_F(FirstRow, MustBeThere) {
  const std::string message = (directory / "file") +
                              ": the file is empty, not even a header line; write one, or choose "
                              ".without_header()";
  text_file_options growing;
  growing.follow = duration{1};
  EXPECT_EQ(first_row_of("", growing), message);
  EXPECT_EQ(missing_header(directory / "file").message, message);
}

TEST_F(FirstRow, MustBeText) {
  EXPECT_EQ(first_row_of("a,\xFF\n"),
            (directory / "file") +
                ": line 1: byte 2 of the line (0xFF) is not UTF-8; convert the file to UTF-8, or "
                "choose .bytes() where the format has it");
}

}  // namespace
}  // namespace weir
