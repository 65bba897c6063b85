// SPDX-License-Identifier: Apache-2.0
// Gives records new times in mid-stream. The watermarks of the input end here; those of the
// strategy go on instead.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "api/operators/saved_part.hpp"
#include "api/split_watermarks.hpp"
#include "api/watermark_generator.hpp"

namespace weir {

template <class T, class Strategy>
class assign_watermarks_operator final : public stream_operator {
public:
  explicit assign_watermarks_operator(const Strategy& strategy)
      : generator_{strategy.template make_generator<T>()}, progress_{1, strategy.idleness()} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    progress_.pass_time(context.now, true);
    const auto saved = restored_parts<event_time>(context, "watermark");
    if (saved.empty()) return;
    // The generator starts anew; what was promised stays promised.
    watermark_ = *std::min_element(saved.begin(), saved.end());
    progress_.on_records(0, watermark_);
  }

  void process(std::uint32_t, record_batch& batch) override {
    operator_context& here = context();
    auto& records = batch_of<T>::of(batch);
    const std::size_t received = records.size();
    progress_.pass_time(here.now, true);
    watermark_ = std::max(watermark_, generator_->on_batch(records, {here, true, nullptr}));
    here.counters.records_in += received;
    progress_.on_records(0, watermark_);
    progress_.announce_activity(*here.watermarks);
    if (!records.empty()) {
      here.counters.records_out += records.size();
      emit(records);
    }
    progress_.announce_progress(*here.watermarks);
  }

  bool on_processing_time(processing_time now) override {
    progress_.pass_time(now, true);
    progress_.announce_progress(*context().watermarks);
    return true;
  }
  std::optional<processing_time> next_processing_timer() const override {
    return progress_.next_idle_at();
  }

  void snapshot(checkpoint_id, state_parts& parts) override {
    save_part(parts, "watermark", watermark_);
  }

  bool makes_watermarks() const override { return true; }

private:
  std::unique_ptr<watermark_generator<T>> generator_;
  split_watermarks progress_;
  event_time watermark_ = beginning_of_time;  // The greatest that the generator has promised.
};

}  // namespace weir
