// SPDX-License-Identifier: Apache-2.0
// A user's function over a keyed stream and a broadcast one: records of input 0 come with their key
// and its state, those of input 1 without one, to every subtask.
#pragma once

#include <memory>
#include <utility>

#include "api/broadcast_state.hpp"
#include "api/operators/keyed_function_operator.hpp"

namespace weir {

template <class Key, class A, class LeftKey, class B, class Out, class Function>
class keyed_broadcast_process_operator final : public keyed_function_operator<Key, Out, Function> {
public:
  keyed_broadcast_process_operator(LeftKey key_of, Function function,
                                   std::shared_ptr<const side_output_ports> sides)
      : keyed_function_operator<Key, Out, Function>{std::move(function), std::move(sides)},
        key_of_{std::move(key_of)} {}

  void process(std::uint32_t input, record_batch& batch) override {
    if (input == 0) {
      this->template handle_each<A>(
          batch, key_of_,
          [](Function& function, const A& record, auto& view) { function.on_left(record, view); });
    } else {
      const auto& in = batch_of<B>::of(batch);
      for_each_guarded(this->context(), in, [&](std::size_t i) {
        const B& record = in.values[i];
        this->function().handle_without_key(in.time_of(i), [&](Function& called, auto& now) {
          broadcast_context<Out> view{now};
          called.on_right(record, view);
        });
      });
    }
    this->function().flush();
  }

private:
  LeftKey key_of_;
};

}  // namespace weir
