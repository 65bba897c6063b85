// SPDX-License-Identifier: Apache-2.0
// Two kinds of time that cannot be mixed up: when something happened, and when it is processed.
//
// Both count microseconds since 1970-01-01T00:00:00Z. Event time comes out of records and is merged
// by watermarks; processing time comes from the runtime's clock, which a simulation controls.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

using duration = std::chrono::microseconds;

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

// Clocks without `now()`: only the runtime can tell the time.
struct event_clock {
  using duration = weir::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<event_clock>;
  static constexpr bool is_steady = false;
};

struct processing_clock {
  using duration = weir::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<processing_clock>;
  static constexpr bool is_steady = false;
};

using event_time = event_clock::time_point;
using processing_time = processing_clock::time_point;

// Before every record; the watermark of a stream that has promised nothing yet.
inline constexpr event_time beginning_of_time = event_time::min();
// After every record; the watermark of a stream that has ended.
inline constexpr event_time end_of_time = event_time::max();

// Ingestion time: the moment a record was read, taken as the moment it happened.
constexpr event_time event_time_of(processing_time now) {
  return event_time{now.time_since_epoch()};
}

// ISO 8601 in UTC, as short as is exact: 2001-01-01T01:24:00Z, 2001-01-01T01:24:00.250Z.
std::string to_string(event_time time);
std::string to_string(processing_time time);
// 1h30m, 250ms, 10us: the largest units that lose nothing.
std::string to_string(duration span);

// Reads 2001-01-01T01:24:00Z, with a space for the T, fractions to microseconds, an offset such as
// +02:00, or a bare date. A time without an offset is UTC.
result<event_time> parse_event_time(std::string_view text);

// Reads 250ms, 10s, 5min, 2h, 1d, 10us.
result<duration> parse_duration(std::string_view text);

}  // namespace weir
