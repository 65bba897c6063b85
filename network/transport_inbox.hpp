// SPDX-License-Identifier: Apache-2.0
// What other threads want from the thread of a transport, and the descriptor that wakes it. Shared
// by whoever may want something, so that nobody can come too late.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "api/error.hpp"

namespace weir {

class transport_inbox {
public:
  struct content {
    std::vector<std::function<void()>> actions;
    std::vector<std::uint64_t> calls;
  };

  transport_inbox();
  transport_inbox(const transport_inbox&) = delete;
  transport_inbox& operator=(const transport_inbox&) = delete;
  ~transport_inbox();

  // Fails if the system had no descriptor for it.
  status is_usable() const;
  // Readable while there is something new.
  int descriptor() const { return wakeup_; }

  // The thread runs `action`; never, if it has ended before.
  void post(std::function<void()> action);
  // The thread flushes the connection of that number, or ends it if it is broken.
  void call_for(std::uint64_t connection);

  // For the thread: all that has come.
  content take();
  // Nothing is taken any more.
  void close();

private:
  void wake();

  const int wakeup_;
  std::mutex guard_;
  content content_;
  bool is_woken_ = false;
  bool is_closed_ = false;
};

}  // namespace weir
