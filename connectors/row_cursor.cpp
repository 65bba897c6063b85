// SPDX-License-Identifier: Apache-2.0
// Finding where rows end, and keeping the unfinished one at hand.
#include "connectors/row_cursor.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "connectors/wording.hpp"

namespace weir {

namespace {

constexpr std::size_t chunk = 256 * 1024;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

result<row_cursor> row_cursor::open(file_system& files, const text_split& split,
                                    const text_file_options& options) {
  auto file = files.open_for_reading(split.path);
  if (!file) return file.failure();
  return row_cursor{std::move(*file), split, options};
}

row_cursor::row_cursor(std::unique_ptr<readable_file> file, const text_split& split,
                       const text_file_options& options)
    : file_{std::move(file)},
      path_{split.path},
      end_{split.end},
      max_line_{options.max_line},
      has_multiline_quotes_{options.has_multiline_quotes},
      strips_mark_{options.checks_utf8},
      grows_{options.follow.has_value()},
      buffer_offset_{split.next.value_or(split.begin)} {
  if (!split.next && split.begin > 0) {
    // A line begins at `begin` exactly if the byte before it is a line break.
    --buffer_offset_;
    passes_over_ = true;
  }
}

std::optional<std::uint64_t> row_cursor::position() const {
  return passes_over_ ? too_long_at_ : std::optional{offset_of(head_)};
}

std::size_t row_cursor::find_row_end() {
  while (scanned_ < tail_) {
    const auto* begin = buffer_.data() + scanned_;
    const auto* found = static_cast<const char*>(std::memchr(begin, '\n', tail_ - scanned_));
    const auto* end = found != nullptr ? found : buffer_.data() + tail_;
    scanned_ = static_cast<std::size_t>(end - buffer_.data());
    if (has_multiline_quotes_ && std::count(begin, end, '"') % 2 != 0) in_quotes_ = !in_quotes_;
    if (found == nullptr) break;
    if (!in_quotes_) return scanned_;
    ++scanned_;
  }
  return tail_;
}

bool row_cursor::pass_over_line() {
  const auto end = find_row_end();
  const bool found = end < tail_;
  head_ = scanned_ = found ? end + 1 : tail_;
  passes_over_ = !found && offset_of(head_) < end_ && (grows_ || !at_end_of_file_);
  return !passes_over_;
}

text_row row_cursor::take_row(std::size_t end, std::size_t resume_at) {
  text_row row{{buffer_.data() + head_, end - head_}, offset_of(head_)};
  if (row.text.ends_with('\r')) row.text.remove_suffix(1);
  if (row.offset == 0 && strips_mark_ && row.text.starts_with(byte_order_mark)) {
    row.text.remove_prefix(byte_order_mark.size());
  }
  head_ = scanned_ = resume_at;
  in_quotes_ = false;
  return row;
}

row_cursor::step row_cursor::next(text_row& row) {
  if (passes_over_ && !pass_over_line()) return step::needs_bytes;
  if (offset_of(head_) >= end_) return step::ended;
  const auto end = find_row_end();
  if (end < tail_) {
    row = take_row(end, end + 1);
  } else if (tail_ - head_ > max_line_ + 1) {
    // One byte more than the limit may still be the "\r" of a line ending.
    row = {{buffer_.data() + head_, tail_ - head_}, offset_of(head_)};
    head_ = scanned_ = tail_;
    passes_over_ = true;
    too_long_at_ = row.offset;
  } else if (grows_ || !at_end_of_file_) {
    return step::needs_bytes;
  } else {
    row = take_row(tail_, tail_);
  }
  if (row.text.size() <= max_line_) return step::row;
  row.text = row.text.substr(0, max_line_);
  return step::too_long;
}

error row_cursor::shrunk(std::uint64_t size) const {
  return {error_code::io_failure,
          path_ + ": the file is now " + byte_size(size) + " long, but " +
              byte_size(std::max(grows_ ? 0 : end_, offset_of(tail_))) +
              " were there before; it was cut or replaced while being read, read it again from "
              "its beginning"};
}

result<std::size_t> row_cursor::fill() {
  if (head_ > 0) std::memmove(buffer_.data(), buffer_.data() + head_, tail_ - head_);
  buffer_offset_ += head_;
  scanned_ -= head_;
  tail_ -= head_;
  head_ = 0;
  // Behind the end of a range only the rest of its last line is wanted.
  constexpr std::uint64_t rest_of_line = 4 * 1024;
  const auto position = offset_of(tail_);
  const auto left = position < end_ ? end_ - position : 0;
  const auto wanted =
      left >= chunk ? chunk
                    : std::min<std::size_t>(chunk, static_cast<std::size_t>(left) + rest_of_line);
  if (buffer_.size() < tail_ + wanted) buffer_.resize(tail_ + wanted);
  const auto count = file_->read_at(position, std::span{buffer_}.subspan(tail_, wanted));
  if (!count) return count;
  tail_ += *count;
  at_end_of_file_ = *count == 0;
  if (!at_end_of_file_) return *count;
  const auto size = file_->size();
  if (!size) return size.failure();
  // A range may have been planned, or a row read, that is no longer there.
  if (*size < position || (!grows_ && *size < end_)) return shrunk(*size);
  return std::size_t{0};
}

std::uint64_t row_cursor::line_number(std::uint64_t offset) {
  if (offset < counted_offset_) counted_offset_ = counted_lines_ = 0;
  std::vector<char> bytes(64 * 1024);
  while (counted_offset_ < offset) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), offset - counted_offset_));
    const auto count = file_->read_at(counted_offset_, std::span{bytes}.first(wanted));
    if (!count || *count == 0) return 0;
    counted_lines_ += static_cast<std::uint64_t>(
        std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*count), '\n'));
    counted_offset_ += *count;
  }
  return counted_lines_ + 1;
}

}  // namespace weir
