// SPDX-License-Identifier: Apache-2.0
// How often a supervisor may restart a child before it gives up and escalates: at most `limit`
// restarts within any `window` of time, as in Erlang/OTP's supervisors.
#pragma once

#include <cstdint>
#include <deque>

#include "api/time.hpp"

namespace weir {

class restart_intensity {
public:
  restart_intensity(std::uint32_t limit, duration window) : limit_{limit}, window_{window} {}

  // A child has ended at `now`. True: restart it. False: too often; give up.
  [[nodiscard]] bool on_child_ended(processing_time now);

private:
  std::uint32_t limit_;
  duration window_;
  std::deque<processing_time> restarts_;
};

}  // namespace weir
