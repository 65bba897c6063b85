// SPDX-License-Identifier: Apache-2.0
// The bookkeeping of actors/barrier_aligner.hpp.
#include "actors/barrier_aligner.hpp"

#include <algorithm>
#include <utility>

namespace weir {

std::optional<checkpoint_id> barrier_aligner::on_barrier(channel_index channel, checkpoint_id id) {
  if (id < newest_ || (id == newest_ && !pending_)) return std::nullopt;
  if (newest_ < id) {
    forget_barriers();
    pending_ = newest_ = id;
  }
  channels_[channel.value].has_barrier = true;
  return release_if_complete();
}

std::optional<checkpoint_id> barrier_aligner::on_ended(channel_index channel) {
  channels_[channel.value].has_ended = true;
  return pending_ ? release_if_complete() : std::nullopt;
}

std::optional<checkpoint_id> barrier_aligner::release_if_complete() {
  const bool is_complete = std::all_of(
      channels_.begin(), channels_.end(),
      [](const channel_state& channel) { return channel.has_barrier || channel.has_ended; });
  if (!is_complete) return std::nullopt;
  forget_barriers();
  return std::exchange(pending_, std::nullopt);
}

void barrier_aligner::forget_barriers() {
  for (auto& channel : channels_) channel.has_barrier = false;
}

}  // namespace weir
