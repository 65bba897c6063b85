// SPDX-License-Identifier: Apache-2.0
// What assigners accept, and what they say about what they do not.
#include "api/window.hpp"

#include <string>

#include <gtest/gtest.h>

#include "api/text.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

std::string message_of(const std::optional<error>& problem) {
  return problem ? problem->message : "no problem";
}

TEST(Window, TakesAnyDuration) {
  EXPECT_EQ(tumbling(1h).size, duration{3'600'000'000});
  EXPECT_EQ(tumbling(250ms, 10ms).offset, duration{10'000});
  EXPECT_EQ(sliding(std::chrono::duration<double>{0.5}, 1us).size, duration{500'000});
  EXPECT_EQ(session(std::chrono::days{1}).gap, duration{86'400'000'000});
  EXPECT_EQ(tumbling(std::chrono::hours::max()).size, duration::max());
  EXPECT_EQ(tumbling(std::chrono::hours::min()).size, duration::min());
  EXPECT_EQ(tumbling_processing_time(1s).domain, time_domain::processing);
  EXPECT_EQ(sliding_processing_time(2s, 1s).domain, time_domain::processing);
  EXPECT_EQ(session_processing_time(1s).domain, time_domain::processing);
}

TEST(Window, HasNothingAgainstSensibleSizes) {
  EXPECT_EQ(message_of(tumbling(1us).problem()), "no problem");
  EXPECT_EQ(message_of(sliding(10s, 10s).problem()), "no problem");
  EXPECT_EQ(message_of(sliding(10s, 3s, -1h).problem()), "no problem");
  EXPECT_EQ(message_of(session(1s).problem()), "no problem");
  EXPECT_EQ(message_of(global_window().problem()), "no problem");
  EXPECT_EQ(message_of(window_options{5s}.problem()), "no problem");
}

TEST(Window, ReportsASizeThatIsNotPositive) {
  EXPECT_EQ(message_of(tumbling(0s).problem()), "a window of size 0s: the size must be positive");
  EXPECT_EQ(message_of(tumbling(-3s).problem()), "a window of size -3s: the size must be positive");
  EXPECT_EQ(message_of(tumbling(10ns).problem()), "a window of size 0s: the size must be positive");
  EXPECT_EQ(message_of(sliding(0s, 1s).problem()),
            "a window of size 0s that slides by 1s: the size must be positive");
  EXPECT_EQ(message_of(session(0s).problem()),
            "a session window with a gap of 0s: the gap must be positive");
  EXPECT_EQ(tumbling(0s).problem()->code, error_code::plan_error);
}

TEST(Window, ReportsASlideThatIsNotPositiveOrLongerThanTheSize) {
  EXPECT_EQ(message_of(sliding(10s, 0s).problem()),
            "a window of size 10s that slides by 0s: the slide must be positive");
  EXPECT_EQ(message_of(sliding(10s, 11s).problem()),
            "a window of size 10s that slides by 11s: the slide must be at most the size, or "
            "records between the windows would be lost; filter the stream if that is meant");
}

TEST(Window, ReportsASizeNoClockCanHold) {
  const std::string message = message_of(tumbling(std::chrono::hours::max()).problem());
  EXPECT_NE(message.find("the size must be at most 10000 years"), std::string::npos) << message;
}

TEST(Window, ReportsALatenessThatIsNegativeOrTooLong) {
  EXPECT_EQ(message_of(window_options{-1s}.problem()),
            "an allowed lateness of -1s: it must not be negative");
  EXPECT_NE(message_of(window_options{duration::max()}.problem()).find("at most 10000 years"),
            std::string::npos);
}

TEST(WindowResult, IsARowWithTheBordersOfItsWindow) {
  using result_type = window_result<std::string, int>;
  EXPECT_EQ(csv_header<result_type>(), "key,window_start,window_end,value");
  const result_type of{"JFK", {event_time{0s}, event_time{10s}}, 3};
  std::string row;
  append_csv_row(row, of);
  EXPECT_EQ(row, "JFK,1970-01-01T00:00:00Z,1970-01-01T00:00:10Z,3");
  EXPECT_EQ(of.window.last(), event_time{9'999'999us});
}

}  // namespace
}  // namespace weir
