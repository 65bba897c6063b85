// SPDX-License-Identifier: Apache-2.0
// The clock on the wall of one simulated machine: ahead of the world's time or behind it, and a
// little too fast or too slow. It is what a process reads; timers run by the world's time, as those
// of a system run by its monotonic clock.
#pragma once

#include "api/time.hpp"

namespace weir {

class simulated_clock {
public:
  // What it shows when the world's time is `now`, which does not decrease.
  processing_time read(processing_time now) const { return now + ahead_ + gained_until(now); }
  // Somebody sets it: `by` further, or back.
  void jump(duration by) { ahead_ += by; }
  // From now on it gains so much in each second, or loses it.
  void drift(duration per_second, processing_time now) {
    ahead_ += gained_until(now);
    since_ = now;
    per_second_ = per_second;
  }

private:
  duration gained_until(processing_time now) const {
    return (now - since_) * per_second_.count() / duration{std::chrono::seconds{1}}.count();
  }

  duration ahead_{};
  duration per_second_{};
  processing_time since_{};
};

}  // namespace weir
