// SPDX-License-Identifier: Apache-2.0
// One link to an upstream subtask, seen from the receiver: a queue that credit keeps bounded, the
// check that no frame is missing, and the emptied batches that go back with the next grant.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "api/element_type.hpp"
#include "network/credit.hpp"
#include "network/frame.hpp"

namespace weir {

class input_channel {
public:
  // Encoded records are of `type`, which outlives the channel; null: none are expected.
  explicit input_channel(std::uint32_t window, const element_type* type = nullptr)
      : credit_{window}, type_{type} {}

  // Queues a frame; fails when one is missing before it, when it was sent without credit, or when
  // its records cannot be decoded.
  status deliver(frame arrived);
  bool has_frame() const noexcept { return !queue_.empty(); }
  // REQUIRES: has_frame().
  frame pop();
  // The frame popped last has been handled; its batch, if any, is empty again.
  void on_consumed(std::unique_ptr<record_batch> batch);

  // The grant to send now, if one is due.
  std::optional<credit_grant> take_grant();
  // The present limit once more, for a sender that may have missed it.
  credit_grant announce();
  std::uint64_t queued() const noexcept { return credit_.queued(); }

private:
  [[nodiscard]] status decode(frame& arrived);

  credit_window credit_;
  std::deque<frame> queue_;
  std::unique_ptr<record_batch> returning_;
  const element_type* type_;
  bool is_far_ = false;                              // Frames come encoded.
  std::vector<std::unique_ptr<record_batch>> free_;  // To decode into.
};

}  // namespace weir
