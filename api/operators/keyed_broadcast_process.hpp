// SPDX-License-Identifier: Apache-2.0
// A user's function over a keyed stream and a broadcast one: records of input 0 come with their key
// and its state, those of input 1 without one, to every subtask.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "api/broadcast_state.hpp"
#include "api/operators/keyed_function.hpp"

namespace weir {

template <class Key, class A, class LeftKey, class B, class Out, class Function>
class keyed_broadcast_process_operator final : public stream_operator {
public:
  keyed_broadcast_process_operator(LeftKey key_of, Function function,
                                   std::shared_ptr<const side_output_ports> sides)
      : key_of_{std::move(key_of)}, prototype_{std::move(function)}, sides_{std::move(sides)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    function_.emplace(context, prototype_, sides_);
  }

  void process(std::uint32_t input, record_batch& batch) override {
    if (input == 0) {
      const auto& in = batch_of<A>::of(batch);
      for_each_guarded(context(), in, [&](std::size_t i) {
        const A& record = in.values[i];
        const Key& key = std::invoke(key_of_, record);
        function_->handle(key, in.time_of(i),
                          [&](Function& function, auto& view) { function.on_left(record, view); });
      });
    } else {
      const auto& in = batch_of<B>::of(batch);
      for_each_guarded(context(), in, [&](std::size_t i) {
        const B& record = in.values[i];
        function_->handle_without_key(in.time_of(i), [&](Function& function, auto& now) {
          broadcast_context<Out> view{now};
          function.on_right(record, view);
        });
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
  LeftKey key_of_;
  Function prototype_;
  std::shared_ptr<const side_output_ports> sides_;
  std::optional<keyed_function<Key, Out, Function>> function_;
};

}  // namespace weir
