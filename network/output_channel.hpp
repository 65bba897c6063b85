// SPDX-License-Identifier: Apache-2.0
// One link to a downstream subtask, seen from the sender: gathers records into batches, spends
// credit, keeps the order, and takes consumed batches back for reuse.
//
// Batches adapt to the consumer. A full batch leaves as soon as there is credit. A partial one
// leaves at once when the consumer has nothing else to do, and otherwise goes on filling until the
// consumer has caught up. No timer is needed: whatever is under way will be consumed, and that
// consumption is reported.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "api/element_type.hpp"
#include "api/record_batch.hpp"
#include "network/credit.hpp"
#include "network/frame.hpp"

namespace weir {

class output_channel {
public:
  explicit output_channel(std::uint32_t window) : credit_{window} {}

  // The other end is in another process: from here on frames leave with encoded records.
  // REQUIRES: nothing has left; `type` is that of the records, can travel, and outlives the
  // channel.
  void encode_as(const element_type& type);

  // The batch being filled; opened with the element type of `like` if there is none.
  record_batch& open_batch(const record_batch& like);
  // The open batch is full.
  void close_batch();
  // Takes all records of `batch`, by exchanging storage where possible.
  void take(record_batch& batch);
  // Copies all records of `batch`.
  void copy(const record_batch& batch);

  void set_watermark(event_time watermark) { last_frame().watermark = watermark; }
  void set_idle(bool is_idle) { last_frame().idle = is_idle; }
  // Follows everything so far, at once; nothing that comes later joins its frame.
  void put_barrier(checkpoint_id checkpoint, const snapshot_base& base = {});
  void set_end() { last_frame().end = true; }

  // The next frame that may leave now, if any. A partial batch or bare marks leave only when the
  // consumer is waiting, or when `flush` says that nothing will be added.
  std::optional<frame> next(bool flush);
  void on_granted(credit_grant grant);

  // Full batches or barriers are waiting for credit: the task must not start its next event.
  bool is_blocked() const noexcept { return !ready_.empty(); }
  // Nothing is left to send.
  bool is_drained() const noexcept;
  // Frames ever sent.
  std::uint64_t frames_sent() const noexcept { return frames_sent_; }

private:
  std::unique_ptr<record_batch> reuse_or_make(const record_batch& like);
  // The frame that the records seen last are in: marks that follow them go there.
  frame& last_frame();
  void encode(frame& leaving);

  credit_balance credit_;
  std::unique_ptr<record_batch> open_;
  frame marks_;              // Of the next frame; its batch is always null.
  std::deque<frame> ready_;  // Bounded by the output of one event.
  std::vector<std::unique_ptr<record_batch>> free_;
  std::uint64_t frames_sent_ = 0;
  const element_type* encoded_as_ = nullptr;
  std::size_t longest_encoding_ = 0;  // So far, in bytes.
};

}  // namespace weir
