// SPDX-License-Identifier: Apache-2.0
// How a running job shows that it moves: one line that is redrawn in a terminal, or now and then a
// line for the log.
//
//   word_count running  1,234,567 in  51,200/s  9,999 out  event time 2001-01-01T01:24:00Z  lag 3s
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "api/ids.hpp"
#include "api/time.hpp"

namespace weir {

// A checkpoint that has completed.
struct checkpoint_progress {
  checkpoint_id id;
  duration took{};
  std::uint64_t bytes = 0;
};

// Where a job is at one moment.
struct job_progress {
  std::uint64_t records_in = 0;                // Out of the sources.
  std::uint64_t records_out = 0;               // Into the sinks.
  std::optional<weir::event_time> event_time;  // The lowest watermark; none before the first.
  duration lag{};  // From the event time to now; meaningless without an event time.
  processing_time started;
  processing_time now;
  std::string state;                                   // "running".
  std::optional<checkpoint_progress> checkpoint = {};  // The last; none before the first.
};

// Remembers the progress it showed last, for the rate.
class progress_line {
public:
  // `terminal_width` is in columns; without one there is no terminal.
  progress_line(std::string job, std::optional<std::size_t> terminal_width);

  // In a terminal: a carriage return, the line, and blanks over what is left of the one before. At
  // most the terminal's width, so it never wraps: what does not fit is left out, the last first.
  // Else: text for a log entry, "job word_count: running, 1,234,567 records in, ...".
  std::string show(const job_progress& progress);

  // What ends the redrawn line; empty if there is none.
  std::string end();

  // "job word_count: finished, 1,234,567 records in, 9,999 out, in 12s (102,880 records/s)".
  std::string summary(const job_progress& progress) const;

private:
  std::string show_in_terminal(const job_progress& progress, std::uint64_t rate);
  std::string show_in_log(const job_progress& progress, std::uint64_t rate) const;

  std::string job_;
  std::optional<std::size_t> terminal_width_;
  std::optional<job_progress> last_;
  std::size_t columns_drawn_ = 0;
};

}  // namespace weir
