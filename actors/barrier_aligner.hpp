// SPDX-License-Identifier: Apache-2.0
// Decides which input channels a task may read while the barrier of a checkpoint crosses it.
//
//            first barrier                  last barrier
//   flowing ---------------> aligning ---------------------> flowing, the barrier comes out
//                             |    ^
//                             +----+  barriers of further channels
//
// A snapshot must hold all records before the barrier and none behind it. So a channel that has
// brought its barrier is blocked until all others have, too (Carbone et al., Lightweight
// asynchronous snapshots for distributed dataflows, 2015). Nothing is buffered here: a blocked
// channel is left unread, its credit runs out, and its sender stops. At least once does not block:
// records behind a barrier may then be in the snapshot, and are repeated after a restore.
//
// Invariants:
//   (1) A barrier comes out once, when every channel has brought it or has ended.
//   (2) Barriers come out in the order of their ids; a newer one gives up an older that is pending.
//   (3) No channel stays blocked when nothing is pending.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "api/ids.hpp"

namespace weir {

class barrier_aligner {
public:
  explicit barrier_aligner(std::uint32_t channel_count, bool is_exactly_once = true)
      : channels_(channel_count), is_exactly_once_{is_exactly_once} {}

  // Both return the barrier that comes out now, if one does.
  [[nodiscard]] std::optional<checkpoint_id> on_barrier(channel_index channel, checkpoint_id id);
  [[nodiscard]] std::optional<checkpoint_id> on_ended(channel_index channel);

  // The channel's frames must wait.
  bool is_blocked(channel_index channel) const noexcept {
    return is_exactly_once_ && channels_[channel.value].has_barrier;
  }
  bool is_aligning() const noexcept { return pending_.has_value(); }

private:
  struct channel_state {
    bool has_barrier = false;  // Of the pending checkpoint.
    bool has_ended = false;
  };

  std::optional<checkpoint_id> release_if_complete();
  void forget_barriers();

  std::vector<channel_state> channels_;
  std::optional<checkpoint_id> pending_;
  checkpoint_id newest_;
  bool is_exactly_once_;
};

}  // namespace weir
