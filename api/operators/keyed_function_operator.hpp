// SPDX-License-Identifier: Apache-2.0
// The operator around a keyed function, whatever its inputs are: time, timers, the end of input and
// checkpoints go straight to the function. What is left to the operators is `process`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "api/operators/keyed_function.hpp"

namespace weir {

template <class Key, class Out, class Function>
class keyed_function_operator : public stream_operator {
public:
  void open(operator_context& context) override {
    stream_operator::open(context);
    function_.emplace(context, prototype_, sides_);
  }
  bool advance_to(event_time watermark) override { return function_->advance_to(watermark); }
  bool on_processing_time(processing_time now) override {
    return function_->on_processing_time(now);
  }
  std::optional<processing_time> next_processing_timer() const override {
    return function_->next_processing_timer();
  }
  bool finish() override {
    function_->finish();
    return true;
  }
  void snapshot(checkpoint_id, state_parts& parts) override { function_->snapshot(parts); }

protected:
  keyed_function_operator(Function function, std::shared_ptr<const side_output_ports> sides)
      : prototype_{std::move(function)}, sides_{std::move(sides)} {}

  // REQUIRES: opened.
  keyed_function<Key, Out, Function>& function() { return *function_; }

  // Calls `handle(function, record, view)` for each T of the batch, with its key as the current
  // one.
  template <class T, class KeyFunction, class Handle>
  void handle_each(record_batch& batch, KeyFunction& key_of, Handle handle) {
    const auto& in = batch_of<T>::of(batch);
    for_each_guarded(context(), in, [&](std::size_t i) {
      const T& record = in.values[i];
      const Key& key = std::invoke(key_of, record);
      function_->handle(key, in.time_of(i),
                        [&](Function& called, auto& view) { handle(called, record, view); });
    });
  }

private:
  Function prototype_;
  std::shared_ptr<const side_output_ports> sides_;
  std::optional<keyed_function<Key, Out, Function>> function_;
};

}  // namespace weir
