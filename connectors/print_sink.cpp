// SPDX-License-Identifier: Apache-2.0
// The shared end of all print sinks of a process.
#include "connectors/print_sink.hpp"

#include <iostream>
#include <mutex>

namespace weir {

status print_lines(std::ostream& stream, std::string_view lines) {
  // One for all streams: two of them may end in the same terminal.
  static std::mutex one_at_a_time;
  const std::lock_guard lock{one_at_a_time};
  stream.write(lines.data(), static_cast<std::streamsize>(lines.size()));
  stream.flush();
  if (stream) return {};
  return error{error_code::io_failure,
               "print: the stream takes no more text; is the disk full, or the reader gone?"};
}

std::string line_prefix(const sink_context& context) {
  if (context.parallelism == 1) return {};
  return std::to_string(context.subtask.value + 1) + "> ";
}

print_sink print_sink::to(std::ostream& stream) const {
  auto changed = *this;
  changed.stream_ = &stream;
  return changed;
}

std::ostream& print_sink::stream() const { return stream_ != nullptr ? *stream_ : std::cout; }

}  // namespace weir
