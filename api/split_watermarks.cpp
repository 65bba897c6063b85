// SPDX-License-Identifier: Apache-2.0
// The rules of api/split_watermarks.hpp.
#include "api/split_watermarks.hpp"

#include <algorithm>

namespace weir {

split_watermarks::split_watermarks(std::size_t splits, std::optional<duration> idleness)
    : splits_(splits), idleness_{idleness} {}

void split_watermarks::restore(std::size_t split, event_time watermark) {
  splits_[split].watermark = watermark;
}

event_time split_watermarks::watermark_of(std::size_t split) const {
  return std::max(splits_[split].watermark, announced_);
}

void split_watermarks::pass_time(processing_time now, bool was_waiting) {
  const duration passed = last_seen_ && now > *last_seen_ ? now - *last_seen_ : duration::zero();
  last_seen_ = now;
  if (!idleness_) return;
  // A source that has more to read is read again at once; a long gap is a blocked output.
  observed_ += was_waiting ? passed : std::min(passed, *idleness_ / 4);
}

void split_watermarks::on_records(std::size_t split, event_time watermark) {
  split_state& state = splits_[split];
  state.watermark = std::max(state.watermark, watermark);
  state.last_active = observed_;
}

void split_watermarks::on_split_ended(std::size_t split) { splits_[split].has_ended = true; }

bool split_watermarks::is_idle(const split_state& split) const {
  return idleness_ && observed_ - split.last_active >= *idleness_;
}

void split_watermarks::announce_activity(watermark_output& output) {
  if (!announced_idle_) return;
  const bool is_active = std::any_of(splits_.begin(), splits_.end(), [&](const split_state& split) {
    return !split.has_ended && !is_idle(split);
  });
  if (!is_active) return;
  announced_idle_ = false;
  output.emit_idle(false);
}

void split_watermarks::announce_progress(watermark_output& output) {
  std::optional<event_time> least;
  bool some_are_idle = false;
  for (const split_state& split : splits_) {
    if (split.has_ended) continue;
    if (is_idle(split)) {
      some_are_idle = true;
    } else {
      least = std::min(least.value_or(end_of_time), split.watermark);
    }
  }
  if (least && *least > announced_) {
    announced_ = *least;
    output.emit_watermark(announced_);
  }
  if (!least && some_are_idle && !announced_idle_) {
    announced_idle_ = true;
    output.emit_idle(true);
  }
}

std::optional<processing_time> split_watermarks::next_idle_at() const {
  if (!idleness_ || !last_seen_) return std::nullopt;
  std::optional<processing_time> next;
  for (const split_state& split : splits_) {
    if (split.has_ended || is_idle(split)) continue;
    const processing_time at = *last_seen_ + (*idleness_ - (observed_ - split.last_active));
    next = std::min(next.value_or(at), at);
  }
  return next;
}

}  // namespace weir
