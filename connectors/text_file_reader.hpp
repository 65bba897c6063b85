// SPDX-License-Identifier: Apache-2.0
// Reads the records of text files: one subtask's share of the splits, in any format of rows.
//
// Ranges are read one after the other, growing files take turns. A record that precedes a malformed
// row is always delivered: the error waits for the next poll. A position never lies behind a row
// that failed, so a restored reader meets it again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/source.hpp"
#include "connectors/malformed_rows.hpp"
#include "connectors/row_cursor.hpp"
#include "connectors/text_file_options.hpp"
#include "connectors/text_format.hpp"
#include "connectors/text_row_check.hpp"
#include "connectors/text_split.hpp"

namespace weir {

template <text_format Format>
class text_file_reader final : public source_reader<typename Format::value_type> {
public:
  using value_type = typename Format::value_type;

  text_file_reader(file_system& files, text_file_options options, Format format,
                   const std::vector<text_split>& splits)
      : files_{&files},
        options_{std::move(options)},
        format_{std::move(format)},
        malformed_{options_.on_malformed, options_.handler} {
    for (const auto& split : splits) splits_.push_back({split, nullptr});
  }

  result<poll_status> poll(processing_time now, polled<value_type>& out) override {
    starts_.clear();
    if (failure_) return *failure_;
    // Kept until now so that the records of the last poll could be placed.
    if (latest_ < turn_ && !options_.follow) splits_[latest_].open.reset();
    for (std::size_t tries = 0; tries < splits_.size() && turn_ < splits_.size(); ++tries) {
      latest_ = turn_;
      out.split = static_cast<std::uint32_t>(latest_);
      const auto where = read_split(splits_[latest_], out);
      if (options_.follow) {
        turn_ = (turn_ + 1) % splits_.size();
      } else if (where == reading::ended) {
        out.split_ended = true;
        ++turn_;
      }
      if (failure_ && out.records.empty()) return *failure_;
      if (where != reading::waiting || !out.records.empty()) return poll_status::more_available;
    }
    if (turn_ == splits_.size()) return poll_status::end_of_input;
    out.retry_at = now + *options_.follow;
    return poll_status::nothing_available;
  }

  std::vector<source_split> positions() const override {
    std::vector<source_split> positions;
    for (const auto& split : splits_) positions.push_back(to_source_split(split.range));
    return positions;
  }

  // REQUIRES: i is less than the number of records of the last poll.
  std::string place_of(std::size_t i) const override {
    const auto& split = splits_[latest_];
    return place_of_line(split.range.path, split.open->cursor.line_number(starts_[i]));
  }

  std::uint64_t malformed_skipped() const override { return malformed_.skipped(); }

private:
  struct open_file {
    row_cursor cursor;
    Format format;
    bool awaits_header;
  };
  struct split_state {
    text_split range;
    std::unique_ptr<open_file> open;
  };
  enum class reading : std::uint8_t { paused, waiting, refused, ended };

  status open(split_state& split) {
    auto cursor = row_cursor::open(*files_, split.range, options_);
    if (!cursor) return cursor.failure();
    auto format = format_;
    const bool is_at_start = split.range.begin == 0 && split.range.next.value_or(0) == 0;
    if (format.has_header() && !is_at_start) {
      const auto header = read_first_row(*files_, split.range.path, options_);
      if (!header) return header.failure();
      if (auto read = format.read_header(*header); !read) {
        return within(split.range.path + ": line 1", read.failure());
      }
    }
    const bool awaits_header = format.has_header() && is_at_start;
    split.open = std::make_unique<open_file>(
        open_file{std::move(*cursor), std::move(format), awaits_header});
    return {};
  }

  // A failure is kept for the poll after the records that precede it.
  reading fail(error cause) {
    failure_ = std::move(cause);
    return reading::paused;
  }

  reading read_split(split_state& split, polled<value_type>& out) {
    if (!split.open) {
      if (auto opened = open(split); !opened) return fail(opened.failure());
    }
    const auto where = read_rows(split, out);
    if (where == reading::ended) {
      split.range.next = split.range.end;
    } else if (const auto next = split.open->cursor.position(); next && where != reading::refused) {
      split.range.next = next;
    }
    return where;
  }

  reading read_rows(split_state& split, polled<value_type>& out) {
    constexpr int reads_per_poll = 4;
    auto& cursor = split.open->cursor;
    text_row row;
    for (int reads = 0; !out.records.full();) {
      switch (const auto step = cursor.next(row)) {
        case row_cursor::step::needs_bytes: {
          if (reads++ == reads_per_poll) return reading::paused;
          const auto count = cursor.fill();
          if (!count) return fail(count.failure());
          if (*count == 0 && options_.follow) return reading::waiting;
          break;
        }
        case row_cursor::step::ended:
          if (split.open->awaits_header) return fail(missing_header(split.range.path));
          return reading::ended;
        case row_cursor::step::too_long:
        case row_cursor::step::row:
          if (!take(split, row, step, out)) {
            split.range.next = row.offset;
            return reading::refused;
          }
      }
    }
    return reading::paused;
  }

  // Makes a record of a row, or deals with it otherwise. False if that fails the poll.
  bool take(split_state& split, const text_row& row, row_cursor::step step,
            polled<value_type>& out) {
    auto& open = *split.open;
    const bool is_text = check_row(row, step, options_, why_);
    if (open.awaits_header) return take_header(split, row, is_text);
    if (is_text) {
      auto& values = out.records.values;
      const auto outcome = open.format.parse(row.text, values.emplace_back(), why_);
      if (outcome == row_outcome::record) {
        starts_.push_back(row.offset);
        return true;
      }
      values.pop_back();
      if (outcome == row_outcome::nothing) return true;
    }
    const auto dealt_with = malformed_.on_malformed(open.cursor, split.range.path, row, why_);
    why_.clear();
    if (!dealt_with) fail(dealt_with.failure());
    return dealt_with.ok();
  }

  // A malformed header fails the job whatever was said about malformed rows.
  bool take_header(split_state& split, const text_row& row, bool is_text) {
    if (!is_text) {
      fail(malformed_row_error(split.range.path, 1, why_));
      return false;
    }
    if (auto read = split.open->format.read_header(row.text); !read) {
      fail(within(split.range.path + ": line 1", read.failure()));
      return false;
    }
    split.open->awaits_header = false;
    return true;
  }

  file_system* files_;
  text_file_options options_;
  Format format_;
  malformed_rows malformed_;
  std::vector<split_state> splits_;
  std::size_t turn_ = 0;               // Whose rows are read next.
  std::size_t latest_ = 0;             // Whose rows the last poll brought.
  std::vector<std::uint64_t> starts_;  // The offsets of the records of the last poll.
  row_failure why_;
  std::optional<error> failure_;
};

}  // namespace weir
