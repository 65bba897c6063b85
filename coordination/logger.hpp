// SPDX-License-Identifier: Apache-2.0
// The engine's log: plain lines that read well and sort by time.
//
//   2026-01-01T00:00:00.000Z INFO job word_count: running, 4 tasks in 1 slot
//
// The time comes from whoever writes, because only the runtime can tell it.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

enum class log_level : std::uint8_t { debug, info, warn, error };

// "debug", "info", "warn", "error".
std::string_view to_string(log_level level);

// Reads the words above. Fails with "'loud' is not one of debug, info, warn, error".
result<log_level> parse_log_level(std::string_view text);

class logger {
public:
  // Takes whole entries that end with a newline, one at a time, whatever threads they come from.
  using sink = std::function<void(std::string_view entry)>;

  // Entries below `least` are dropped. REQUIRES: `write_entry` is callable and does not log.
  logger(log_level least, sink write_entry);

  // Writes one entry. Further lines of `message` are indented, so that an entry can be told by its
  // first column. Safe to call from several threads.
  void write(processing_time now, log_level level, std::string_view message);

  bool is_written(log_level level) const { return level >= least_; }

private:
  log_level least_;
  sink write_entry_;
  std::mutex one_at_a_time_;
};

}  // namespace weir
