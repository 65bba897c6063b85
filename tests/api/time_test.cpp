// SPDX-License-Identifier: Apache-2.0
// Times and durations as text: what is written, what is read, and what is refused.
#include "api/time.hpp"

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

event_time at(std::int64_t microseconds) { return event_time{duration{microseconds}}; }

event_time parsed(std::string_view text) {
  const auto time = parse_event_time(text);
  EXPECT_TRUE(time.ok()) << time.failure().message;
  return time.ok() ? *time : beginning_of_time;
}

std::string refused_time(std::string_view text) {
  const auto time = parse_event_time(text);
  if (time.ok()) return "accepted as " + to_string(*time);
  EXPECT_EQ(time.failure().code, error_code::malformed_record);
  return time.failure().message;
}

duration parsed_duration(std::string_view text) {
  const auto span = parse_duration(text);
  EXPECT_TRUE(span.ok()) << span.failure().message;
  return span.ok() ? *span : duration::min();
}

std::string refused_duration(std::string_view text) {
  const auto span = parse_duration(text);
  if (span.ok()) return "accepted as " + to_string(*span);
  EXPECT_EQ(span.failure().code, error_code::invalid_argument);
  return span.failure().message;
}

TEST(TimeText, IsIso8601AsShortAsIsExact) {
  EXPECT_EQ(to_string(at(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_string(at(978'312'240'000'000)), "2001-01-01T01:24:00Z");
  EXPECT_EQ(to_string(at(978'312'240'250'000)), "2001-01-01T01:24:00.250Z");
  EXPECT_EQ(to_string(at(978'312'240'000'007)), "2001-01-01T01:24:00.000007Z");
  EXPECT_EQ(to_string(at(-1)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_string(processing_time{1s}), "1970-01-01T00:00:01Z");
}

TEST(TimeText, SignsYearsOfMoreThanFourDigits) {
  EXPECT_EQ(to_string(end_of_time), "+294247-01-10T04:00:54.775807Z");
  EXPECT_EQ(to_string(beginning_of_time), "-290308-12-21T19:59:05.224192Z");
}

TEST(TimeText, AgreesWithTheStandardCalendar) {
  std::mt19937_64 random{1};
  for (int i = 0; i < 10'000; ++i) {
    const std::chrono::sys_days day{
        std::chrono::days{static_cast<int>(random() % 2'000'000) - 719'528}};
    const std::chrono::year_month_day date{day};
    const std::string text = to_string(event_time{duration{day.time_since_epoch()}});
    const std::size_t dash = text.find('-', 1);
    EXPECT_EQ(std::stoi(text.substr(0, dash)), static_cast<int>(date.year()));
    EXPECT_EQ(std::stoul(text.substr(dash + 1, 2)), static_cast<unsigned>(date.month()));
    EXPECT_EQ(std::stoul(text.substr(dash + 4, 2)), static_cast<unsigned>(date.day()));
  }
}

TEST(TimeText, IsReadBackAsWritten) {
  std::mt19937_64 random{2};
  for (int i = 0; i < 10'000; ++i) {
    const event_time time = at(static_cast<std::int64_t>(random()) >> (random() % 40));
    EXPECT_EQ(parsed(to_string(time)), time) << to_string(time);
  }
  EXPECT_EQ(parsed(to_string(beginning_of_time)), beginning_of_time);
  EXPECT_EQ(parsed(to_string(end_of_time)), end_of_time);
}

TEST(ParseEventTime, ReadsTheUsualSpellings) {
  const event_time time = at(978'312'240'000'000);
  EXPECT_EQ(parsed("2001-01-01T01:24:00Z"), time);
  EXPECT_EQ(parsed("2001-01-01 01:24:00Z"), time);
  EXPECT_EQ(parsed("2001-01-01T01:24:00"), time) << "without an offset, a time is UTC";
  EXPECT_EQ(parsed("2001-01-01T03:24:00+02:00"), time);
  EXPECT_EQ(parsed("2000-12-31T19:54:00-05:30"), time);
  EXPECT_EQ(parsed("2001-01-01"), time - 84min);
  EXPECT_EQ(parsed("2001-01-01T01:24:00.5Z"), time + 500ms);
  EXPECT_EQ(parsed("2001-01-01T01:24:00.000001"), time + 1us);
  EXPECT_EQ(parsed("2001-01-01T01:24:00.250000000Z"), time + 250ms) << "as nanoseconds";
}

TEST(ParseEventTime, KnowsLeapYears) {
  EXPECT_EQ(to_string(parsed("2000-02-29")), "2000-02-29T00:00:00Z");
  EXPECT_EQ(to_string(parsed("2024-02-29")), "2024-02-29T00:00:00Z");
  EXPECT_EQ(refused_time("1900-02-29"),
            "'1900-02-29' is not a time: day 29; write 2001-01-31T12:00:00Z");
  EXPECT_EQ(refused_time("2001-02-29"),
            "'2001-02-29' is not a time: day 29; write 2001-01-31T12:00:00Z");
}

TEST(ParseEventTime, SaysWhichPartIsWrong) {
  const auto problem = [](std::string_view text) {
    const std::string message = refused_time(text);
    const std::string start = "'" + std::string{text} + "' is not a time: ";
    const std::string end = "; write 2001-01-31T12:00:00Z";
    EXPECT_TRUE(message.starts_with(start) && message.ends_with(end)) << message;
    return message.substr(start.size(), message.size() - start.size() - end.size());
  };
  EXPECT_EQ(problem(""), "no year of four digits");
  EXPECT_EQ(problem("noon"), "no year of four digits");
  EXPECT_EQ(problem("20010-01-01"), "no year of four digits");
  EXPECT_EQ(problem("2001"), "no '-' after the year");
  EXPECT_EQ(problem("2001-1-01"), "no month of two digits");
  EXPECT_EQ(problem("2001-13-01"), "month 13");
  EXPECT_EQ(problem("2001-00-01"), "month 0");
  EXPECT_EQ(problem("2001-01"), "no '-' after the month");
  EXPECT_EQ(problem("2001-01-32"), "day 32");
  EXPECT_EQ(problem("2001-01-01x"), "no 'T' after the date");
  EXPECT_EQ(problem("2001-01-01T"), "no hour of two digits");
  EXPECT_EQ(problem("2001-01-01T24:00:00"), "hour 24");
  EXPECT_EQ(problem("2001-01-01T12"), "no ':' after the hour");
  EXPECT_EQ(problem("2001-01-01T12:60:00"), "minute 60");
  EXPECT_EQ(problem("2001-01-01T12:30"), "no ':' after the minute");
  EXPECT_EQ(problem("2001-01-01T12:30:60"), "second 60");
  EXPECT_EQ(problem("2001-01-01T12:30:00."), "no digits after the '.'");
  EXPECT_EQ(problem("2001-01-01T12:30:00.0000001"),
            "fraction .0000001 is finer than a microsecond");
  EXPECT_EQ(problem("2001-01-01T12:30:00+24:00"), "offset hour 24");
  EXPECT_EQ(problem("2001-01-01T12:30:00+0200"), "no ':' after the offset's hour");
  EXPECT_EQ(problem("2001-01-01T12:30:00+02:75"), "offset minute 75");
  EXPECT_EQ(problem("2001-01-01T12:30:00 UTC"), "' UTC' after the time");
  EXPECT_EQ(problem("2001-01-01T12:30:00ZZ"), "'Z' after the time");
  EXPECT_EQ(problem("+294247-01-10T04:00:54.775808Z"),
            "outside -290308-12-21T19:59:05.224192Z to +294247-01-10T04:00:54.775807Z");
}

TEST(ParseEventTime, QuotesOnlyTheBeginningOfALongText) {
  EXPECT_EQ(refused_time(std::string(1000, 'x')),
            "'" + std::string(60, 'x') +
                "...' is not a time: no year of four digits; write 2001-01-31T12:00:00Z");
}

TEST(DurationText, UsesTheLargestUnitsThatLoseNothing) {
  EXPECT_EQ(to_string(duration{0}), "0s");
  EXPECT_EQ(to_string(duration{10us}), "10us");
  EXPECT_EQ(to_string(duration{250ms}), "250ms");
  EXPECT_EQ(to_string(duration{90min}), "1h30m");
  EXPECT_EQ(to_string(duration{25h + 1500ms}), "1d1h1s500ms");
  EXPECT_EQ(to_string(duration{-10s}), "-10s");
  EXPECT_EQ(to_string(duration::min()), "-106751991d4h54s775ms808us");
}

TEST(DurationText, IsReadBackAsWritten) {
  std::mt19937_64 random{3};
  for (int i = 0; i < 10'000; ++i) {
    const duration span{static_cast<std::int64_t>(random()) >> (random() % 60)};
    EXPECT_EQ(parsed_duration(to_string(span)), span) << to_string(span);
  }
  EXPECT_EQ(parsed_duration(to_string(duration::min())), duration::min());
  EXPECT_EQ(parsed_duration(to_string(duration::max())), duration::max());
}

TEST(ParseDuration, ReadsEachUnit) {
  EXPECT_EQ(parsed_duration("10us"), 10us);
  EXPECT_EQ(parsed_duration("250ms"), 250ms);
  EXPECT_EQ(parsed_duration("10s"), 10s);
  EXPECT_EQ(parsed_duration("5min"), 5min);
  EXPECT_EQ(parsed_duration("5m"), 5min);
  EXPECT_EQ(parsed_duration("2h"), 2h);
  EXPECT_EQ(parsed_duration("1d"), 24h);
  EXPECT_EQ(parsed_duration("1h30m"), 90min);
}

TEST(ParseDuration, SaysWhatIsWrongAndListsTheUnits) {
  const auto problem = [](std::string_view text) {
    const std::string message = refused_duration(text);
    const std::string start = "'" + std::string{text} + "' is not a duration: ";
    const std::string end =
        "; write whole numbers of us, ms, s, min, h or d, such as 250ms or 1h30m";
    EXPECT_TRUE(message.starts_with(start) && message.ends_with(end)) << message;
    return message.substr(start.size(), message.size() - start.size() - end.size());
  };
  EXPECT_EQ(problem(""), "no number");
  EXPECT_EQ(problem("-"), "no number");
  EXPECT_EQ(problem("soon"), "no number at 'soon'");
  EXPECT_EQ(problem("--5s"), "no number at '-5s'");
  EXPECT_EQ(problem("10"), "no unit after 10");
  EXPECT_EQ(problem("5 s"), "unknown unit ' s'");
  EXPECT_EQ(problem("5parsec"), "unknown unit 'parsec'");
  EXPECT_EQ(problem("1.5h"), "unknown unit '.'");
  EXPECT_EQ(problem("30m1h"), "'h' does not come after a larger unit");
  EXPECT_EQ(problem("1m1min"), "'min' does not come after a larger unit");
  EXPECT_EQ(problem("99999999999999999999s"), "too long");
  EXPECT_EQ(problem("999999999999d"), "too long");
}

TEST(EventTimeOf, TakesTheMomentOfReadingAsTheMomentOfHappening) {
  EXPECT_EQ(event_time_of(processing_time{5s}), event_time{5s});
}

}  // namespace
}  // namespace weir
