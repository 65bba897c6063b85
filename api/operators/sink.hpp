// SPDX-License-Identifier: Apache-2.0
// Hands records to a writer. Its output is seen once a checkpoint that contains it has completed,
// or the whole job has finished.
//
// 1. What the writer has prepared is remembered, in its order, until it is committed, and every
//    checkpoint holds all that is remembered: so nothing prepared is forgotten by a crash.
// 2. A completed checkpoint commits what was prepared at it or before it; a later one subsumes an
//    earlier one that nobody reported.
// 3. After a restore the first subtask recovers what all former ones had prepared, before it
// writes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/operator.hpp"
#include "api/prepared_output.hpp"
#include "api/sink.hpp"

namespace weir {

template <class T, class Sink>
class sink_operator final : public stream_operator {
public:
  explicit sink_operator(Sink sink) : sink_{std::move(sink)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    const sink_context place{context.files, context.subtask, context.parallelism,
                             context.attempt_token, context.has_checkpoints};
    writer_ = value_or_fail(sink_.template open<T>(place));
    if (context.subtask != subtask_index{0}) return;
    if (context.restored) {
      value_or_fail(writer_->recover(value_or_fail(restore_prepared_output(*context.restored))));
    } else if (context.has_checkpoints) {
      value_or_fail(writer_->recover({}));
    }
  }

  void process(std::uint32_t, record_batch& batch) override {
    auto& records = batch_of<T>::of(batch);
    const std::size_t received = records.size();
    value_or_fail(writer_->on_time(context().now));
    value_or_fail(writer_->write(records));
    context().counters.records_in += received;
  }

  bool on_processing_time(processing_time now) override {
    value_or_fail(writer_->on_time(now));
    return true;
  }
  std::optional<processing_time> next_processing_timer() const override {
    return writer_ ? writer_->next_timer() : std::nullopt;
  }

  bool finish() override {
    prepared_.add(value_or_fail(writer_->prepare()));
    return true;
  }

  // Holds what was prepared by `finish`, too: then this checkpoint commits the end of the output.
  void snapshot(checkpoint_id checkpoint, state_parts& parts) override {
    prepared_.add(value_or_fail(writer_->prepare()));
    parts[prepared_output_part] = prepared_.on_snapshot(checkpoint);
  }

  void on_checkpoint_completed(checkpoint_id checkpoint) override { commit_up_to(checkpoint); }

  void commit() override { commit_up_to(std::nullopt); }

  void close(bool failed) override {
    if (failed && writer_) writer_->abandon();
  }

private:
  // All of it without a checkpoint.
  void commit_up_to(std::optional<checkpoint_id> checkpoint) {
    while (const std::string* oldest = prepared_.next(checkpoint)) {
      value_or_fail(writer_->commit(*oldest));
      prepared_.forget_first();
    }
  }

  Sink sink_;
  std::unique_ptr<sink_writer<T>> writer_;
  prepared_output prepared_;
};

}  // namespace weir
