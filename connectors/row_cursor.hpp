// SPDX-License-Identifier: Apache-2.0
// Walks over the rows of one range of a text file without copying them.
//
// Bytes are read in chunks of 256 KiB; a row is a view into the buffer. The cursor never reads on
// its own: `next` answers `needs_bytes` and the caller decides when to `fill`, so that a poll is
// bounded by the number of reads it allows itself.
//
//   passing over a line that began earlier -> (row | too_long -> passing over its rest)* -> ended
//
// A row is a line; with multiline quotes it ends at the first line break outside of quotes. Both
// "\n" and "\r\n" end a line; the last line of a file needs neither.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "connectors/text_file_options.hpp"
#include "connectors/text_split.hpp"

namespace weir {

struct text_row {
  std::string_view text;  // Without its line ending. Valid until the next `fill`.
  std::uint64_t offset = 0;
};

class row_cursor {
public:
  enum class step : std::uint8_t {
    row,
    too_long,     // The row holds only the beginning of the line; the rest is passed over.
    needs_bytes,  // Call `fill`. In a file that grows, perhaps there are none yet.
    ended,
  };

  static result<row_cursor> open(file_system& files, const text_split& split,
                                 const text_file_options& options);

  step next(text_row& row);
  // Reads the next chunk. Returns how many bytes there were; 0 only at the end of the file.
  // Errors: the disk's; the file has become shorter than what was planned or read.
  // REQUIRES: `next` has answered `needs_bytes`; views into the buffer are no longer used.
  result<std::size_t> fill();

  // Where the next row begins; while the rest of a row that was too long is passed over, where that
  // one began. None while the first row is being looked for: then a restored reader has to do so,
  // too.
  std::optional<std::uint64_t> position() const;
  // The number, from 1, of the line that begins at `offset`. Reads the file from its beginning, or
  // from the last line asked for: only for messages. 0 if the file cannot be read.
  std::uint64_t line_number(std::uint64_t offset);

private:
  row_cursor(std::unique_ptr<readable_file> file, const text_split& split,
             const text_file_options& options);

  std::uint64_t offset_of(std::size_t i) const { return buffer_offset_ + i; }
  // The index of the line break that ends the row at `head_`, or `tail_` if it is not there yet.
  std::size_t find_row_end();
  // False while the end of the line is not there yet.
  bool pass_over_line();
  text_row take_row(std::size_t end, std::size_t resume_at);
  error shrunk(std::uint64_t size) const;

  std::unique_ptr<readable_file> file_;
  std::string path_;
  std::uint64_t end_;
  std::uint64_t max_line_;
  bool has_multiline_quotes_;
  bool strips_mark_;  // A byte order mark at the start of the file is no text.
  bool grows_;

  std::vector<char> buffer_;
  std::uint64_t buffer_offset_;  // Of buffer_[0] in the file.
  std::size_t head_ = 0;         // Where the next row begins.
  std::size_t scanned_ = 0;      // No row ends in [head_, scanned_).
  std::size_t tail_ = 0;         // The end of the bytes read.
  bool at_end_of_file_ = false;
  bool passes_over_ = false;  // What lies ahead, up to the next line break, is no row.
  std::optional<std::uint64_t> too_long_at_;  // With passes_over_: what lies ahead is its rest.
  bool in_quotes_ = false;                    // At scanned_, with multiline quotes.

  std::uint64_t counted_offset_ = 0;  // A line begins here, and
  std::uint64_t counted_lines_ = 0;   // so many lines before it.
};

}  // namespace weir
