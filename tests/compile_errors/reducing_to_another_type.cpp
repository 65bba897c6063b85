// SPDX-License-Identifier: Apache-2.0
// What is folded has the type of what is added.
// expect: reducing<T>: the function must be callable as T f.const T&, const T&.
#include "tests/support/graph_reading.hpp"

void open(weir::keyed_state<int>& state) {
  state.reducing<std::string>("all", [](int a, int b) { return a + b; });
}
