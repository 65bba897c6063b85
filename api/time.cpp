// SPDX-License-Identifier: Apache-2.0
// Times and durations as text. The civil calendar is computed here, because <chrono> stops at the
// year 32767 and times count microseconds up to the year 294247 (algorithms: H. Hinnant,
// "chrono-compatible low-level date algorithms").
#include "api/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <limits>

namespace weir {

namespace {

// Holds every sum of parts before it is known to fit.
__extension__ using wide = __int128;

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::int64_t microseconds_per_day = 86'400 * microseconds_per_second;

struct civil_date {
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
};

// Days since 1970-01-01 in the proleptic Gregorian calendar. Years start in March, so that the
// leap day comes last.
constexpr std::int64_t days_of(civil_date date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

// The inverse of days_of.
constexpr civil_date date_of(std::int64_t days) {
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

constexpr std::int64_t days_in_month(std::int64_t year, std::int64_t month) {
  constexpr std::array<std::int64_t, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && is_leap ? 29 : lengths[static_cast<std::size_t>(month - 1)];
}

bool is_digit(char c) { return '0' <= c && c <= '9'; }

// Long enough to recognise the text, short enough for a message.
std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 60;
  return "'" + std::string{text.substr(0, longest)} + (text.size() > longest ? "...'" : "'");
}

void append_padded(std::string& out, std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

void append_date(std::string& out, civil_date date) {
  // ISO 8601 asks for a sign on years of more than four digits.
  if (date.year < 0 || date.year > 9999) out += date.year < 0 ? '-' : '+';
  append_padded(out, std::abs(date.year), 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
}

std::string iso_8601(std::int64_t since_epoch) {
  std::int64_t days = since_epoch / microseconds_per_day;
  std::int64_t rest = since_epoch % microseconds_per_day;
  if (rest < 0) {
    rest += microseconds_per_day;
    --days;
  }
  const std::int64_t seconds = rest / microseconds_per_second;
  const std::int64_t fraction = rest % microseconds_per_second;

  std::string out;
  append_date(out, date_of(days));
  out += 'T';
  append_padded(out, seconds / 3600, 2);
  out += ':';
  append_padded(out, seconds / 60 % 60, 2);
  out += ':';
  append_padded(out, seconds % 60, 2);
  if (fraction != 0) {
    out += '.';
    const bool is_milliseconds = fraction % 1000 == 0;
    append_padded(out, is_milliseconds ? fraction / 1000 : fraction, is_milliseconds ? 3 : 6);
  }
  return out + 'Z';
}

// Reads a time from left to right. After the first thing that is wrong, reads no further.
class time_reader {
public:
  explicit time_reader(std::string_view text) : rest_{text} {}

  // Microseconds since the epoch, not yet known to fit. Means nothing unless problem() is empty.
  wide read() {
    wide time = wide{read_date()} * microseconds_per_day;
    if (problem_.empty() && !rest_.empty()) {
      if (!skip(' ')) expect('T', "the date");
      time += read_time_of_day();
      time -= read_offset();
    }
    if (problem_.empty() && !rest_.empty()) problem_ = quoted(rest_) + " after the time";
    return time;
  }
  const std::string& problem() const { return problem_; }

private:
  bool skip(char c) {
    if (!problem_.empty() || rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c, std::string_view before) {
    if (skip(c) || !problem_.empty()) return;
    problem_ = std::string{"no '"} + c + "' after " + std::string{before};
  }

  std::size_t count_digits() const {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    return static_cast<std::size_t>(end - rest_.begin());
  }

  std::int64_t take_number(std::size_t digits) {
    std::int64_t number = 0;
    std::from_chars(rest_.data(), rest_.data() + digits, number);
    rest_.remove_prefix(digits);
    return number;
  }

  // Two digits, from `lowest` to `highest`.
  std::int64_t two_digits(std::string_view name, std::int64_t lowest, std::int64_t highest) {
    if (!problem_.empty()) return lowest;
    if (count_digits() < 2) {
      problem_ = "no " + std::string{name} + " of two digits";
      return lowest;
    }
    const std::int64_t number = take_number(2);
    if (number < lowest || number > highest) {
      problem_ = std::string{name} + " " + std::to_string(number);
    }
    return number;
  }

  std::int64_t read_year() {
    const bool is_negative = skip('-');
    const bool is_expanded = is_negative || skip('+');
    const std::size_t digits = count_digits();
    if (digits < 4 || digits > (is_expanded ? 6 : 4)) {
      problem_ = "no year of four digits";
      return 0;
    }
    const std::int64_t year = take_number(digits);
    return is_negative ? -year : year;
  }

  // Days since the epoch.
  std::int64_t read_date() {
    civil_date date;
    date.year = read_year();
    expect('-', "the year");
    date.month = two_digits("month", 1, 12);
    expect('-', "the month");
    date.day = two_digits("day", 1, problem_.empty() ? days_in_month(date.year, date.month) : 31);
    return days_of(date);
  }

  // Microseconds since midnight.
  std::int64_t read_time_of_day() {
    std::int64_t seconds = two_digits("hour", 0, 23) * 3600;
    expect(':', "the hour");
    seconds += two_digits("minute", 0, 59) * 60;
    expect(':', "the minute");
    seconds += two_digits("second", 0, 59);
    return seconds * microseconds_per_second + (skip('.') ? read_fraction() : 0);
  }

  // Microseconds. Further digits may only say nothing.
  std::int64_t read_fraction() {
    const std::string_view digits = rest_.substr(0, count_digits());
    rest_.remove_prefix(digits.size());
    if (digits.empty()) problem_ = "no digits after the '.'";
    if (digits.find_first_not_of('0', std::min<std::size_t>(6, digits.size())) != digits.npos) {
      problem_ = "fraction ." + std::string{digits.substr(0, 20)} + " is finer than a microsecond";
    }
    std::int64_t fraction = 0;
    for (std::size_t i = 0; i < 6; ++i) {
      fraction = fraction * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    }
    return fraction;
  }

  // Microseconds east of UTC.
  std::int64_t read_offset() {
    if (skip('Z')) return 0;
    const bool is_west = skip('-');
    if (!is_west && !skip('+')) return 0;
    std::int64_t minutes = two_digits("offset hour", 0, 23) * 60;
    expect(':', "the offset's hour");
    minutes += two_digits("offset minute", 0, 59);
    return (is_west ? -minutes : minutes) * 60 * microseconds_per_second;
  }

  std::string_view rest_;
  std::string problem_;
};

constexpr bool fits(wide microseconds) {
  return microseconds >= std::numeric_limits<std::int64_t>::min() &&
         microseconds <= std::numeric_limits<std::int64_t>::max();
}

struct duration_unit {
  std::string_view name;
  std::int64_t microseconds = 0;
};

// From large to small; of two names for one unit the first is written.
constexpr std::array<duration_unit, 7> duration_units{{
    {"d", microseconds_per_day},
    {"h", 3600 * microseconds_per_second},
    {"m", 60 * microseconds_per_second},
    {"min", 60 * microseconds_per_second},
    {"s", microseconds_per_second},
    {"ms", 1000},
    {"us", 1},
}};

error not_a_duration(std::string_view text, std::string_view problem) {
  return {error_code::invalid_argument,
          quoted(text) + " is not a duration: " + std::string{problem} +
              "; write whole numbers of us, ms, s, min, h or d, such as 250ms or 1h30m"};
}

}  // namespace

std::string to_string(event_time time) { return iso_8601(time.time_since_epoch().count()); }

std::string to_string(processing_time time) { return iso_8601(time.time_since_epoch().count()); }

std::string to_string(duration span) {
  if (span == duration::zero()) return "0s";
  std::string out;
  // Unsigned, because the smallest duration has no positive counterpart.
  auto rest = static_cast<std::uint64_t>(span.count());
  if (span < duration::zero()) {
    out += '-';
    rest = 0 - rest;
  }
  for (const auto& unit : duration_units) {
    const auto length = static_cast<std::uint64_t>(unit.microseconds);
    if (rest < length) continue;
    out += std::to_string(rest / length);
    out += unit.name;
    rest %= length;
  }
  return out;
}

result<event_time> parse_event_time(std::string_view text) {
  time_reader reader{text};
  const wide time = reader.read();
  std::string problem = reader.problem();
  if (problem.empty() && !fits(time)) {
    problem = "outside " + to_string(beginning_of_time) + " to " + to_string(end_of_time);
  }
  if (!problem.empty()) {
    return error{error_code::malformed_record,
                 quoted(text) + " is not a time: " + problem + "; write 2001-01-31T12:00:00Z"};
  }
  return event_time{duration{static_cast<std::int64_t>(time)}};
}

result<duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  const bool is_negative = rest.starts_with('-');
  if (is_negative) rest.remove_prefix(1);
  if (rest.empty()) return not_a_duration(text, "no number");

  wide sum = 0;
  std::int64_t previous_unit = std::numeric_limits<std::int64_t>::max();
  while (!rest.empty()) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (problem == std::errc::result_out_of_range) return not_a_duration(text, "too long");
    if (problem != std::errc{} || number < 0) {
      return not_a_duration(text, "no number at " + quoted(rest));
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));

    const auto name_end = std::find_if(rest.begin(), rest.end(), is_digit);
    const auto name = rest.substr(0, static_cast<std::size_t>(name_end - rest.begin()));
    if (name.empty()) return not_a_duration(text, "no unit after " + std::to_string(number));
    const auto unit = std::find_if(duration_units.begin(), duration_units.end(),
                                   [&](const auto& known) { return known.name == name; });
    if (unit == duration_units.end()) return not_a_duration(text, "unknown unit " + quoted(name));
    if (unit->microseconds >= previous_unit) {
      return not_a_duration(text, quoted(name) + " does not come after a larger unit");
    }
    rest.remove_prefix(name.size());
    previous_unit = unit->microseconds;
    sum += wide{number} * unit->microseconds;
  }
  if (is_negative) sum = -sum;
  if (!fits(sum)) return not_a_duration(text, "too long");
  return duration{static_cast<std::int64_t>(sum)};
}

}  // namespace weir
