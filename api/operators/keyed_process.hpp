// SPDX-License-Identifier: Apache-2.0
// A user's function over the records of each key, with state and timers.
#pragma once

#include <memory>
#include <utility>

#include "api/operators/keyed_function_operator.hpp"

namespace weir {

template <class Key, class T, class KeyFunction, class Out, class Function>
class keyed_process_operator final : public keyed_function_operator<Key, Out, Function> {
public:
  keyed_process_operator(KeyFunction key_of, Function function,
                         std::shared_ptr<const side_output_ports> sides)
      : keyed_function_operator<Key, Out, Function>{std::move(function), std::move(sides)},
        key_of_{std::move(key_of)} {}

  void process(std::uint32_t, record_batch& batch) override {
    this->template handle_each<T>(batch, key_of_,
                                  [](Function& function, const T& record, auto& view) {
                                    call_process<T>(function, record, view);
                                  });
    this->function().flush();
  }

private:
  KeyFunction key_of_;
};

}  // namespace weir
