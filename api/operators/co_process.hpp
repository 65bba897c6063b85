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

template <class A, class B, class Out, class Function>
class co_process_operator final : public stream_operator {
public:
  co_process_operator(Function function, std::shared_ptr<const side_output_ports> sides)
      : function_{std::move(function)}, sides_{std::move(sides)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    now_.emplace(context, sides_);
  }

  void process(std::uint32_t input, record_batch& batch) override {
    process_context<Out> view{*now_};
    if (input == 0) {
      each<A>(batch, [&](const A& record) { function_.on_left(record, view); });
    } else {
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
};

}  // namespace weir
