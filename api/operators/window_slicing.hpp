// SPDX-License-Identifier: Apache-2.0
// How aligned windows cut time into slices, so that a record is counted once however many windows
// it belongs to.
//
// Windows start every `slide` and end `size` later; the slices are what lies between any two of
// these instants: one per slide, or two where the slide does not divide the size ("paired windows":
// S. Krishnamurthy et al., On-the-fly sharing for streamed aggregation, SIGMOD 2006). Window k is
// made of the slices [first_slice_of(k), end_slice_of(k)).
#pragma once

#include <algorithm>
#include <cstdint>

#include "api/window.hpp"

namespace weir {

using slice_index = std::int64_t;
using window_index = std::int64_t;

// Before every window, with room to count from.
inline constexpr window_index before_all_windows = -(window_index{1} << 61);

// Throws task_failure unless windows can be reckoned around `time`: a record that was never given a
// time has beginning_of_time.
void require_time_for_window(event_time time);

class window_slicing {
public:
  // REQUIRES (both): !windows.problem().
  explicit window_slicing(const tumbling_windows& windows)
      : window_slicing{windows.size, windows.size, windows.offset, windows.domain} {}
  explicit window_slicing(const sliding_windows& windows)
      : window_slicing{windows.size, windows.slide, windows.offset, windows.domain} {}
  explicit window_slicing(const global_windows&) : is_global_{true} {}

  time_domain domain() const { return domain_; }
  // Every time is in the one window.
  bool is_global() const { return is_global_; }

  // REQUIRES: require_time_for_window(time), unless is_global().
  slice_index slice_of(event_time time) const {
    if (is_global_) return 0;
    const std::int64_t since = time.time_since_epoch().count() - offset_;
    const std::int64_t period = floor_divide(since, slide_);
    const bool is_second_part = slices_per_slide_ == 2 && since - period * slide_ >= remainder_;
    return period * slices_per_slide_ + (is_second_part ? 1 : 0);
  }

  // The times of a slice.
  window span_of(slice_index slice) const {
    if (is_global_) return {beginning_of_time, end_of_time};
    const std::int64_t period = floor_divide(slice, slices_per_slide_);
    const std::int64_t start = offset_ + period * slide_;
    const std::int64_t cut = slices_per_slide_ == 1 ? slide_ : remainder_;
    const bool is_first_part = slice == period * slices_per_slide_;
    return is_first_part
               ? window{event_time{duration{start}}, event_time{duration{start + cut}}}
               : window{event_time{duration{start + cut}}, event_time{duration{start + slide_}}};
  }

  slice_index first_slice_of(window_index k) const { return k * slices_per_slide_; }
  slice_index end_slice_of(window_index k) const { return first_slice_of(k) + slices_per_window_; }
  window_index first_window_of(slice_index slice) const {
    return floor_divide(slice - slices_per_window_, slices_per_slide_) + 1;
  }
  window_index last_window_of(slice_index slice) const {
    return floor_divide(slice, slices_per_slide_);
  }

  window window_at(window_index k) const {
    if (is_global_) return {beginning_of_time, end_of_time};
    const event_time start{duration{offset_ + k * slide_}};
    return {start, start + duration{size_}};
  }

  // The windows below the result have ended by `time`, and so has `lateness` after each of them.
  window_index first_window_open_at(event_time time, duration lateness = duration{0}) const {
    if (is_global_) return time == end_of_time ? 1 : 0;
    const std::int64_t at = std::clamp(time.time_since_epoch().count(), -time_limit, time_limit);
    return floor_divide(at - lateness.count() - offset_ - size_, slide_) + 1;
  }

private:
  // Far outside of the times of records, far inside of what 64 bits hold.
  static constexpr std::int64_t time_limit = std::int64_t{1} << 61;

  window_slicing(duration size, duration slide, duration offset, time_domain domain)
      : size_{size.count()},
        slide_{slide.count()},
        offset_{offset.count() % slide.count()},
        remainder_{size_ % slide_},
        slices_per_slide_{remainder_ == 0 ? 1 : 2},
        slices_per_window_{size_ / slide_ * slices_per_slide_ + (remainder_ == 0 ? 0 : 1)},
        domain_{domain} {}

  static constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
  }

  std::int64_t size_ = 1;
  std::int64_t slide_ = 1;
  std::int64_t offset_ = 0;
  std::int64_t remainder_ = 0;  // size % slide
  std::int64_t slices_per_slide_ = 1;
  std::int64_t slices_per_window_ = 1;
  time_domain domain_ = time_domain::event;
  bool is_global_ = false;
};

}  // namespace weir
