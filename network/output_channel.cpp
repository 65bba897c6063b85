// SPDX-License-Identifier: Apache-2.0
// The bookkeeping of network/output_channel.hpp.
#include "network/output_channel.hpp"

#include <algorithm>
#include <utility>

namespace weir {

std::unique_ptr<record_batch> output_channel::reuse_or_make(const record_batch& like) {
  if (free_.empty()) return like.make_empty();
  auto taken = std::move(free_.back());
  free_.pop_back();
  return taken;
}

void output_channel::encode_as(const element_type& type) {
  WEIR_ASSERT(frames_sent_ == 0 && type.can_travel());
  encoded_as_ = &type;
}

void output_channel::encode(frame& leaving) {
  leaving.encoded.reserve(longest_encoding_);
  encoded_as_->encode(*leaving.batch, leaving.encoded);
  longest_encoding_ = std::max(longest_encoding_, leaving.encoded.size());
  leaving.batch->clear();
  free_.push_back(std::move(leaving.batch));
}

record_batch& output_channel::open_batch(const record_batch& like) {
  if (!open_) open_ = reuse_or_make(like);
  return *open_;
}

frame& output_channel::last_frame() {
  const bool has_records = open_ && !open_->empty();
  const bool begins_anew = has_records || ready_.empty() || ready_.back().barrier;
  return begins_anew ? marks_ : ready_.back();
}

void output_channel::put_barrier(checkpoint_id checkpoint, const snapshot_base& base) {
  frame last = std::exchange(marks_, {});
  if (open_ && !open_->empty()) last.batch = std::move(open_);
  last.barrier = checkpoint;
  last.base = base;
  ready_.push_back(std::move(last));
}

void output_channel::close_batch() {
  frame full = std::exchange(marks_, {});
  full.batch = std::move(open_);
  ready_.push_back(std::move(full));
}

void output_channel::take(record_batch& batch) {
  auto& open = open_batch(batch);
  if (open.empty()) {
    open.swap_with(batch);
  } else {
    batch.append_to(open);
    batch.clear();
  }
  if (open.size() >= open.capacity()) close_batch();
}

void output_channel::copy(const record_batch& batch) {
  auto& open = open_batch(batch);
  batch.append_to(open);
  if (open.size() >= open.capacity()) close_batch();
}

std::optional<frame> output_channel::next(bool flush) {
  if (!credit_.may_send()) return std::nullopt;
  std::optional<frame> leaving;
  if (!ready_.empty()) {
    leaving = std::move(ready_.front());
    ready_.pop_front();
  } else {
    const bool has_records = open_ && !open_->empty();
    if (!has_records && !marks_.has_marks()) return std::nullopt;
    if (!flush && !marks_.end && credit_.outstanding() > 0) return std::nullopt;
    leaving = std::exchange(marks_, {});
    if (has_records) leaving->batch = std::move(open_);
  }
  if (encoded_as_ != nullptr && leaving->batch) encode(*leaving);
  leaving->sequence = credit_.spend();
  ++frames_sent_;
  return leaving;
}

void output_channel::on_granted(credit_grant grant) {
  credit_.on_granted(grant.limit);
  while (grant.returned) {
    auto rest = std::move(grant.returned->next);
    free_.push_back(std::move(grant.returned));
    grant.returned = std::move(rest);
  }
}

bool output_channel::is_drained() const noexcept {
  return ready_.empty() && !marks_.has_marks() && (!open_ || open_->empty());
}

}  // namespace weir
