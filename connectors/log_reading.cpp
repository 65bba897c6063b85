// SPDX-License-Identifier: Apache-2.0
// See connectors/log_reading.hpp.
#include "connectors/log_reading.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace weir {

namespace {

constexpr int most_reading_tries = 10;
constexpr duration longest_silence = std::chrono::minutes{2};
constexpr duration until_next_poll = std::chrono::milliseconds{20};
constexpr duration until_next_try = std::chrono::milliseconds{100};

template <class Number>
std::optional<Number> parse_number(std::string_view digits) {
  Number value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stopped, failed] = std::from_chars(digits.data(), end, value);
  if (failed != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

// Asks again at once what may succeed then.
template <class Ask>
auto insist(Ask ask) {
  auto answer = ask();
  for (int tries = 1; tries < most_reading_tries && !answer; ++tries) {
    if (answer.failure().what != log_failure::retriable) break;
    answer = ask();
  }
  return answer;
}

}  // namespace

source_split to_source_split(const log_cursor& cursor) {
  return {cursor.partition.topic + "/" + std::to_string(cursor.partition.partition),
          std::to_string(cursor.next) + (cursor.end ? ".." + std::to_string(*cursor.end) : "")};
}

result<log_cursor> parse_log_cursor(const std::string& topic, const source_split& split) {
  const auto refuse = [&](const std::string& why) {
    return error{error_code::corrupt_data, "read " + topic + ": the split '" + split.id + "' at '" +
                                               split.position + "' " + why +
                                               "; was the job changed since its positions were "
                                               "stored?"};
  };
  const std::string_view id = split.id;
  const auto slash = id.rfind('/');
  if (slash == id.npos || id.substr(0, slash) != topic) return refuse("is not of that topic");
  const auto partition = parse_number<std::uint32_t>(id.substr(slash + 1));
  if (!partition) return refuse("is not of that topic");
  const std::string_view position = split.position;
  const auto dots = position.find("..");
  const auto next = parse_number<std::uint64_t>(position.substr(0, dots));
  if (!next) return refuse("has no offset");
  log_cursor cursor{{topic, *partition}, *next, std::nullopt};
  if (dots == position.npos) return cursor;
  cursor.end = parse_number<std::uint64_t>(position.substr(dots + 2));
  if (!cursor.end) return refuse("has no end");
  return cursor;
}

result<std::vector<source_split>> discover_log_splits(replayable_log& log, const std::string& topic,
                                                      log_start start, bool is_bounded) {
  const auto partitions = insist([&] { return log.partitions_of(topic); });
  if (!partitions) return to_error(partitions.failure());
  std::vector<source_split> splits;
  for (std::uint32_t i = 0; i < *partitions; ++i) {
    const log_partition partition{topic, i};
    const auto offsets = insist([&] { return log.offsets_of(partition); });
    if (!offsets) return to_error(offsets.failure());
    log_cursor cursor{partition, offsets->begin, std::nullopt};
    if (start == log_start::at_the_end) cursor.next = offsets->end;
    if (is_bounded) cursor.end = offsets->end;
    splits.push_back(to_source_split(cursor));
  }
  return splits;
}

log_reading::log_reading(std::shared_ptr<replayable_log> log, std::vector<log_cursor> cursors)
    : log_{std::move(log)},
      cursors_{std::move(cursors)},
      told_ended_(cursors_.size(), false),
      silent_since_(cursors_.size()) {}

result<log_reading::outcome> log_reading::poll(processing_time now, std::size_t max_records) {
  bool is_silent = false;
  for (std::size_t tries = 0; tries < cursors_.size(); ++tries) {
    const auto i = turn_;
    turn_ = (turn_ + 1) % cursors_.size();
    if (told_ended_[i]) continue;
    auto& cursor = cursors_[i];
    outcome found{.what = poll_status::more_available, .split = static_cast<std::uint32_t>(i)};
    const auto before = cursor.next;
    if (!cursor.has_ended()) {
      auto fetched = log_->fetch(cursor.partition, cursor.next, max_records);
      if (!fetched) {
        if (auto told = on_silence(i, now, fetched.failure()); !told) return told.failure();
        is_silent = true;
        continue;
      }
      cursor.next = fetched->next;
      found.records = std::move(fetched->records);
    }
    silent_since_[i].reset();
    if (cursor.end) {
      std::erase_if(found.records, [&](const auto& each) { return each.offset >= *cursor.end; });
    }
    found.has_ended = told_ended_[i] = cursor.has_ended();
    if (cursor.next == before && !found.has_ended) continue;
    last_ = found.split;
    return found;
  }
  if (std::all_of(told_ended_.begin(), told_ended_.end(), [](bool ended) { return ended; })) {
    return outcome{};
  }
  return outcome{.what = poll_status::nothing_available,
                 .retry_at = now + (is_silent ? until_next_try : until_next_poll)};
}

status log_reading::on_silence(std::size_t cursor, processing_time now, const log_error& failure) {
  if (failure.what == log_failure::out_of_range) {
    return within("records were removed before they were read, keep them for longer",
                  to_error(failure));
  }
  if (failure.what != log_failure::retriable) return to_error(failure);
  auto& since = silent_since_[cursor];
  if (!since) since = now;
  if (now - *since <= longest_silence) return {};
  return within("no answer for " + to_string(now - *since), to_error(failure));
}

void log_reading::go_back(std::uint64_t offset) {
  auto& cursor = cursors_[last_];
  WEIR_ASSERT(offset < cursor.next);
  cursor.next = offset;
  told_ended_[last_] = false;
}

std::vector<source_split> log_reading::positions() const {
  std::vector<source_split> positions;
  for (const auto& each : cursors_) positions.push_back(to_source_split(each));
  return positions;
}

}  // namespace weir
