// SPDX-License-Identifier: Apache-2.0
// CSV files from beginning to end: ranges, directories, settings, and bad input in full.
#include "connectors/csv_source.hpp"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/connectors/source_reading.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

struct flight {
  event_time scheduled;
  int delay_minutes = 0;
  std::string note;
  friend bool operator==(const flight&, const flight&) = default;
};
WEIR_FIELDS(flight, scheduled, delay_minutes, note)

struct pair_of_cells {
  int number = 0;
  std::string text;
  friend bool operator==(const pair_of_cells&, const pair_of_cells&) = default;
};
WEIR_FIELDS(pair_of_cells, number, text)

static_assert(source_description<csv_source<flight>>);

using pairs = std::vector<pair_of_cells>;

class CsvSource : public testing::Test {
protected:
  // What a job would say that reads a file of this content.
  std::string failure_of(const std::string& content) {
    const auto path = directory.write("flights.csv", content);
    const auto message = read_all(csv_of<flight>(path), files).failure;
    EXPECT_TRUE(message.starts_with(path)) << message;
    return message.substr(std::min(message.size(), directory.path().size() + 1));
  }

  temporary_directory directory;
  posix_file_system files;
  const std::string header = "scheduled,delay_minutes,note\n";
  const std::string row = "2001-01-01T01:24:00Z,-5,ok\n";
  const std::string fix = "; fix the row or choose .on_malformed(...)";
};

TEST_F(CsvSource, BringsTypedRecords) {
  const auto path = directory.write(
      "flights.csv",
      "note,scheduled,gate,delay_minutes\r\n\"a, \"\"b\"\"\",1970-01-01T00:00:05Z,7,-3\r\n");
  EXPECT_EQ(read_all(csv_of<flight>(path), files),
            (std::vector<flight>{{event_time{std::chrono::seconds{5}}, -3, "a, \"b\""}}));
  EXPECT_EQ(csv_of<flight>(path).name(), "csv_of(" + path + ")");
}

TEST_F(CsvSource, ReadsEveryRangeByTheHeaderOfItsFile) {
  std::string content = "\xEF\xBB\xBFtext,ignored,number\n";
  pairs expected;
  for (int i = 0; i < 30'000; ++i) {
    expected.push_back({i, "t" + std::to_string(i % 7)});
    content += expected.back().text + ",," + std::to_string(i) + "\n";
  }
  const auto path = directory.write("many.csv", content);
  for (const std::uint32_t parallelism : {1U, 2U, 5U}) {
    EXPECT_EQ(read_all(csv_of<pair_of_cells>(path), files, parallelism), expected);
  }
  for (int polls = 0; polls < 70; polls += 11) {
    EXPECT_EQ(read_with_restore(csv_of<pair_of_cells>(path), files, 3, polls), expected) << polls;
  }
}

TEST_F(CsvSource, ReadsEachRowOnceWhateverTheCuts) {
  std::mt19937 random{9};
  for (int round = 0; round < 100; ++round) {
    std::string content = "number,text\n";
    pairs expected;
    for (auto count = random() % 20; count > 0; --count) {
      expected.push_back({static_cast<int>(random() % 1000), std::string(random() % 6, 'x')});
      content += std::to_string(expected.back().number) + ",\"" + expected.back().text + "\"\n";
    }
    const auto path = directory.write("cut.csv", content);
    std::vector<source_split> splits;
    for (std::uint64_t begin = 0; begin < content.size();) {
      const auto end = std::min<std::uint64_t>(content.size(), begin + 1 + random() % 20);
      splits.push_back(to_source_split({path, begin, end, {}}));
      begin = end;
    }
    ASSERT_EQ(read_splits(csv_of<pair_of_cells>(path), files, splits), expected) << content;
  }
}

TEST_F(CsvSource, LetsTheFilesOfADirectoryOrderTheirColumns) {
  directory.write("in/a.csv", "number,text\n1,a\n");
  directory.write("in/b.csv", "text,number\nb,2\n");
  EXPECT_EQ(read_all(csv_of<pair_of_cells>(directory / "in"), files), (pairs{{1, "a"}, {2, "b"}}));
}

TEST_F(CsvSource, CanDoWithoutAHeaderAndWithOtherDelimiters) {
  const auto path = directory.write("plain.csv", "1;a,b\n2;c\n");
  const auto source = csv_of<pair_of_cells>(path).without_header().delimiter(';');
  EXPECT_EQ(read_all(source, files), (pairs{{1, "a,b"}, {2, "c"}}));
  const auto empty = directory.write("empty.csv", "");
  EXPECT_EQ(read_all(csv_of<pair_of_cells>(empty).without_header(), files), pairs{});
}

TEST_F(CsvSource, ReadsLineBreaksInQuotesWhenTold) {
  const auto path = directory.write("notes.csv", "number,text\n1,\"two\nlines\"\n2,x\n3,y\n");
  const auto source = csv_of<pair_of_cells>(path).multiline_quotes();
  EXPECT_EQ(read_all(source, files, 4), (pairs{{1, "two\nlines"}, {2, "x"}, {3, "y"}}));
  EXPECT_EQ(read_all(csv_of<pair_of_cells>(path), files).failure,
            path +
                ": line 2: column text: a quote is not closed on its line; close it, or choose "
                ".multiline_quotes() if cells contain line breaks");
  const auto open = directory.write("open.csv", "number,text\n1,a\n2,\"never\nclosed\n");
  EXPECT_EQ(read_all(csv_of<pair_of_cells>(open).multiline_quotes(), files).failure,
            open + ": line 3: column text: a quote is never closed" + fix);
}

TEST_F(CsvSource, ReadsCellsThatAreNotUtf8WhenTold) {
  const auto path = directory.write("latin.csv", "number,text\n1,caf\xE9\n");
  EXPECT_EQ(read_all(csv_of<pair_of_cells>(path).bytes(), files), (pairs{{1, "caf\xE9"}}));
}

TEST_F(CsvSource, FollowsAFileFromBeforeItsHeader) {
  const auto path = directory.write("growing.csv", "");
  const auto source = csv_of<pair_of_cells>(path).follow(std::chrono::seconds{1});
  auto splits = source.discover_splits(context_for(files));
  ASSERT_TRUE(splits);
  auto reader = source.open(context_for(files), *splits);
  polled<pair_of_cells> out;
  EXPECT_EQ(*(*reader)->poll(processing_time{}, out), poll_status::nothing_available);
  EXPECT_EQ(out.retry_at, processing_time{std::chrono::seconds{1}});
  const auto before_the_header = (*reader)->positions();
  directory.write("growing.csv", "text,number\nx,1\ny,");
  EXPECT_EQ(*(*reader)->poll(processing_time{}, out), poll_status::more_available);
  EXPECT_EQ(out.records.values, (pairs{{1, "x"}}));

  auto early = source.open(context_for(files), before_the_header);
  out.records.clear();
  EXPECT_EQ(*(*early)->poll(processing_time{}, out), poll_status::more_available);
  EXPECT_EQ(out.records.values, (pairs{{1, "x"}}));

  auto restored = source.open(context_for(files), (*reader)->positions());
  directory.write("growing.csv", "text,number\nx,1\ny,2\n");
  out.records.clear();
  EXPECT_EQ(*(*restored)->poll(processing_time{}, out), poll_status::more_available);
  EXPECT_EQ(out.records.values, (pairs{{2, "y"}}));
}

TEST_F(CsvSource, RefusesBadCellsWithTheirPlace) {
  EXPECT_EQ(failure_of(header + row + "2001-01-01T01:24:00Z,x1,\n"),
            "flights.csv: line 3: column delay_minutes: 'x1' is not an integer" + fix);
  EXPECT_EQ(failure_of(header + "2001-01-01T01:24:00Z,99999999999,\n"),
            "flights.csv: line 2: column delay_minutes: '99999999999' is out of range: "
            "-2147483648 to 2147483647" +
                fix);
  EXPECT_EQ(failure_of(header + "noon,1,\n"),
            "flights.csv: line 2: column scheduled: 'noon' is not a time such as "
            "2001-01-31T13:24:00Z" +
                fix);
}

TEST_F(CsvSource, RefusesBadRowsWithTheirPlace) {
  EXPECT_EQ(failure_of(header + row + row + "1,2\n"),
            "flights.csv: line 4: 2 columns where the header has 3" + fix);
  EXPECT_EQ(failure_of(header + "2001-01-01T01:24:00Z,1,\"x\n"),
            "flights.csv: line 2: column note: a quote is not closed on its line; close it, or "
            "choose .multiline_quotes() if cells contain line breaks");
  EXPECT_EQ(failure_of(header + row + std::string(10 * 1024 * 1024, 'x') + "\n" + row),
            "flights.csv: line 3: longer than 1 MiB; raise max_line");
  EXPECT_EQ(failure_of(header + "2001-01-01T01:24:00Z,1,\xC3(\n"),
            "flights.csv: line 2: byte 23 of the line (0xC3) is not UTF-8; convert the file to "
            "UTF-8, or choose .bytes() where the format has it");
}

TEST_F(CsvSource, RefusesBadHeadersWhateverIsSaidAboutRows) {
  EXPECT_EQ(failure_of(""),
            "flights.csv: the file is empty, not even a header line; write one, or choose "
            ".without_header()");
  EXPECT_EQ(failure_of("scheduled,delay_minuts,note\n"),
            "flights.csv: line 1: the header has no column delay_minutes; did you mean "
            "delay_minuts? Name the column after the field of the record, or the other way round");
  EXPECT_EQ(failure_of("note,scheduled,delay_minutes,note\n"),
            "flights.csv: line 1: the header has the column note twice; rename one of them");
  EXPECT_EQ(failure_of("note,\xFF\n"),
            "flights.csv: line 1: byte 5 of the line (0xFF) is not UTF-8; convert the file to "
            "UTF-8, or choose .bytes() where the format has it");
  const auto path = directory.write("wrong.csv", "a,b\n1,x\n");
  EXPECT_TRUE(read_all(csv_of<flight>(path).on_malformed(malformed::skip), files)
                  .failure.starts_with(path + ": line 1: the header has no column scheduled"));
}

TEST_F(CsvSource, SkipsMalformedRowsWhenTold) {
  const auto path = directory.write("mixed.csv", "number,text\n1,a\nx,b\n3\n4,d\n");
  std::vector<malformed_row> letters;
  const auto source = csv_of<pair_of_cells>(path).on_malformed(
      [&](const malformed_row& letter) { letters.push_back(letter); });
  const auto read = read_all(source, files);
  EXPECT_EQ(read, (pairs{{1, "a"}, {4, "d"}}));
  EXPECT_EQ(read.skipped, 2U);
  EXPECT_EQ(letters,
            (std::vector<malformed_row>{{path, 3, "x,b", "column number: 'x' is not an integer"},
                                        {path, 4, "3", "1 column where the header has 2"}}));
}

TEST_F(CsvSource, RefusesADelimiterThatCannotBeOne) {
  for (const char wrong : {'"', '\n', '\r'}) {
    const auto splits =
        csv_of<flight>("a.csv").delimiter(wrong).discover_splits(context_for(files));
    ASSERT_FALSE(splits);
    EXPECT_EQ(splits.failure().message,
              "csv_of(a.csv): a quote or a line break cannot stand between cells; choose another "
              ".delimiter(...)");
  }
}

}  // namespace
}  // namespace weir
