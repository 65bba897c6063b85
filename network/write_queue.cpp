// SPDX-License-Identifier: Apache-2.0
// The bookkeeping of network/write_queue.hpp.
#include "network/write_queue.hpp"

#include <utility>

namespace weir {

status validate(const write_queue_limits& limits) {
  if (limits.low_mark < limits.high_mark && limits.high_mark <= limits.most) return {};
  return error{error_code::invalid_argument,
               "take the limits of a write queue: the low mark (" +
                   std::to_string(limits.low_mark) + ") must be below the high mark (" +
                   std::to_string(limits.high_mark) + "), and that at most the limit (" +
                   std::to_string(limits.most) + ")"};
}

write_queue::write_queue(const write_queue_limits& limits) : limits_{limits} {
  WEIR_ASSERT(validate(limits).ok());
}

status write_queue::push(std::string frames) {
  if (frames.empty()) return {};
  if (frames.size() > limits_.most - bytes_) {
    return error{error_code::io_failure,
                 "send " + std::to_string(frames.size()) + " bytes: " + std::to_string(bytes_) +
                     " wait already of the " + std::to_string(limits_.most) +
                     " that may: the other side does not keep up"};
  }
  bytes_ += frames.size();
  frames_.push_back(std::move(frames));
  if (bytes_ > limits_.high_mark) is_writable_ = false;
  return {};
}

std::vector<std::string_view> write_queue::front(std::size_t most) const {
  std::vector<std::string_view> found;
  for (const std::string& frame : frames_) {
    if (found.size() == most) break;
    found.push_back(std::string_view{frame}.substr(found.empty() ? written_ : 0));
  }
  return found;
}

void write_queue::on_written(std::size_t count) {
  WEIR_ASSERT(count <= bytes_);
  bytes_ -= count;
  written_ += count;
  while (!frames_.empty() && written_ >= frames_.front().size()) {
    written_ -= frames_.front().size();
    frames_.pop_front();
  }
  if (bytes_ <= limits_.low_mark) is_writable_ = true;
}

void write_queue::clear() { on_written(bytes_); }

}  // namespace weir
