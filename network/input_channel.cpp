// SPDX-License-Identifier: Apache-2.0
// The bookkeeping of network/input_channel.hpp.
#include "network/input_channel.hpp"

#include <utility>

namespace weir {

status input_channel::deliver(frame arrived) {
  if (auto taken = credit_.on_received(arrived.sequence); !taken) return taken;
  queue_.push_back(std::move(arrived));
  return {};
}

frame input_channel::pop() {
  WEIR_ASSERT(has_frame());
  frame first = std::move(queue_.front());
  queue_.pop_front();
  return first;
}

void input_channel::on_consumed(std::unique_ptr<record_batch> batch) {
  credit_.on_consumed();
  if (!batch) return;
  batch->clear();
  batch->next = std::move(returning_);
  returning_ = std::move(batch);
}

std::optional<credit_grant> input_channel::take_grant() {
  if (!credit_.is_grant_due()) return std::nullopt;
  return announce();
}

credit_grant input_channel::announce() { return {credit_.grant(), std::move(returning_)}; }

}  // namespace weir
