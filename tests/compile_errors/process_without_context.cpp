// SPDX-License-Identifier: Apache-2.0
// A process function takes the context it emits to.
// expect: process<Out>: the function must be copyable and callable as void f.const T&,
// weir::process_context<Out>&.
#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).process<int>([](const int&) {});
}
