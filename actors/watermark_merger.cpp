// SPDX-License-Identifier: Apache-2.0
// The minimum behind actors/watermark_merger.hpp. Channels are few, so it is computed anew.
#include "actors/watermark_merger.hpp"

#include <algorithm>

namespace weir {

std::optional<event_time> watermark_merger::on_watermark(channel_index channel, event_time mark) {
  auto& state = channels_[channel.value];
  if (mark <= state.mark) return std::nullopt;
  state.mark = mark;
  return advance();
}

std::optional<event_time> watermark_merger::on_idle(channel_index channel, bool is_idle) {
  channels_[channel.value].is_idle = is_idle;
  return advance();
}

std::optional<event_time> watermark_merger::on_ended(channel_index channel) {
  channels_[channel.value].has_ended = true;
  return advance();
}

bool watermark_merger::is_idle() const noexcept {
  return !has_ended() && std::all_of(channels_.begin(), channels_.end(), [](const auto& channel) {
    return channel.is_idle || channel.has_ended;
  });
}

bool watermark_merger::has_ended() const noexcept {
  return std::all_of(channels_.begin(), channels_.end(),
                     [](const auto& channel) { return channel.has_ended; });
}

std::optional<event_time> watermark_merger::advance() {
  event_time lowest = end_of_time;
  bool somebody_counts = false;
  for (const auto& channel : channels_) {
    if (channel.has_ended || channel.is_idle) continue;
    somebody_counts = true;
    lowest = std::min(lowest, channel.mark);
  }
  if (!somebody_counts && !has_ended()) return std::nullopt;
  if (lowest <= merged_) return std::nullopt;
  merged_ = lowest;
  return merged_;
}

}  // namespace weir
