// SPDX-License-Identifier: Apache-2.0
// What a user reads while a job runs and when it ends.
#include "coordination/console.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

const processing_time start{std::chrono::hours{24}};

struct screen {
  explicit screen(std::optional<std::size_t> terminal_width = std::nullopt)
      : shown{{.job = "counts", .terminal_width = terminal_width},
              [this](std::string_view part) { text += part; }} {}

  std::string text;
  console shown;
};

TEST(Console, SaysWhyAJobFailed) {
  screen on;
  on.shown.on_state(job_state::running, std::nullopt, start);
  on.shown.on_state(job_state::failed, error{error_code::not_found, "open x: no such file"},
                    start + 1s);
  EXPECT_EQ(on.text, "1970-01-02T00:00:01.000Z ERROR job counts failed: open x: no such file\n");
}

TEST(Console, SaysFromWhereStateWasRestored) {
  screen on;
  on.shown.on_restored({17}, {1200, 34}, start);
  EXPECT_EQ(
      on.text,
      "1970-01-02T00:00:00.000Z INFO job counts: restored checkpoint 17: 1200 bytes from local "
      "copies, 34 from the checkpoint directory\n");
}

TEST(Console, SaysWhyAJobRunsAgain) {
  screen on;
  const error cause{error_code::user_function, "divided by nothing"};
  on.shown.on_state(job_state::failing, cause, start);
  on.shown.on_state(job_state::restarting, cause, start);
  EXPECT_EQ(on.text, "1970-01-02T00:00:00.000Z WARN job counts: restarting: divided by nothing\n");
}

TEST(Console, CountsWhatDidNotMakeItIntoTheResult) {
  screen on;
  on.shown.on_state(job_state::running, std::nullopt, start);
  on.shown.on_progress({.records_read = 10, .records_written = 5, .late_dropped = 3, .skipped = 2},
                       start + 1s);
  on.shown.on_state(job_state::finished, std::nullopt, start + 2s);
  EXPECT_NE(on.text.find("finished, 10 records in, 5 out"), std::string::npos) << on.text;
  EXPECT_NE(on.text.find("WARN job counts: 3 records came too late for their windows and were "
                         "dropped\n"),
            std::string::npos)
      << on.text;
  EXPECT_NE(on.text.find("WARN job counts: 2 records made a function fail and were skipped\n"),
            std::string::npos)
      << on.text;
  EXPECT_EQ(on.text.find("dead letters"), std::string::npos) << on.text;
}

TEST(Console, RedrawsOneLineInATerminal) {
  screen on{80};
  on.shown.on_state(job_state::running, std::nullopt, start);
  on.shown.on_progress({.records_read = 1'000}, start + 1s);
  ASSERT_FALSE(on.text.empty());
  EXPECT_EQ(on.text.front(), '\r');
  EXPECT_EQ(on.text.find('\n'), std::string::npos) << on.text;
}

TEST(Console, SaysForHowManySlotsAJobWaits) {
  screen terminal{80};
  terminal.shown.on_progress({.missing_slots = 1}, start);
  EXPECT_NE(terminal.text.find("created, waits for 1 slot "), std::string::npos) << terminal.text;
  screen log;
  log.shown.on_progress({.missing_slots = 3}, start);
  EXPECT_EQ(log.text, "") << "as it is while a job starts";
  log.shown.on_progress({.missing_slots = 3}, start + 10s);
  EXPECT_NE(log.text.find("INFO job counts: created, waits for 3 slots, "), std::string::npos)
      << log.text;
}

TEST(Console, LogsProgressNowAndThenWithoutATerminal) {
  screen on;
  on.shown.on_state(job_state::running, std::nullopt, start);
  for (int second = 1; second <= 25; ++second) {
    on.shown.on_progress({.records_read = 1'000}, start + std::chrono::seconds{second});
  }
  std::size_t lines = 0;
  for (const char each : on.text) lines += each == '\n' ? 1 : 0;
  EXPECT_EQ(lines, 2U) << on.text;
}

}  // namespace
}  // namespace weir
