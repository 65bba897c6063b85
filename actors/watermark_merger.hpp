// SPDX-License-Identifier: Apache-2.0
// Merges the watermarks of a task's input channels into the task's own event time: the minimum over
// the channels that are active.
//
// Invariants:
//   (1) The merged watermark never goes back, even when a lagging channel wakes up.
//   (2) An idle or ended channel holds nobody back.
//   (3) While every channel is idle, event time stands still; once all have ended, it is over:
//       the watermark is end_of_time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "api/ids.hpp"
#include "api/time.hpp"

namespace weir {

class watermark_merger {
public:
  explicit watermark_merger(std::uint32_t channel_count) : channels_(channel_count) {}

  // Each returns the merged watermark if this call advanced it.
  [[nodiscard]] std::optional<event_time> on_watermark(channel_index channel, event_time mark);
  [[nodiscard]] std::optional<event_time> on_idle(channel_index channel, bool is_idle);
  [[nodiscard]] std::optional<event_time> on_ended(channel_index channel);

  event_time current() const noexcept { return merged_; }
  // No channel is active, but not all have ended.
  bool is_idle() const noexcept;
  bool has_ended() const noexcept;

private:
  struct channel_state {
    event_time mark = beginning_of_time;
    bool is_idle = false;
    bool has_ended = false;
  };

  std::optional<event_time> advance();

  std::vector<channel_state> channels_;
  event_time merged_ = beginning_of_time;
};

}  // namespace weir
