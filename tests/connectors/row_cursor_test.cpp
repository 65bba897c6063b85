// SPDX-License-Identifier: Apache-2.0
// Where rows begin and end, whatever the cuts, the chunks and the line endings.
#include "connectors/row_cursor.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

using rows = std::vector<std::pair<std::string, std::uint64_t>>;

class RowCursor : public testing::Test {
protected:
  // The rows of a range. A row that is too long shows as "> " and its beginning.
  rows read(const std::string& path, std::uint64_t begin, std::uint64_t end) {
    auto cursor = row_cursor::open(files, {path, begin, end, {}}, options);
    rows found;
    text_row row;
    while (true) {
      switch (cursor->next(row)) {
        case row_cursor::step::row:
          found.emplace_back(row.text, row.offset);
          break;
        case row_cursor::step::too_long:
          found.emplace_back("> " + std::string{row.text}, row.offset);
          break;
        case row_cursor::step::ended:
          return found;
        case row_cursor::step::needs_bytes:
          if (const auto count = cursor->fill(); !count) {
            found.emplace_back(count.failure().message, 0);
            return found;
          }
      }
    }
  }
  rows read(const std::string& content) {
    return read(directory.write("file", content), 0, content.size());
  }

  temporary_directory directory;
  posix_file_system files;
  text_file_options options;
};

TEST_F(RowCursor, EndsLinesAtEitherKindOfLineBreak) {
  EXPECT_EQ(read("a\nbb\r\n\nc\r\n"), (rows{{"a", 0}, {"bb", 2}, {"", 6}, {"c", 7}}));
}

TEST_F(RowCursor, NeedsNoLineBreakAfterTheLastLine) {
  EXPECT_EQ(read("a\nb"), (rows{{"a", 0}, {"b", 2}}));
  EXPECT_EQ(read("a\nb\r"), (rows{{"a", 0}, {"b", 2}}));
}

TEST_F(RowCursor, FindsNothingInAnEmptyFile) { EXPECT_EQ(read(""), rows{}); }

TEST_F(RowCursor, DropsTheByteOrderMarkOfText) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a\n\xEF\xBB\xBF"
                 "b\n"),
            (rows{{"a", 0},
                  {"\xEF\xBB\xBF"
                   "b",
                   5}}));
  options.checks_utf8 = false;
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a\n"),
            (rows{{"\xEF\xBB\xBF"
                   "a",
                   0}}));
}

TEST_F(RowCursor, StartsARangeAtTheFirstLineThatBeginsInIt) {
  const auto path = directory.write("file", "ab\ncd\nef\n");
  EXPECT_EQ(read(path, 0, 3), (rows{{"ab", 0}}));
  EXPECT_EQ(read(path, 0, 4), (rows{{"ab", 0}, {"cd", 3}}));
  EXPECT_EQ(read(path, 3, 6), (rows{{"cd", 3}}));
  EXPECT_EQ(read(path, 4, 6), rows{});
  EXPECT_EQ(read(path, 4, 9), (rows{{"ef", 6}}));
}

TEST_F(RowCursor, ReadsEachLineOnceWhateverTheCuts) {
  std::mt19937 random{1};
  for (int round = 0; round < 300; ++round) {
    std::string content;
    const auto length = random() % 60;
    for (std::size_t i = 0; i < length; ++i) content += "ab\r\n\n"[random() % 5];
    const auto path = directory.write("file", content);
    const auto whole = read(path, 0, content.size());
    rows pieces;
    std::uint64_t begin = 0;
    while (begin < content.size()) {
      const auto end = std::min<std::uint64_t>(content.size(), begin + 1 + random() % 9);
      for (auto& row : read(path, begin, end)) pieces.push_back(std::move(row));
      begin = end;
    }
    ASSERT_EQ(pieces, whole) << testing::PrintToString(content);
  }
}

TEST_F(RowCursor, JoinsLinesThatSpanChunks) {
  std::string content;
  rows expected;
  std::mt19937 random{2};
  for (int i = 0; i < 40; ++i) {
    std::string line(random() % 60'000, static_cast<char>('a' + i % 26));
    expected.emplace_back(line, content.size());
    content += line + "\n";
  }
  EXPECT_EQ(read(content), expected);
}

TEST_F(RowCursor, ShowsOnlyTheBeginningOfALineThatIsTooLong) {
  options.max_line = 4;
  EXPECT_EQ(read("12345\nabcd\r\nabcde\r\nz"),
            (rows{{"> 1234", 0}, {"abcd", 6}, {"> abcd", 12}, {"z", 19}}));
  const std::string long_line(3'000'000, 'x');
  EXPECT_EQ(read("a\n" + long_line + "\nb\n"), (rows{{"a", 0}, {"> xxxx", 2}, {"b", 3'000'003}}));
  EXPECT_EQ(read("a\n" + long_line), (rows{{"a", 0}, {"> xxxx", 2}}));
}

TEST_F(RowCursor, LetsQuotedRowsSpanLines) {
  options.has_multiline_quotes = true;
  EXPECT_EQ(read("1,\"a\nb\"\"\n\"\n2,c\n\"\n"),
            (rows{{"1,\"a\nb\"\"\n\"", 0}, {"2,c", 11}, {"\"\n", 15}}));
}

TEST_F(RowCursor, PassesOverTheWholeOfAQuotedRowThatIsTooLong) {
  options.has_multiline_quotes = true;
  options.max_line = 10;
  const std::string filler(600'000, 'x');
  EXPECT_EQ(read("\"" + filler + "\n" + filler + "\"\nend\n"),
            (rows{{"> \"xxxxxxxxx", 0}, {"end", 1'200'004}}));
}

TEST_F(RowCursor, NumbersLinesFromAnyOffset) {
  const auto path = directory.write("file", "a\nb\n\nc\n");
  auto cursor = row_cursor::open(files, {path, 4, 7, {}}, options);
  EXPECT_EQ(cursor->line_number(5), 4U);
  EXPECT_EQ(cursor->line_number(0), 1U);
  EXPECT_EQ(cursor->line_number(2), 2U);
  EXPECT_EQ(cursor->line_number(4), 3U);
  EXPECT_EQ(cursor->line_number(100), 0U);
}

TEST_F(RowCursor, RefusesAFileThatHasShrunk) {
  const auto path = directory.write("file", "a\nb\n");
  EXPECT_EQ(read(path, 0, 10),
            (rows{{"a", 0},
                  {"b", 2},
                  {path + ": the file is now 4 bytes long, but 10 bytes were there before; it was "
                          "cut or replaced while being read, read it again from its beginning",
                   0}}));
}

}  // namespace
}  // namespace weir
