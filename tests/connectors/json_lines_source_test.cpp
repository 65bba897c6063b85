// SPDX-License-Identifier: Apache-2.0
// JSON lines files from beginning to end.
#include "connectors/json_lines_source.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/connectors/source_reading.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

struct trade {
  std::string symbol;
  double price = 0;
  std::optional<int> volume;
  friend bool operator==(const trade&, const trade&) = default;
};
WEIR_FIELDS(trade, symbol, price, volume)

static_assert(source_description<json_lines_source<trade>>);

class JsonLinesSource : public testing::Test {
protected:
  std::string failure_of(const std::string& content) {
    const auto path = directory.write("trades.jsonl", content);
    const auto message = read_all(json_lines_of<trade>(path), files).failure;
    EXPECT_TRUE(message.starts_with(path)) << message;
    return message.substr(std::min(message.size(), directory.path().size() + 1));
  }

  temporary_directory directory;
  posix_file_system files;
  const std::string row = "{\"symbol\":\"ACME\",\"price\":1.5}\n";
  const std::string fix = "; fix the row or choose .on_malformed(...)";
};

TEST_F(JsonLinesSource, BringsTypedRecords) {
  const auto path =
      directory.write("trades.jsonl", R"({"price":1.5,"symbol":"ACME","volume":7,"extra":[{}]})"
                                      "\r\n\n  \n"
                                      R"({"symbol":"W\u00e4ir","price":2,"volume":null})");
  EXPECT_EQ(read_all(json_lines_of<trade>(path), files),
            (std::vector<trade>{{"ACME", 1.5, 7}, {"W\xC3\xA4ir", 2.0, {}}}));
  EXPECT_EQ(json_lines_of<trade>(path).name(), "json_lines_of(" + path + ")");
}

TEST_F(JsonLinesSource, ReadsEachRecordOnceAtEveryParallelism) {
  std::string content;
  std::vector<trade> expected;
  for (int i = 0; i < 5000; ++i) {
    expected.push_back({"S" + std::to_string(i), i * 0.5, i});
    content += "{\"symbol\":\"S" + std::to_string(i) + "\",\"price\":" + std::to_string(i * 0.5) +
               ",\"volume\":" + std::to_string(i) + "}\n";
  }
  const auto path = directory.write("many.jsonl", content);
  for (const std::uint32_t parallelism : {1U, 2U, 3U}) {
    EXPECT_EQ(read_all(json_lines_of<trade>(path), files, parallelism), expected);
    EXPECT_EQ(read_with_restore(json_lines_of<trade>(path), files, parallelism, 5), expected);
  }
}

TEST_F(JsonLinesSource, FindsNothingInAnEmptyFile) {
  EXPECT_EQ(read_all(json_lines_of<trade>(directory.write("empty", "")), files),
            std::vector<trade>{});
}

TEST_F(JsonLinesSource, RefusesBadRowsWithTheirPlace) {
  EXPECT_EQ(failure_of(row + "{\"symbol\":\"ACME\",\"price\":\"x\"}\n"),
            "trades.jsonl: line 2: field price: 'x' is not a number" + fix);
  EXPECT_EQ(failure_of("\n{\"symbol\":\"ACME\"}\n"),
            "trades.jsonl: line 2: field price: is missing, and only a std::optional field may "
            "be" +
                fix);
  EXPECT_EQ(
      failure_of("{\"symbol\":null,\"price\":1}\n"),
      "trades.jsonl: line 1: field symbol: is null, and only a std::optional field may be" + fix);
  EXPECT_EQ(failure_of("{\"symbol\":\"A\",\"symbol\":\"B\",\"price\":1}\n"),
            "trades.jsonl: line 1: field symbol: is there twice" + fix);
  EXPECT_EQ(failure_of("[1]\n"),
            "trades.jsonl: line 1: the line is JSON, but not an object in braces" + fix);
  EXPECT_EQ(failure_of("{\"symbol\":\"\xFF\"}\n"),
            "trades.jsonl: line 1: byte 11 of the line (0xFF) is not UTF-8; convert the file to "
            "UTF-8, or choose .bytes() where the format has it");
  const auto cut = failure_of(row + "{\"symbol\":\"AC");
  EXPECT_TRUE(cut.starts_with("trades.jsonl: line 2: the line is not valid JSON (")) << cut;
  EXPECT_TRUE(cut.ends_with(")" + fix)) << cut;
}

TEST_F(JsonLinesSource, SkipsMalformedRowsWhenTold) {
  const auto path = directory.write("trades.jsonl", row + "oops\n" + row);
  const auto read = read_all(json_lines_of<trade>(path).on_malformed(malformed::skip), files);
  EXPECT_EQ(read, (std::vector<trade>{{"ACME", 1.5, {}}, {"ACME", 1.5, {}}}));
  EXPECT_EQ(read.skipped, 1U);
}

}  // namespace
}  // namespace weir
