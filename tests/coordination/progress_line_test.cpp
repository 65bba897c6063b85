// SPDX-License-Identifier: Apache-2.0
// The exact text of a job's progress, in terminals of all widths and in a log.
#include "coordination/progress_line.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr processing_time start{seconds{1'767'225'600}};

job_progress after(duration elapsed, std::uint64_t records_in, std::uint64_t records_out) {
  job_progress progress;
  progress.records_in = records_in;
  progress.records_out = records_out;
  progress.started = start;
  progress.now = start + elapsed;
  progress.state = "running";
  return progress;
}

job_progress with_event_time(job_progress progress, event_time time, duration lag) {
  progress.event_time = time;
  progress.lag = lag;
  return progress;
}

// 2001-01-01T01:24:00.75Z.
constexpr event_time morning{milliseconds{978'312'240'750}};

TEST(ProgressLine, ShowsRecordsRateEventTimeAndLagInATerminal) {
  progress_line line{"word_count", 120};
  EXPECT_EQ(
      line.show(with_event_time(after(seconds{2}, 1'234'567, 9'999), morning, milliseconds{3'250})),
      "\rword_count running  1,234,567 in  617,283/s  9,999 out  "
      "event time 2001-01-01T01:24:00Z  lag 3s");
}

TEST(ProgressLine, GivesTheRateOfTheLastInterval) {
  progress_line line{"j", 80};
  EXPECT_EQ(line.show(after(seconds{10}, 1'000, 0)), "\rj running  1,000 in  100/s  0 out");
  EXPECT_EQ(line.show(after(milliseconds{10'500}, 1'500, 7)),
            "\rj running  1,500 in  1,000/s  7 out");
}

TEST(ProgressLine, HasNoRateWithoutTimeOrAfterAStepBack) {
  progress_line line{"j", 80};
  EXPECT_EQ(line.show(after(seconds{0}, 1'000, 0)), "\rj running  1,000 in  0/s  0 out");
  EXPECT_EQ(line.show(after(seconds{1}, 10, 0)), "\rj running  10 in  0/s  0 out   ");
}

TEST(ProgressLine, BlanksWhatIsLeftOfALongerLine) {
  progress_line line{"j", 80};
  const auto longer = line.show(after(seconds{1}, 1'000'000, 1'000'000));
  const auto shorter = line.show(after(seconds{2}, 1'000'000, 1'000'000));
  EXPECT_EQ(longer.size(), shorter.size());
  EXPECT_EQ(shorter, "\rj running  1,000,000 in  0/s  1,000,000 out        ");
}

TEST(ProgressLine, LeavesOutWhatTheTerminalHasNoRoomFor) {
  const auto progress = with_event_time(after(seconds{1}, 1'000, 10), morning, seconds{90});
  const auto in_width = [&](std::size_t width) {
    return progress_line{"job", width}.show(progress);
  };
  EXPECT_EQ(in_width(79),
            "\rjob running  1,000 in  1,000/s  10 out  event time "
            "2001-01-01T01:24:00Z");
  EXPECT_EQ(in_width(41), "\rjob running  1,000 in  1,000/s  10 out");
  EXPECT_EQ(in_width(38), "\rjob running  1,000 in  1,000/s  10 out");
  EXPECT_EQ(in_width(37), "\rjob running  1,000 in  1,000/s");
  EXPECT_EQ(in_width(12), "\rjob running");
  EXPECT_EQ(in_width(7), "\rjob run");
  EXPECT_EQ(in_width(0), "\r");
}

TEST(ProgressLine, NeverDrawsMoreThanTheTerminalsWidth) {
  const auto progress = with_event_time(after(seconds{1}, 1'234'567, 10), morning, seconds{90});
  for (std::size_t width = 0; width < 130; ++width) {
    progress_line line{"word_count", width};
    EXPECT_LE(line.show(progress).size(), width + 1);
    EXPECT_LE(line.show(after(seconds{2}, 5, 5)).size(), width + 1);
  }
}

TEST(ProgressLine, CutsANameBetweenLetters) {
  progress_line line{"größe", 4};
  EXPECT_EQ(line.show(after(seconds{1}, 0, 0)), "\rgröß");
}

TEST(ProgressLine, EndsALineThatWasDrawn) {
  progress_line line{"j", 80};
  EXPECT_EQ(line.end(), "");
  static_cast<void>(line.show(after(seconds{1}, 1, 1)));
  EXPECT_EQ(line.end(), "\n");
  EXPECT_EQ(line.end(), "");
}

TEST(ProgressLine, ShowsNoEventTimeThatSaysNothing) {
  progress_line line{"j", std::nullopt};
  const auto plain = after(seconds{1}, 1, 1);
  const std::string text = "job j: running, 1 records in, 1 records/s, 1 out";
  EXPECT_EQ(line.show(plain), text);
  line = progress_line{"j", std::nullopt};
  EXPECT_EQ(line.show(with_event_time(plain, beginning_of_time, seconds{1})), text);
  line = progress_line{"j", std::nullopt};
  EXPECT_EQ(line.show(with_event_time(plain, end_of_time, seconds{1})), text);
}

TEST(ProgressLine, IsPlainTextWithoutATerminal) {
  progress_line line{"word_count", std::nullopt};
  EXPECT_EQ(
      line.show(with_event_time(after(seconds{2}, 1'234'567, 9'999), morning, milliseconds{250})),
      "job word_count: running, 1,234,567 records in, 617,283 records/s, 9,999 out, "
      "event time 2001-01-01T01:24:00Z, lag 250ms");
  EXPECT_EQ(line.end(), "");
}

TEST(ProgressLine, SumsUpAJob) {
  auto progress = after(milliseconds{12'300}, 1'234'567, 9'999);
  progress.state = "finished";
  EXPECT_EQ(progress_line("word_count", 80).summary(progress),
            "job word_count: finished, 1,234,567 records in, 9,999 out, in 12s "
            "(100,371 records/s)");
}

}  // namespace
}  // namespace weir
