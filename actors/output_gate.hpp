// SPDX-License-Identifier: Apache-2.0
// The way out of a task: partitions batches over the channels of each edge and holds what credit
// does not cover yet. While it holds something, the task does not start its next event: that is all
// there is to back-pressure.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "actors/task_description.hpp"
#include "api/operator.hpp"
#include "network/partitioner.hpp"

namespace weir {

class output_gate {
public:
  explicit output_gate(const task_description& description);
  ~output_gate();

  // Where operators write to edge `edge`. Lives as long as the gate.
  output& edge(std::uint32_t edge);

  void emit_watermark(std::uint32_t edge, event_time watermark);
  void emit_idle(std::uint32_t edge, bool is_idle);
  // Everything before belongs to the checkpoint.
  void emit_barrier(checkpoint_id checkpoint, const snapshot_base& base);
  // Nothing follows on any channel.
  void emit_end();

  void on_granted(channel_index channel, credit_grant grant);

  // The channel leads to another process. Fails if its records cannot go there.
  // REQUIRES: nothing has left.
  [[nodiscard]] status lead_far(channel_index channel);

  // Hands over every frame that may leave now.
  using send_function = std::function<void(channel_index, frame)>;
  void send(const send_function& send);

  bool is_blocked() const noexcept;
  // All frames, the ends of the streams included, have left.
  bool is_drained() const noexcept;

private:
  class edge_output;

  std::vector<output_channel> channels_;
  std::vector<std::unique_ptr<edge_output>> edges_;
  std::vector<element_type> types_;  // Of the records of each channel.
};

}  // namespace weir
