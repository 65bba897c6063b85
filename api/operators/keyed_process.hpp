// SPDX-License-Identifier: Apache-2.0
// A user's function over the records of each key, with state and timers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "api/operators/keyed_function.hpp"

namespace weir {

template <class Key, class T, class KeyFunction, class Out, class Function>
class keyed_process_operator final : public stream_operator {
public:
  keyed_process_operator(KeyFunction key_of, Function function,
                         std::shared_ptr<const side_output_ports> sides)
      : key_of_{std::move(key_of)}, prototype_{std::move(function)}, sides_{std::move(sides)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    function_.emplace(context, prototype_, sides_);
  }

  void process(std::uint32_t, record_batch& batch) override {
    const auto& in = batch_of<T>::of(batch);
    for_each_guarded(context(), in, [&](std::size_t i) {
      const T& record = in.values[i];
      const Key& key = std::invoke(key_of_, record);
      function_->handle(key, in.time_of(i), [&](Function& function, auto& view) {
        call_process<T>(function, record, view);
      });
    });
    function_->flush();
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

private:
  KeyFunction key_of_;
  Function prototype_;
  std::shared_ptr<const side_output_ports> sides_;
  std::optional<keyed_function<Key, Out, Function>> function_;
};

}  // namespace weir
