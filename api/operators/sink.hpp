// SPDX-License-Identifier: Apache-2.0
// Hands records to a writer. Its output is seen only once the whole job has finished.
#pragma once

#include <memory>
#include <utility>

#include "api/operator.hpp"
#include "api/sink.hpp"

namespace weir {

template <class T, class Sink>
class sink_operator final : public stream_operator {
public:
  explicit sink_operator(Sink sink) : sink_{std::move(sink)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    const sink_context place{context.files, context.subtask, context.parallelism};
    writer_ = value_or_fail(sink_.template open<T>(place));
  }

  void process(std::uint32_t, record_batch& batch) override {
    auto& records = batch_of<T>::of(batch);
    const std::size_t received = records.size();
    value_or_fail(writer_->write(records));
    context().counters.records_in += received;
  }

  bool finish() override {
    value_or_fail(writer_->prepare());
    return true;
  }

  void commit() override { value_or_fail(writer_->commit()); }

  void close(bool failed) override {
    if (failed && writer_) writer_->abandon();
  }

private:
  Sink sink_;
  std::unique_ptr<sink_writer<T>> writer_;
};

}  // namespace weir
