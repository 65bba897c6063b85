// SPDX-License-Identifier: Apache-2.0
// The exact text of log entries, and which of them are written.
#include "coordination/logger.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

// 2026-01-01T00:00:00Z.
constexpr processing_time new_year{std::chrono::seconds{1'767'225'600}};

struct collected_log {
  std::vector<std::string> entries;
  logger::sink sink() {
    return [this](std::string_view entry) { entries.emplace_back(entry); };
  }
};

TEST(Logger, WritesTimeLevelAndMessage) {
  collected_log log;
  logger writer{log_level::debug, log.sink()};
  writer.write(new_year, log_level::info, "job word_count: running, 4 tasks in 1 slot");
  writer.write(new_year + std::chrono::milliseconds{3'723'045}, log_level::warn, "slow");
  writer.write(new_year - duration{1}, log_level::error, "early");
  writer.write(processing_time{}, log_level::debug, "");
  EXPECT_EQ(log.entries,
            (std::vector<std::string>{
                "2026-01-01T00:00:00.000Z INFO job word_count: running, 4 tasks in 1 slot\n",
                "2026-01-01T01:02:03.045Z WARN slow\n", "2025-12-31T23:59:59.999Z ERROR early\n",
                "1970-01-01T00:00:00.000Z DEBUG \n"}));
}

TEST(Logger, DropsWhatIsBelowItsLevel) {
  collected_log log;
  logger writer{log_level::warn, log.sink()};
  writer.write(new_year, log_level::debug, "dropped");
  writer.write(new_year, log_level::info, "dropped");
  writer.write(new_year, log_level::warn, "kept");
  writer.write(new_year, log_level::error, "kept");
  EXPECT_EQ(log.entries.size(), 2U);
  EXPECT_FALSE(writer.is_written(log_level::info));
  EXPECT_TRUE(writer.is_written(log_level::warn));
}

TEST(Logger, IndentsFurtherLinesSoThatTheyCannotPassForEntries) {
  collected_log log;
  logger writer{log_level::info, log.sink()};
  writer.write(new_year, log_level::error, "failed:\nfirst cause\nsecond cause");
  EXPECT_EQ(log.entries, (std::vector<std::string>{"2026-01-01T00:00:00.000Z ERROR failed:\n"
                                                   "    first cause\n    second cause\n"}));
}

TEST(LogLevel, IsReadAsItIsWritten) {
  for (const auto level : {log_level::debug, log_level::info, log_level::warn, log_level::error}) {
    const auto read = parse_log_level(to_string(level));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, level);
  }
}

TEST(LogLevel, RefusesOtherWords) {
  const auto read = parse_log_level("INFO");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.failure().message, "'INFO' is not one of debug, info, warn, error");
}

}  // namespace
}  // namespace weir
