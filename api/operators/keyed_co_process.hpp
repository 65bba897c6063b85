// SPDX-License-Identifier: Apache-2.0
// A user's function over two streams with one kind of key: records of one key meet, whichever side
// they come from, and share state and timers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "api/operators/keyed_function.hpp"

namespace weir {

template <class Key, class A, class LeftKey, class B, class RightKey, class Out, class Function>
class keyed_co_process_operator final : public stream_operator {
public:
  keyed_co_process_operator(LeftKey left_key, RightKey right_key, Function function,
                            std::shared_ptr<const side_output_ports> sides)
      : left_key_{std::move(left_key)},
        right_key_{std::move(right_key)},
        prototype_{std::move(function)},
        sides_{std::move(sides)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    function_.emplace(context, prototype_, sides_);
  }

  void process(std::uint32_t input, record_batch& batch) override {
    if (input == 0) {
      each<A>(batch, left_key_, [](Function& function, const A& record, auto& view) {
        function.on_left(record, view);
      });
    } else {
      each<B>(batch, right_key_, [](Function& function, const B& record, auto& view) {
        function.on_right(record, view);
      });
    }
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
  template <class T, class KeyFunction, class Handle>
  void each(record_batch& batch, KeyFunction& key_of, Handle handle) {
    const auto& in = batch_of<T>::of(batch);
    for_each_guarded(context(), in, [&](std::size_t i) {
      const T& record = in.values[i];
      const Key& key = std::invoke(key_of, record);
      function_->handle(key, in.time_of(i),
                        [&](Function& function, auto& view) { handle(function, record, view); });
    });
  }

  LeftKey left_key_;
  RightKey right_key_;
  Function prototype_;
  std::shared_ptr<const side_output_ports> sides_;
  std::optional<keyed_function<Key, Out, Function>> function_;
};

}  // namespace weir
