// SPDX-License-Identifier: Apache-2.0
// Reading partitions of a log side by side: the part of a log source that knows no type.
//
// A split is a partition; its position is the offset of the next record, and in a bounded source
// where the partition ends: "payments/3" at "17", or at "17..120". The end is the last stable
// offset when the job began for the first time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/replayable_log.hpp"
#include "api/source.hpp"
#include "api/time.hpp"

namespace weir {

struct log_cursor {
  log_partition partition{};
  std::uint64_t next = 0;
  std::optional<std::uint64_t> end{};  // None: it goes on for ever.

  bool has_ended() const { return end && next >= *end; }
  friend bool operator==(const log_cursor&, const log_cursor&) = default;
};

source_split to_source_split(const log_cursor& cursor);
// Errors (corrupt_data): the split is none of `topic`, or its position is no position.
result<log_cursor> parse_log_cursor(const std::string& topic, const source_split& split);

enum class log_start : std::uint8_t { at_the_beginning, at_the_end };

// A split for each partition of the topic. Errors: there is no such topic; the log does not answer.
result<std::vector<source_split>> discover_log_splits(replayable_log& log, const std::string& topic,
                                                      log_start start, bool is_bounded);

class log_reading {
public:
  log_reading(std::shared_ptr<replayable_log> log, std::vector<log_cursor> cursors);

  struct outcome {
    poll_status what = poll_status::end_of_input;
    std::uint32_t split = 0;            // With `more_available`, as are the next two.
    std::vector<log_record> records{};  // None: it has only passed what cannot be read.
    bool has_ended = false;             // The split, with these records.
    processing_time retry_at{};         // With `nothing_available`.
  };
  // At most `max_records` of one split; they take turns. A partition that does not answer is
  // asked again, for two minutes. Errors: it has not answered for longer; records were removed that
  // were not read.
  result<outcome> poll(processing_time now, std::size_t max_records);
  // Of the records of the last poll, those from `offset` on were not taken.
  void go_back(std::uint64_t offset);

  std::vector<source_split> positions() const;
  // Of a split.
  const log_partition& partition(std::uint32_t split) const { return cursors_[split].partition; }

private:
  // Notes that a partition does not answer. Errors: for too long.
  status on_silence(std::size_t cursor, processing_time now, const log_error& failure);

  std::shared_ptr<replayable_log> log_;
  std::vector<log_cursor> cursors_;
  std::vector<bool> told_ended_;                              // For each of them,
  std::vector<std::optional<processing_time>> silent_since_;  // as is this; none: it answers.
  std::size_t turn_ = 0;
  std::uint32_t last_ = 0;  // The split of the last poll that brought something.
};

}  // namespace weir
