// SPDX-License-Identifier: Apache-2.0
// Layout of progress; see coordination/progress_line.hpp.
#include "coordination/progress_line.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

namespace {

std::string with_thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

std::uint64_t per_second(std::uint64_t records, duration span) {
  if (span <= duration::zero()) return 0;
  const double seconds = std::chrono::duration<double>{span}.count();
  return static_cast<std::uint64_t>(static_cast<double>(records) / seconds);
}

// As exact as somebody watching cares for.
std::string rounded(duration span) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  if (span < seconds{1}) return to_string(duration{std::chrono::floor<milliseconds>(span)});
  return to_string(duration{std::chrono::floor<seconds>(span)});
}

std::string rounded(event_time time) {
  return to_string(event_time{std::chrono::floor<std::chrono::seconds>(time)});
}

// An event time that says something: not the one before every record nor the one after.
bool is_telling(const std::optional<event_time>& time) {
  return time && *time != beginning_of_time && *time != end_of_time;
}

// "1.2 GB": three figures at most, with decimal prefixes.
std::string rounded_bytes(std::uint64_t bytes) {
  constexpr std::array units{" B", " kB", " MB", " GB", " TB"};
  std::size_t unit = 0;
  std::uint64_t tenths = bytes * 10;
  while (tenths >= 10'000 && unit + 1 < units.size()) {
    tenths /= 1000;
    ++unit;
  }
  std::string text = std::to_string(tenths / 10);
  if (unit > 0 && tenths < 100) text += "." + std::to_string(tenths % 10);
  return text + units[unit];
}

std::string text_of(const checkpoint_progress& checkpoint) {
  return "checkpoint " + std::to_string(checkpoint.id.value) + " " +
         rounded_bytes(checkpoint.bytes) + " in " + rounded(checkpoint.took);
}

// The columns that UTF-8 text takes, at one for each code point.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

// The longest beginning of `text` that takes at most `columns`.
std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t end = text.size();
  while (columns_of(text.substr(0, end)) > columns) --end;
  return text.substr(0, end);
}

}  // namespace

progress_line::progress_line(std::string job, std::optional<std::size_t> terminal_width)
    : job_{std::move(job)}, terminal_width_{terminal_width} {}

std::string progress_line::show(const job_progress& progress) {
  // A restart may set the counters back; the rate is then zero, not enormous.
  const std::uint64_t records_before = last_ ? std::min(last_->records_in, progress.records_in) : 0;
  const auto since = last_ ? last_->now : progress.started;
  const auto rate = per_second(progress.records_in - records_before, progress.now - since);
  last_ = progress;
  return terminal_width_ ? show_in_terminal(progress, rate) : show_in_log(progress, rate);
}

std::string progress_line::end() {
  if (columns_drawn_ == 0) return {};
  columns_drawn_ = 0;
  return "\n";
}

std::string progress_line::summary(const job_progress& progress) const {
  const duration elapsed = progress.now - progress.started;
  return "job " + job_ + ": " + progress.state + ", " + with_thousands(progress.records_in) +
         " records in, " + with_thousands(progress.records_out) + " out, in " + rounded(elapsed) +
         " (" + with_thousands(per_second(progress.records_in, elapsed)) + " records/s)";
}

std::string progress_line::show_in_terminal(const job_progress& progress, std::uint64_t rate) {
  std::vector<std::string> parts{with_thousands(progress.records_in) + " in",
                                 with_thousands(rate) + "/s",
                                 with_thousands(progress.records_out) + " out"};
  if (is_telling(progress.event_time)) {
    parts.push_back("event time " + rounded(*progress.event_time));
    parts.push_back("lag " + rounded(progress.lag));
  }
  if (progress.checkpoint) parts.push_back(text_of(*progress.checkpoint));
  std::string line{first_columns(job_ + " " + progress.state, *terminal_width_)};
  std::size_t columns = columns_of(line);
  for (const std::string& part : parts) {
    if (columns + 2 + part.size() > *terminal_width_) break;
    line += "  " + part;
    columns += 2 + part.size();
  }
  const std::size_t left_over = std::max(columns_drawn_, columns) - columns;
  columns_drawn_ = columns;
  return "\r" + line + std::string(left_over, ' ');
}

std::string progress_line::show_in_log(const job_progress& progress, std::uint64_t rate) const {
  std::string text = "job " + job_ + ": " + progress.state + ", " +
                     with_thousands(progress.records_in) + " records in, " + with_thousands(rate) +
                     " records/s, " + with_thousands(progress.records_out) + " out";
  if (is_telling(progress.event_time)) {
    text += ", event time " + rounded(*progress.event_time) + ", lag " + rounded(progress.lag);
  }
  if (progress.checkpoint) text += ", " + text_of(*progress.checkpoint);
  return text;
}

}  // namespace weir
