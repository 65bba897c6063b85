// SPDX-License-Identifier: Apache-2.0
// The order in which a task sees its input; see actors/input_gate.hpp.
#include "actors/input_gate.hpp"

#include <utility>

namespace weir {

input_gate::input_gate(const std::vector<const element_type*>& types, std::uint32_t credit_window,
                       bool is_exactly_once)
    : merger_{static_cast<std::uint32_t>(types.size())},
      aligner_{static_cast<std::uint32_t>(types.size()), is_exactly_once} {
  channels_.reserve(types.size());
  for (const auto* type : types) channels_.emplace_back(credit_window, type);
}

status input_gate::deliver(channel_index channel, frame arrived) {
  auto taken = channels_[channel.value].deliver(std::move(arrived));
  if (taken) return taken;
  return within("input channel " + std::to_string(channel.value), taken.failure());
}

std::optional<input_gate::event> input_gate::next() {
  while (true) {
    if (!due_.empty()) {
      event first = std::move(due_.front());
      due_.erase(due_.begin());
      return first;
    }
    const auto count = channel_count();
    std::uint32_t tried = 0;
    while (tried < count && (!channels_[turn_].has_frame() || aligner_.is_blocked({turn_}))) {
      turn_ = (turn_ + 1) % count;
      ++tried;
    }
    if (tried == count) return std::nullopt;
    const channel_index from{turn_};
    turn_ = (turn_ + 1) % count;
    frame taken = channels_[from.value].pop();
    if (taken.batch) {
      auto batch = std::move(taken.batch);
      marks_ = std::move(taken);
      return batch_ready{from, std::move(batch)};
    }
    channels_[from.value].on_consumed(nullptr);
    apply_marks(from, taken);
  }
}

void input_gate::on_processed(batch_ready handled) {
  channels_[handled.channel.value].on_consumed(std::move(handled.batch));
  apply_marks(handled.channel, std::exchange(marks_, {}));
}

void input_gate::apply_marks(channel_index channel, const frame& marks) {
  std::optional<event_time> advanced;
  const auto note = [&](std::optional<event_time> mark) {
    if (mark) advanced = mark;
  };
  const bool falls_idle = marks.idle.value_or(false);
  if (marks.idle && !falls_idle) note(merger_.on_idle(channel, false));
  if (marks.watermark) note(merger_.on_watermark(channel, *marks.watermark));
  if (falls_idle) note(merger_.on_idle(channel, true));
  if (marks.end) note(merger_.on_ended(channel));
  // Outward as inward: awake before time advances, idle after it.
  if (was_idle_) note_status();
  if (advanced) due_.emplace_back(time_advanced{*advanced});
  note_status();
  const auto note_barrier = [&](std::optional<checkpoint_id> aligned) {
    if (aligned) due_.emplace_back(barrier_aligned{*aligned, base_});
  };
  if (marks.barrier && newest_barrier_ < *marks.barrier) {
    newest_barrier_ = *marks.barrier;
    base_ = marks.base;
  }
  if (marks.barrier) note_barrier(aligner_.on_barrier(channel, *marks.barrier));
  if (marks.end) note_barrier(aligner_.on_ended(channel));
  if (merger_.has_ended() && !has_ended_) {
    has_ended_ = true;
    due_.emplace_back(all_ended{});
  }
}

void input_gate::note_status() {
  if (merger_.is_idle() == was_idle_) return;
  was_idle_ = merger_.is_idle();
  due_.emplace_back(status_changed{was_idle_});
}

}  // namespace weir
