// SPDX-License-Identifier: Apache-2.0
// The positions of every source are exact: whoever opens a reader there, after any poll, reads what
// an unbroken reader would have read next.
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/collection_source.hpp"
#include "connectors/csv_source.hpp"
#include "connectors/generator_source.hpp"
#include "connectors/json_lines_source.hpp"
#include "connectors/lines_source.hpp"
#include "tests/connectors/faulty_file_system.hpp"
#include "tests/connectors/source_reading.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

struct entry {
  std::string name;
  std::int64_t number = 0;
  friend bool operator==(const entry&, const entry&) = default;
};
WEIR_FIELDS(entry, name, number)

// A reader on its way, and what each split has brought so far.
template <class Source>
class journey {
public:
  using value_type = typename Source::value_type;
  using records = std::map<std::string, std::vector<value_type>>;

  journey(const Source& source, file_system& files, const std::vector<source_split>& splits,
          records read_before = {})
      : splits_{splits}, read_{std::move(read_before)} {
    auto opened = source.open(context_for(files), splits);
    WEIR_ASSERT(opened.ok());
    reader_ = std::move(*opened);
  }

  // False when there is nothing more.
  bool poll() {
    out_.records.clear();
    out_.split_ended = false;
    const auto polled = reader_->poll(now_, out_);
    if (!polled) {
      failure_ = polled.failure().message;
      return false;
    }
    if (*polled == poll_status::end_of_input) return false;
    if (*polled == poll_status::nothing_available) {
      now_ = out_.retry_at;
      return true;
    }
    const auto& id = splits_[out_.split].id;
    for (const auto& each : out_.records.values) read_[id].push_back(each);
    if (out_.split_ended) ended_.insert(id);
    return true;
  }
  // Returns how many polls brought something.
  int run(int most = 1'000'000) {
    int polls = 0;
    while (polls < most && poll()) ++polls;
    return polls;
  }

  // As the source operator stores them: without the splits that have ended.
  std::vector<source_split> open_positions() const {
    std::vector<source_split> left;
    for (auto& each : reader_->positions()) {
      if (!ended_.contains(each.id)) left.push_back(std::move(each));
    }
    return left;
  }
  std::vector<source_split> positions() const {
    auto all = reader_->positions();
    EXPECT_EQ(all.size(), splits_.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].id, splits_[i].id);
    return all;
  }
  const records& read() const { return read_; }
  const std::string& failure() const { return failure_; }

private:
  std::vector<source_split> splits_;
  std::unique_ptr<source_reader<value_type>> reader_;
  polled<value_type> out_;
  processing_time now_{};
  records read_;
  std::set<std::string> ended_;
  std::string failure_;
};

class SourcePositions : public testing::Test {
protected:
  // Reads without a break, then once for every poll with a restore behind it. Returns the number of
  // polls.
  template <class Source>
  int expect_exact(const Source& source, std::uint32_t parallelism = 3) {
    auto splits = source.discover_splits(context_for(files, parallelism));
    EXPECT_TRUE(splits) << splits.failure().message;
    journey whole{source, files, *splits};
    const int polls = whole.run();
    EXPECT_EQ(whole.failure(), "");
    for (int cut = 0; cut <= polls; ++cut) {
      SCOPED_TRACE("restored after poll " + std::to_string(cut));
      journey before{source, files, *splits};
      before.run(cut);
      for (const auto& positions : {before.positions(), before.open_positions()}) {
        journey after{source, files, positions, before.read()};
        after.run();
        EXPECT_EQ(after.failure(), "");
        EXPECT_TRUE(after.read() == whole.read());
        EXPECT_TRUE(after.open_positions().empty());
      }
    }
    return polls;
  }

  // Restores again and again, each time after one or two polls.
  template <class Source>
  void expect_progress(const Source& source) {
    auto positions = *source.discover_splits(context_for(files, 2));
    journey whole{source, files, positions};
    whole.run();
    typename journey<Source>::records read;
    while (!positions.empty()) {
      journey some{source, files, positions, read};
      some.run(1 + static_cast<int>(random.below(2)));
      read = some.read();
      positions = some.open_positions();
    }
    EXPECT_TRUE(read == whole.read());
  }

  std::string name() {
    return std::string(random.below(60), static_cast<char>('a' + random.below(26)));
  }
  std::string lines_with(const std::string& ending, std::size_t size) {
    std::string text;
    while (text.size() < size) text += name() + ending;
    return text + "the last line does not end";
  }

  temporary_directory directory;
  faulty_file_system files;
  random_numbers random{seeds_for(1).front()};
};

TEST_F(SourcePositions, OfACollectionAreExact) {
  const std::vector<int> many(5000, 7);
  EXPECT_GE(expect_exact(collection(many)), 6);
  EXPECT_EQ(expect_exact(collection<int>({})), 0);
  std::vector<std::pair<std::string, event_time>> timed(3000);
  expect_exact(timed_collection(timed), 2);
}

TEST_F(SourcePositions, OfAGeneratorAreExact) {
  const auto identity = [](std::uint64_t i) { return i; };
  EXPECT_GE(expect_exact(generator(10'000, identity)), 9);
  expect_exact(generator(2, identity), 5);
  expect_exact(generator(101, identity).at_rate(7), 4);
  expect_progress(generator(5000, identity).at_rate(100'000));
}

TEST_F(SourcePositions, OfAGeneratorWithoutEndAreExact) {
  const auto source = generator(unbounded, [](std::uint64_t i) { return i; });
  auto splits = *source.discover_splits(context_for(files, 3));
  for (int cut = 0; cut < 9; ++cut) {
    journey before{source, files, splits};
    before.run(cut);
    journey after{source, files, before.positions(), before.read()};
    after.run(9);
    for (const auto& [id, numbers] : after.read()) {
      for (std::size_t i = 1; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], numbers[i - 1] + 3);
      ASSERT_EQ(numbers.front(), id[1] - '0');
    }
  }
}

TEST_F(SourcePositions, OfLinesAreExact) {
  const auto path = directory.write("lines", "\xEF\xBB\xBF" + lines_with("\n", 300'000));
  EXPECT_GE(expect_exact(lines_of(path)), 9);
  directory.write("lines", lines_with("\r\n", 200'000));
  expect_exact(lines_of(path), 2);
  expect_progress(lines_of(path));
}

TEST_F(SourcePositions, OfADirectoryAreExact) {
  directory.write("in/a", lines_with("\n", 70'000));
  directory.write("in/b", "");
  directory.write("in/c", lines_with("\n", 140'000));
  expect_exact(lines_of(directory / "in"), 2);
  expect_progress(lines_of(directory / "in"));
}

TEST_F(SourcePositions, BetweenLinesThatAreTooLongAreExact) {
  std::string text;
  for (int i = 0; i < 4; ++i) {
    text += lines_with("\n", 4000) + "\n" + std::string(1'500'000, 'x') + "\n";
  }
  const auto path = directory.write("lines", text + lines_with("\n", 1000));
  for (const std::uint32_t parallelism : {1U, 4U}) {
    expect_exact(lines_of(path).max_line(100).on_malformed(malformed::skip), parallelism);
  }
}

TEST_F(SourcePositions, OfCsvAreExact) {
  std::string text = "number,name\n";
  for (int i = 0; i < 9000; ++i) {
    text += random.below(50) == 0 ? "no number,x\n"
                                  : std::to_string(i) + ",\"" + name() + "\"\"quoted\"\"\"\n";
  }
  const auto path = directory.write("entries.csv", text);
  EXPECT_GE(expect_exact(csv_of<entry>(path).on_malformed(malformed::skip)), 9);
  expect_progress(csv_of<entry>(path).on_malformed(malformed::skip));
  directory.write("entries.csv", "number,name\n");
  expect_exact(csv_of<entry>(path));
}

TEST_F(SourcePositions, OfCsvWhoseFieldsSpanLinesAreExact) {
  std::string text = "\"name\",number\n";
  for (int i = 0; i < 5000; ++i) {
    text += "\"" + name() + "\n1,2\n\"\"" + name() + "\"\"\"," + std::to_string(i) + "\r\n";
  }
  const auto path = directory.write("entries.csv", text);
  EXPECT_GE(expect_exact(csv_of<entry>(path).multiline_quotes()), 5);
  expect_progress(csv_of<entry>(path).multiline_quotes());
}

TEST_F(SourcePositions, OfJsonLinesAreExact) {
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text += "{\"name\":\"" + name() + "\",\"number\":" + std::to_string(i) + "}\n";
    if (random.below(50) == 0) text += "{}\n";
  }
  const auto path = directory.write("entries.jsonl", text);
  EXPECT_GE(expect_exact(json_lines_of<entry>(path).on_malformed(malformed::skip)), 5);
}

TEST_F(SourcePositions, OfGrowingFilesAreExact) {
  std::string text = "name,number\n";
  for (int i = 0; i < 40; ++i) text += name() + "," + std::to_string(i) + "\n";
  for (int round = 0; round < 6; ++round) {
    const auto path = directory.write("log", "");
    directory.write("other", text);
    const auto source = csv_of<entry>(directory.path()).follow();
    auto positions = *source.discover_splits(context_for(files));
    ASSERT_EQ(positions.size(), 2U);
    journey<csv_source<entry>>::records read;
    for (std::size_t size = 0; size < text.size();) {
      size = std::min<std::size_t>(text.size(), size + random.below(100));
      directory.write("log", text.substr(0, size));
      journey some{source, files, positions, read};
      some.run(1 + static_cast<int>(random.below(4)));
      ASSERT_EQ(some.failure(), "");
      read = some.read();
      positions = some.positions();
    }
    journey last{source, files, positions, read};
    last.run(4);
    ASSERT_EQ(last.read().size(), 2U);
    EXPECT_TRUE(last.read().begin()->second == last.read().rbegin()->second);
    EXPECT_EQ(last.read().begin()->second.size(), 40U);
  }
}

TEST_F(SourcePositions, BeforeAFailureOfTheDiskAreExact) {
  std::string text;
  for (int i = 0; i < 900; ++i) text += std::string(499, static_cast<char>('a' + i % 26)) + "\n";
  const auto path = directory.write("lines", text);
  const auto source = lines_of(path);
  const auto splits = *source.discover_splits(context_for(files));
  journey whole{source, files, splits};
  whole.run();
  files.readable = 300'000;
  journey before{source, files, splits};
  // The records that were read before the failure come first, and the positions count them.
  for (bool goes_on = true; goes_on;) {
    const auto positions = before.positions();
    const auto read = before.read();
    goes_on = before.poll();
    files.readable = text.size();
    journey after{source, files, positions, read};
    after.run();
    EXPECT_TRUE(after.read() == whole.read());
    files.readable = 300'000;
  }
  EXPECT_NE(before.failure(), "");
  EXPECT_FALSE(before.read().empty());
}

}  // namespace
}  // namespace weir
