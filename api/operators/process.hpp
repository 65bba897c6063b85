// SPDX-License-Identifier: Apache-2.0
// A user's function that may do anything with a record, and remember what belongs to no key.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "api/function.hpp"
#include "api/operators/guarded.hpp"
#include "api/process_context.hpp"

namespace weir {

template <class T, class Out, class Function>
class process_operator final : public stream_operator {
public:
  process_operator(Function function, std::shared_ptr<const side_output_ports> sides)
      : function_{std::move(function)}, sides_{std::move(sides)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    now_.emplace(context, sides_);
    if constexpr (has_open_without_key<Function>) {
      state_.emplace(context);
      function_.open(*state_);
    }
  }

  void process(std::uint32_t, record_batch& batch) override {
    const auto& in = batch_of<T>::of(batch);
    process_context<Out> view{*now_};
    for_each_guarded(context(), in, [&](std::size_t i) {
      now_->time = in.time_of(i);
      call_process<T>(function_, static_cast<const T&>(in.values[i]), view);
    });
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
  Function function_;
  std::shared_ptr<const side_output_ports> sides_;
  std::optional<invocation<Out>> now_;
  std::optional<operator_state> state_;  // Of a function that opens some.
};

}  // namespace weir
