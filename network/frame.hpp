// SPDX-License-Identifier: Apache-2.0
// What travels on a channel: a batch and the marks that follow it. Any part may be missing. Marks
// never overtake data, and every frame costs one credit, so marks that wait for credit are merged
// instead of queued.
//
// Merged marks mean: the channel wakes up, event time advances, the channel falls idle, the barrier
// comes, the channel ends. A watermark thus counts even if the channel has fallen idle behind it. A
// barrier separates: what follows it goes into another frame, and barriers are not merged.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/ids.hpp"
#include "api/record_batch.hpp"
#include "api/time.hpp"

namespace weir {

struct frame {
  std::uint64_t sequence = 0;           // From 1, without gaps.
  std::unique_ptr<record_batch> batch;  // Null, or not empty.
  // Batches on their way between processes, in the encoding of their element type
  // (api/batch_codec.hpp) one behind the other, in place of `batch`.
  std::string encoded{};
  std::optional<bool> idle;  // The channel's new status.
  std::optional<event_time> watermark;
  std::optional<checkpoint_id> barrier;  // Everything before it belongs to this checkpoint.
  snapshot_base base{};                  // Of the barrier.
  bool end = false;                      // Nothing follows on this channel.

  bool has_marks() const { return idle || watermark || barrier || end; }
};

// What a receiver tells the sender: it may send up to sequence number `limit`; and the emptied
// batches of the frames it consumed, linked through `record_batch::next`. Batches do not leave
// their process: a channel between two keeps them at each end.
struct credit_grant {
  std::uint64_t limit = 0;
  std::unique_ptr<record_batch> returned;
};

}  // namespace weir
