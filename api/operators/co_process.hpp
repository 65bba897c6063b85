// SPDX-License-Identifier: Apache-2.0
// A user's function over two streams. Input 0 is the left one, input 1 the right one; in which
// order their records come is not defined.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "api/function.hpp"
#include "api/operators/guarded.hpp"
#include "api/process_context.hpp"

namespace weir {

// `Right` is what the function of the right side is given.
template <class A, class B, class Out, class Function, class Right = process_context<Out>>
class co_process_operator final : public stream_operator {
public:
  co_process_operator(Function function, std::shared_ptr<const side_output_ports> sides)
      : function_{std::move(function)}, sides_{std::move(sides)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    now_.emplace(context, sides_);
    if constexpr (has_open_without_key<Function>) {
      state_.emplace(context);
      function_.open(*state_);
    }
  }

  void process(std::uint32_t input, record_batch& batch) override {
    if (input == 0) {
      process_context<Out> view{*now_};
      each<A>(batch, [&](const A& record) { function_.on_left(record, view); });
    } else {
      Right view{*now_};
      each<B>(batch, [&](const B& record) { function_.on_right(record, view); });
    }
    now_->flush();
  }

  bool finish() override {
    if constexpr (has_finish<Function, process_context<Out>>) {
      process_context<Out> view{*now_};
      function_.finish(view);
      now_->flush();
    }
    return true;
  }
  void snapshot(checkpoint_id, state_parts& parts) override {
    if (state_) state_->save(parts);
  }

private:
  template <class T, class Handle>
  void each(record_batch& batch, Handle&& handle) {
    const auto& in = batch_of<T>::of(batch);
    for_each_guarded(context(), in, [&](std::size_t i) {
      now_->time = in.time_of(i);
      handle(static_cast<const T&>(in.values[i]));
    });
  }

  Function function_;
  std::shared_ptr<const side_output_ports> sides_;
  std::optional<invocation<Out>> now_;
  std::optional<operator_state> state_;  // Of a function that opens some.
};

}  // namespace weir
