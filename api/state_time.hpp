// SPDX-License-Identifier: Apache-2.0
// What time it is for the state of a keyed function.
//
// Event time runs with the timers: while the one of 10:00 is handled it is 10:00, though the
// watermark may have leapt to the end of time. So what a timer finds does not depend on how far
// apart the watermarks are.
#pragma once

#include <algorithm>
#include <concepts>

#include "api/operator.hpp"

namespace weir {

class state_time {
public:
  // Both outlive this. `at_hand` is the time of the record or timer that is being handled.
  state_time(const operator_context& context, const event_time& at_hand)
      : context_{context}, at_hand_{at_hand} {}

  // Event time has come to `time`; it never goes back.
  void advance_to(event_time time) { event_ = std::max(event_, time); }

  template <class Time>
  Time now() const {
    if constexpr (std::same_as<Time, processing_time>) {
      return context_.now;
    } else {
      return event_;
    }
  }
  // When what is written now was written: a record of the future is written in the future, a late
  // one now.
  template <class Time>
  Time of_writing() const {
    if constexpr (std::same_as<Time, processing_time>) {
      return context_.now;
    } else {
      return std::max(event_, at_hand_);
    }
  }

private:
  const operator_context& context_;
  const event_time& at_hand_;
  event_time event_ = beginning_of_time;
};

}  // namespace weir
