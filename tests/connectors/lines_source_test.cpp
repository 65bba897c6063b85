// SPDX-License-Identifier: Apache-2.0
// Lines as records, and with them everything that all text sources share: splits, restores, limits,
// growing files, malformed rows and broken disks.
#include "connectors/lines_source.hpp"

#include <chrono>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/connectors/faulty_file_system.hpp"
#include "tests/connectors/source_reading.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using lines = std::vector<std::string>;

static_assert(source_description<lines_source>);

const std::string not_utf8 =
    " is not UTF-8; convert the file to UTF-8, or choose .bytes() where the format has it";

class LinesSource : public testing::Test {
protected:
  temporary_directory directory;
  faulty_file_system files;
};

TEST_F(LinesSource, BringsEveryLine) {
  const auto path = directory.write("book.txt", "to be\r\n\nor not");
  EXPECT_EQ(read_all(lines_of(path), files), (lines{"to be", "", "or not"}));
  EXPECT_EQ(lines_of(path).name(), "lines_of(" + path + ")");
  EXPECT_TRUE(lines_of(path).is_bounded());
}

TEST_F(LinesSource, FindsNothingInAnEmptyFile) {
  EXPECT_EQ(read_all(lines_of(directory.write("empty", "")), files, 4), lines{});
}

TEST_F(LinesSource, ReadsTheFilesOfADirectoryOneAfterTheOther) {
  directory.write("b", "3\n4");
  directory.write("a", "1\n2");
  EXPECT_EQ(read_all(lines_of(directory.path()), files), (lines{"1", "2", "3", "4"}));
}

TEST_F(LinesSource, EndsAtOnceWithoutSplits) {
  EXPECT_EQ(read_splits(lines_of("nowhere"), files, {}), lines{});
}

TEST_F(LinesSource, ReadsEachLineOnceAtEveryParallelism) {
  std::mt19937 random{7};
  std::string content;
  lines expected;
  while (content.size() < 400'000) {
    expected.emplace_back(random() % 3000, static_cast<char>('a' + random() % 26));
    content += expected.back() + (random() % 2 == 0 ? "\n" : "\r\n");
  }
  const auto path = directory.write("file", content);
  for (const std::uint32_t parallelism : {1U, 2U, 3U, 6U, 100U}) {
    EXPECT_EQ(read_all(lines_of(path), files, parallelism), expected) << parallelism;
  }
}

TEST_F(LinesSource, ReadsEachLineOnceWhateverTheCuts) {
  std::mt19937 random{8};
  for (int round = 0; round < 200; ++round) {
    std::string content;
    for (auto length = random() % 80; length > 0; --length) content += "ab\r\n\n"[random() % 5];
    const auto path = directory.write("file", content);
    std::vector<source_split> splits;
    for (std::uint64_t begin = 0; begin < content.size();) {
      const auto end = std::min<std::uint64_t>(content.size(), begin + 1 + random() % 9);
      splits.push_back(to_source_split({path, begin, end, {}}));
      begin = end;
    }
    ASSERT_EQ(read_splits(lines_of(path), files, splits), read_all(lines_of(path), files).records);
  }
}

TEST_F(LinesSource, NeitherLosesNorRepeatsALineInARestore) {
  lines expected;
  std::string content;
  for (int i = 0; i < 20'000; ++i) {
    expected.push_back("line " + std::to_string(i));
    content += expected.back() + "\n";
  }
  const auto path = directory.write("file", content);
  for (int polls = 0; polls < 45; polls += 3) {
    EXPECT_EQ(read_with_restore(lines_of(path), files, 3, polls), expected) << polls;
  }
}

TEST_F(LinesSource, KeepsItsPlaceBetweenReadsOfALongSearch) {
  // The second range has no beginning of a line for several megabytes.
  const std::string longest(5'000'000, 'x');
  const auto path = directory.write("file", "a\n" + longest + "\nb\n");
  const auto source = lines_of(path).max_line(8 * 1024 * 1024);
  const std::vector<source_split> splits{to_source_split({path, 0, 3, {}}),
                                         to_source_split({path, 3, 5'000'005, {}})};
  EXPECT_EQ(read_splits(source, files, splits), (lines{"a", longest, "b"}));
  auto reader = source.open(context_for(files), {splits[1]});
  polled<std::string> out;
  ASSERT_EQ(*(*reader)->poll(processing_time{}, out), poll_status::more_available);
  EXPECT_TRUE(out.records.empty());
  EXPECT_EQ((*reader)->positions(), (std::vector<source_split>{splits[1]}));
  EXPECT_EQ(read_splits(source, files, (*reader)->positions()), (lines{"b"}));
}

TEST_F(LinesSource, KnowsThePlaceOfEachRecord) {
  const auto path = directory.write("file", "a\nb\nc\nd\n");
  auto reader = lines_of(path).open(context_for(files), {to_source_split({path, 1, 8, {}})});
  polled<std::string> out;
  ASSERT_TRUE((*reader)->poll(processing_time{}, out));
  ASSERT_EQ(out.records.size(), 3U);
  EXPECT_TRUE(out.split_ended);
  EXPECT_EQ((*reader)->place_of(0), path + ": line 2");
  EXPECT_EQ((*reader)->place_of(2), path + ": line 4");
}

TEST_F(LinesSource, RefusesALineThatIsTooLong) {
  std::string content;
  for (int i = 0; i < 6; ++i) content += "short\n";
  const auto path =
      directory.write("orders.csv", content + std::string(10 * 1024 * 1024, 'x') + "\nlast\n");
  const auto read = read_all(lines_of(path), files);
  EXPECT_EQ(read.failure, path + ": line 7: longer than 1 MiB; raise max_line");
  EXPECT_EQ(read.records, lines(6, "short"));
  EXPECT_EQ(read_all(lines_of(path).max_line(20 * 1024 * 1024), files).records.size(), 8U);

  const auto skipping = read_all(lines_of(path).on_malformed(malformed::skip), files, 4);
  EXPECT_EQ(skipping.failure, "");
  EXPECT_EQ(skipping.records.size(), 7U);
  EXPECT_EQ(skipping.skipped, 1U);
}

TEST_F(LinesSource, RefusesWhatIsNotUtf8) {
  const auto path = directory.write("names.txt", "Anna\nRen\xE9\nZoe\n");
  const auto read = read_all(lines_of(path), files);
  EXPECT_EQ(read.failure, path + ": line 2: byte 3 of the line (0xE9)" + not_utf8);
  EXPECT_EQ(read.records, (lines{"Anna"}));
  EXPECT_EQ(read_all(lines_of(path).bytes(), files), (lines{"Anna", "Ren\xE9", "Zoe"}));
}

TEST_F(LinesSource, NumbersTheLinesOfALaterRange) {
  std::string content;
  for (int i = 0; i < 50'000; ++i) content += "line\n";
  const auto path = directory.write("file", content + "\xFF\n");
  EXPECT_EQ(read_all(lines_of(path), files, 4).failure,
            path + ": line 50001: byte 0 of the line (0xFF)" + not_utf8);
}

TEST_F(LinesSource, MeetsTheMalformedRowAgainAfterARestore) {
  const auto path = directory.write("file", "a\n\xFF\nb\n");
  auto reader = lines_of(path).open(context_for(files), {to_source_split({path, 0, 6, {}})});
  polled<std::string> out;
  ASSERT_TRUE((*reader)->poll(processing_time{}, out));
  EXPECT_EQ(out.records.size(), 1U);
  EXPECT_EQ((*reader)->positions()[0].position, "2");
  out.records.clear();
  EXPECT_FALSE((*reader)->poll(processing_time{}, out));
  EXPECT_FALSE((*reader)->poll(processing_time{}, out)) << "nothing behind it is read";
  EXPECT_EQ((*reader)->positions()[0].position, "2");
}

TEST_F(LinesSource, HandsMalformedRowsOver) {
  const auto path = directory.write("file", "a\n\xFF\xFF\nb\n");
  std::vector<malformed_row> letters;
  const auto source =
      lines_of(path).on_malformed([&](const malformed_row& letter) { letters.push_back(letter); });
  const auto read = read_all(source, files);
  EXPECT_EQ(read, (lines{"a", "b"}));
  EXPECT_EQ(read.skipped, 1U);
  EXPECT_EQ(letters, (std::vector<malformed_row>{
                         {path, 2, "\xFF\xFF", "byte 0 of the line (0xFF) is not UTF-8"}}));
}

TEST_F(LinesSource, ReportsABrokenDisk) {
  const auto path = directory.write("file", "a\nb\n");
  files.readable = 1;
  EXPECT_EQ(read_all(lines_of(path), files).failure, "read " + path + ": Input/output error");
}

TEST_F(LinesSource, ReportsAFileThatWentAway) {
  const auto path = directory.write("file", "a\nb\n");
  auto splits = lines_of(path).discover_splits(context_for(files));
  ASSERT_TRUE(files.remove(path));
  EXPECT_EQ(read_splits(lines_of(path), files, *splits).failure,
            "open " + path + ": No such file or directory");
}

TEST_F(LinesSource, RefusesAMissingFileBeforeTheJobStarts) {
  const auto splits = lines_of(directory / "no").discover_splits(context_for(files));
  ASSERT_FALSE(splits);
  EXPECT_EQ(splits.failure().code, error_code::not_found);
  EXPECT_EQ(splits.failure().message,
            "lines_of(" + (directory / "no") + "): look at " + (directory / "no") +
                ": No such file or directory; name an existing file or directory");
}

TEST_F(LinesSource, RefusesPositionsThatAreNotItsOwn) {
  EXPECT_EQ(read_splits(lines_of("a"), files, {{"a", ""}}).failure,
            "lines_of(a): read the split 'a' at '': not a range of a text file");
}

// One poll of a reader of growing files: the lines it brought, or the error.
class Following : public LinesSource {
protected:
  void follow(const lines_source& source) {
    EXPECT_FALSE(source.is_bounded());
    auto splits = source.discover_splits(context_for(files));
    ASSERT_TRUE(splits);
    restore(source, *splits);
  }
  void restore(const lines_source& source, std::vector<source_split> splits) {
    reader = std::move(*source.open(context_for(files), std::move(splits)));
  }
  lines poll() {
    out.records.clear();
    const auto polled = reader->poll(now, out);
    if (!polled) return {polled.failure().message};
    if (*polled == poll_status::nothing_available) {
      EXPECT_TRUE(out.records.empty());
      EXPECT_EQ(out.retry_at, now + milliseconds{100});
    }
    EXPECT_FALSE(out.split_ended);
    return out.records.values;
  }

  std::unique_ptr<source_reader<std::string>> reader;
  polled<std::string> out;
  processing_time now{};
};

TEST_F(Following, WaitsForLinesToBeCompleted) {
  const auto path = directory.write("log", "one\ntw");
  follow(lines_of(path).follow());
  EXPECT_EQ(poll(), (lines{"one"}));
  EXPECT_EQ(poll(), lines{});
  directory.write("log", "one\ntwo\nthree\n");
  EXPECT_EQ(poll(), (lines{"two", "three"}));
  EXPECT_EQ(poll(), lines{});
}

TEST_F(Following, GoesOnWhereItStoodAfterARestore) {
  const auto path = directory.write("log", "one\ntw");
  follow(lines_of(path).follow());
  EXPECT_EQ(poll(), (lines{"one"}));
  const auto positions = reader->positions();
  EXPECT_EQ(positions, (std::vector<source_split>{{path + "[0,)", "4"}}));
  directory.write("log", "one\ntwo\n");
  restore(lines_of(path).follow(), positions);
  EXPECT_EQ(poll(), (lines{"two"}));
}

TEST_F(Following, LetsFilesTakeTurns) {
  directory.write("a", "1\n");
  directory.write("b", "2\n");
  follow(lines_of(directory.path()).follow());
  EXPECT_EQ(poll(), (lines{"1"}));
  EXPECT_EQ(poll(), (lines{"2"}));
  EXPECT_EQ(out.split, 1U);
  EXPECT_EQ(poll(), lines{});
  directory.write("b", "2\n3\n");
  EXPECT_EQ(poll(), (lines{"3"}));
  EXPECT_EQ(reader->place_of(0), (directory / "b") + ": line 2");
}

TEST_F(Following, RefusesAFileThatWasCut) {
  const auto path = directory.write("log", "one\ntwo\n");
  follow(lines_of(path).follow());
  EXPECT_EQ(poll(), (lines{"one", "two"}));
  directory.write("log", "new\n");
  EXPECT_EQ(poll(),
            (lines{path + ": the file is now 4 bytes long, but 8 bytes were there before; it was "
                          "cut or replaced while being read, read it again from its beginning"}));
}

TEST_F(Following, PassesOverTheWholeOfALineThatIsTooLong) {
  const auto path = directory.write("log", "longer than five");
  follow(lines_of(path).max_line(5).on_malformed(malformed::skip).follow());
  EXPECT_EQ(poll(), lines{});
  directory.write("log", "longer than five, still");
  EXPECT_EQ(poll(), lines{});
  directory.write("log", "longer than five, still.\nshort\n");
  EXPECT_EQ(poll(), (lines{"short"}));
  EXPECT_EQ(reader->malformed_skipped(), 1U);
}

}  // namespace
}  // namespace weir
