// SPDX-License-Identifier: Apache-2.0
// How long to wait before a peer is dialed again: up to twice as long with every attempt that
// fails, and not as long as everybody else ("equal jitter": half of the time is drawn; M. Brooker,
// "Exponential Backoff And Jitter", 2015).
#pragma once

#include <cstdint>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

struct reconnect_settings {
  duration first = std::chrono::milliseconds{20};
  duration longest = std::chrono::seconds{2};
};

// Fails with what is wrong with them.
status validate(const reconnect_settings& settings);

class reconnect_backoff {
public:
  // REQUIRES: valid settings.
  explicit reconnect_backoff(const reconnect_settings& settings);

  // How long to wait before the next attempt; `chance` is any number, drawn anew each time.
  duration next(std::uint64_t chance);
  // A connection has opened.
  void on_connected() { bound_ = settings_.first; }

private:
  reconnect_settings settings_;
  duration bound_;
};

}  // namespace weir
