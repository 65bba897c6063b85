// SPDX-License-Identifier: Apache-2.0
// A user's function over two streams with one kind of key: records of one key meet, whichever side
// they come from, and share state and timers.
#pragma once

#include <memory>
#include <utility>

#include "api/operators/keyed_function_operator.hpp"

namespace weir {

template <class Key, class A, class LeftKey, class B, class RightKey, class Out, class Function>
class keyed_co_process_operator final : public keyed_function_operator<Key, Out, Function> {
public:
  keyed_co_process_operator(LeftKey left_key, RightKey right_key, Function function,
                            std::shared_ptr<const side_output_ports> sides)
      : keyed_function_operator<Key, Out, Function>{std::move(function), std::move(sides)},
        left_key_{std::move(left_key)},
        right_key_{std::move(right_key)} {}

  void process(std::uint32_t input, record_batch& batch) override {
    if (input == 0) {
      this->template handle_each<A>(
          batch, left_key_,
          [](Function& function, const A& record, auto& view) { function.on_left(record, view); });
    } else {
      this->template handle_each<B>(
          batch, right_key_,
          [](Function& function, const B& record, auto& view) { function.on_right(record, view); });
    }
    this->function().flush();
  }

private:
  LeftKey left_key_;
  RightKey right_key_;
};

}  // namespace weir
