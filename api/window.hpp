// SPDX-License-Identifier: Apache-2.0
// Windows: finite pieces of an endless stream, [start, end) in time.
//
// An assigner says which windows a record belongs to. It is a plain value; a wrong size is not an
// exception but a `problem()`, which the validation of the job graph reports with all the others.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "api/error.hpp"
#include "api/fields.hpp"
#include "api/time.hpp"

namespace weir {

// Half-open: a record at `end` belongs to the next one.
struct window {
  event_time start;
  event_time end;

  // The time of a window's results: no record of it is later, and none of the next one earlier.
  event_time last() const { return end - duration{1}; }
  friend auto operator<=>(const window&, const window&) = default;
};
WEIR_FIELDS(window, start, end)

// The first moment for which records may still come when event time has come to `watermark`: what
// ends there is complete.
constexpr event_time first_open_moment(event_time watermark) {
  return watermark == end_of_time ? end_of_time : watermark + duration{1};
}

// What a window has to say about one key.
template <class Key, class R>
struct window_result {
  Key key;
  weir::window window;
  R value;
  friend bool operator==(const window_result&, const window_result&) = default;
};

// What WEIR_FIELDS would say, which does not take templates.
template <class Key, class R>
constexpr auto weir_field_names(std::type_identity<window_result<Key, R>>) {
  return std::array<std::string_view, 4>{"key", "window_start", "window_end", "value"};
}
template <class Key, class R, class Value>
constexpr auto weir_tie_fields(std::type_identity<window_result<Key, R>>, Value& value) {
  return std::tie(value.key, value.window.start, value.window.end, value.value);
}

// Which clock closes a window: that of the records, or that of the machine.
enum class time_domain : std::uint8_t { event, processing };

// What to do with records that come after their window.
struct window_options {
  // For so long after it has fired, a window takes late records in, and fires again for their keys.
  duration allowed_lateness{0};
  // Emit records that are later still, unchanged, to `late_port`; they are counted in any case.
  bool emit_late = false;
  std::uint32_t late_port = 0;

  // A lateness that is negative or longer than any clock lasts.
  std::optional<error> problem() const;
};

// Windows of one size, one after the other, aligned to the epoch plus `offset`.
struct tumbling_windows {
  duration size;
  duration offset{0};
  time_domain domain = time_domain::event;
  std::optional<error> problem() const;
};

// Windows of `size`, of which one starts every `slide`; they overlap.
struct sliding_windows {
  duration size;
  duration slide;
  duration offset{0};
  time_domain domain = time_domain::event;
  std::optional<error> problem() const;
};

// Windows that last as long as no pause between two records of a key exceeds `gap`.
struct session_windows {
  duration gap;
  time_domain domain = time_domain::event;
  std::optional<error> problem() const;
};

// One window for all; it fires when the input has ended.
struct global_windows {
  std::optional<error> problem() const { return std::nullopt; }
};

// A span in microseconds, rounded towards zero; one too long to count becomes the longest there is.
template <class Rep, class Period>
constexpr duration to_duration(std::chrono::duration<Rep, Period> span) {
  using approximate = std::chrono::duration<long double, duration::period>;
  const approximate microseconds{span};
  if (microseconds >= approximate{duration::max()}) return duration::max();
  if (microseconds <= approximate{duration::min()}) return duration::min();
  return std::chrono::duration_cast<duration>(span);
}

template <class Size>
constexpr tumbling_windows tumbling(Size size) {
  return {to_duration(size)};
}
template <class Size, class Offset>
constexpr tumbling_windows tumbling(Size size, Offset offset) {
  return {to_duration(size), to_duration(offset)};
}

template <class Size, class Slide>
constexpr sliding_windows sliding(Size size, Slide slide) {
  return {to_duration(size), to_duration(slide)};
}
template <class Size, class Slide, class Offset>
constexpr sliding_windows sliding(Size size, Slide slide, Offset offset) {
  return {to_duration(size), to_duration(slide), to_duration(offset)};
}

template <class Gap>
constexpr session_windows session(Gap gap) {
  return {to_duration(gap)};
}

constexpr global_windows global_window() { return {}; }

template <class Size>
constexpr tumbling_windows tumbling_processing_time(Size size) {
  return {to_duration(size), duration{0}, time_domain::processing};
}
template <class Size, class Slide>
constexpr sliding_windows sliding_processing_time(Size size, Slide slide) {
  return {to_duration(size), to_duration(slide), duration{0}, time_domain::processing};
}
template <class Gap>
constexpr session_windows session_processing_time(Gap gap) {
  return {to_duration(gap), time_domain::processing};
}

}  // namespace weir
