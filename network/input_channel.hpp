// SPDX-License-Identifier: Apache-2.0
// One link to an upstream subtask, seen from the receiver: a queue that credit keeps bounded, the
// check that no frame is missing, and the emptied batches that go back with the next grant.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "network/credit.hpp"
#include "network/frame.hpp"

namespace weir {

class input_channel {
public:
  explicit input_channel(std::uint32_t window) : credit_{window} {}

  // Queues a frame; fails when one is missing before it or it was sent without credit.
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
  credit_window credit_;
  std::deque<frame> queue_;
  std::unique_ptr<record_batch> returning_;
};

}  // namespace weir
