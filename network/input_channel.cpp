// SPDX-License-Identifier: Apache-2.0
// The bookkeeping of network/input_channel.hpp.
#include "network/input_channel.hpp"

#include <utility>

namespace weir {

status input_channel::deliver(frame arrived) {
  if (auto taken = credit_.on_received(arrived.sequence); !taken) return taken;
  if (!arrived.encoded.empty()) {
    if (auto decoded = decode(arrived); !decoded) return decoded;
  }
  queue_.push_back(std::move(arrived));
  return {};
}

status input_channel::decode(frame& arrived) {
  if (type_ == nullptr || !type_->can_travel()) {
    return error{error_code::corrupt_data,
                 "encoded records came, but records of this type have no "
                 "encoding"};
  }
  is_far_ = true;
  if (free_.empty()) free_.push_back(type_->make_batch());
  arrived.batch = std::move(free_.back());
  free_.pop_back();
  std::string_view bytes = arrived.encoded;
  while (!bytes.empty()) {
    if (auto decoded = type_->decode(bytes, *arrived.batch); !decoded) return decoded;
  }
  arrived.encoded.clear();
  if (arrived.batch->empty()) free_.push_back(std::move(arrived.batch));
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
  if (is_far_) return free_.push_back(std::move(batch));
  batch->next = std::move(returning_);
  returning_ = std::move(batch);
}

std::optional<credit_grant> input_channel::take_grant() {
  if (!credit_.is_grant_due()) return std::nullopt;
  return announce();
}

credit_grant input_channel::announce() { return {credit_.grant(), std::move(returning_)}; }

}  // namespace weir
