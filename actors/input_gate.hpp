// SPDX-License-Identifier: Apache-2.0
// The door of a task: takes in what the channels deliver, lets out what the task may process next.
//
//   channel 0 --queue--+
//   channel 1 --queue--+--> round robin --> watermark_merger, barrier_aligner --> next()
//   channel 2 --queue--+
//
// Queues are bounded by credit (network/credit.hpp); a channel that waits for the barriers of the
// others is left out of the round.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "actors/barrier_aligner.hpp"
#include "actors/watermark_merger.hpp"
#include "api/ids.hpp"
#include "network/input_channel.hpp"

namespace weir {

class input_gate {
public:
  // What the task does next.
  struct batch_ready {
    channel_index channel;
    std::unique_ptr<record_batch> batch;  // Goes back through `on_processed`.
  };
  struct time_advanced {
    event_time watermark;
  };
  struct status_changed {
    bool is_idle;
  };
  // Every record of the checkpoint has been let out, and none behind it.
  struct barrier_aligned {
    checkpoint_id checkpoint;
    snapshot_base base{};  // That came with the barriers.
  };
  struct all_ended {};
  using event =
      std::variant<batch_ready, time_advanced, status_changed, barrier_aligned, all_ended>;

  // `types` are those of the records that the channels bring; they outlive the gate. Null: the
  // channel comes from no other process.
  input_gate(const std::vector<const element_type*>& types, std::uint32_t credit_window,
             bool is_exactly_once = true);

  status deliver(channel_index channel, frame arrived);

  // The next event, round robin over the channels; none when nothing may be read. After
  // `batch_ready`, `on_processed` comes before the next call.
  [[nodiscard]] std::optional<event> next();
  void on_processed(batch_ready handled);

  input_channel& channel(channel_index i) { return channels_[i.value]; }
  std::uint32_t channel_count() const noexcept {
    return static_cast<std::uint32_t>(channels_.size());
  }
  bool has_ended() const noexcept { return has_ended_; }
  // Some channels have brought a barrier that others have not.
  bool is_aligning() const noexcept { return aligner_.is_aligning(); }
  event_time watermark() const noexcept { return merger_.current(); }

private:
  void apply_marks(channel_index channel, const frame& marks);
  void note_status();

  std::vector<input_channel> channels_;
  watermark_merger merger_;
  barrier_aligner aligner_;
  checkpoint_id newest_barrier_;
  snapshot_base base_;      // Of the newest barrier.
  frame marks_;             // Of the frame whose batch is being processed.
  std::vector<event> due_;  // Marks to let out before the next frame; at most four.
  std::uint32_t turn_ = 0;
  bool was_idle_ = false;
  bool has_ended_ = false;
};

}  // namespace weir
