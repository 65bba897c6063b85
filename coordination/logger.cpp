// SPDX-License-Identifier: Apache-2.0
// Layout of log entries; see coordination/logger.hpp.
#include "coordination/logger.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace weir {

namespace {

constexpr std::array<std::string_view, 4> level_words{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 4> level_marks{"DEBUG", "INFO", "WARN", "ERROR"};

// ISO 8601 in UTC, always with milliseconds: unlike `to_string`, every stamp has the same width.
std::string stamp(processing_time now) {
  namespace chrono = std::chrono;
  const chrono::sys_time<duration> time{now.time_since_epoch()};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss clock{chrono::floor<chrono::milliseconds>(time - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

}  // namespace

std::string_view to_string(log_level level) { return level_words[static_cast<std::size_t>(level)]; }

result<log_level> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < level_words.size(); ++i) {
    if (level_words[i] == text) return static_cast<log_level>(i);
  }
  return error{error_code::invalid_argument,
               "'" + std::string{text} + "' is not one of debug, info, warn, error"};
}

logger::logger(log_level least, sink write_entry)
    : least_{least}, write_entry_{std::move(write_entry)} {}

void logger::write(processing_time now, log_level level, std::string_view message) {
  if (!is_written(level)) return;
  std::string entry = stamp(now);
  entry.append(" ").append(level_marks[static_cast<std::size_t>(level)]).append(" ");
  for (const char letter : message) {
    entry.push_back(letter);
    if (letter == '\n') entry.append("    ");
  }
  entry.push_back('\n');
  const std::lock_guard hold{one_at_a_time_};
  write_entry_(entry);
}

}  // namespace weir
