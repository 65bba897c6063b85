// SPDX-License-Identifier: Apache-2.0
// What waits to be written to a connection. It is bounded, and nothing is dropped from it: a frame
// that does not fit is refused, and who wanted to send it ends the connection or waits.
//
//   is_writable() --the queue passes the high mark--> not --it falls to the low mark-->
//   is_writable()
//
// Between the marks nothing changes, so a sender that waits is not woken for every frame.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"

namespace weir {

struct write_queue_limits {
  std::size_t most = 64 * 1024 * 1024;      // Bytes that it ever holds.
  std::size_t high_mark = 4 * 1024 * 1024;  // Who can wait, waits from here on,
  std::size_t low_mark = 1024 * 1024;       // until it is down to this.
};

// Fails with what is wrong with them.
status validate(const write_queue_limits& limits);

class write_queue {
public:
  // REQUIRES: valid limits.
  explicit write_queue(const write_queue_limits& limits);

  // Appends whole frames. Fails, and takes nothing, if they do not fit. An empty string is nothing.
  status push(std::string frames);

  // The oldest frames, in order, at most `most` of them. They live until on_written().
  std::vector<std::string_view> front(std::size_t most) const;
  // The first `count` bytes have been written. REQUIRES: count <= bytes().
  void on_written(std::size_t count);

  bool is_empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }
  bool is_writable() const { return is_writable_; }
  void clear();

private:
  write_queue_limits limits_;
  std::deque<std::string> frames_;
  std::size_t written_ = 0;  // Of the first frame.
  std::size_t bytes_ = 0;    // In all, without those.
  bool is_writable_ = true;
};

}  // namespace weir
