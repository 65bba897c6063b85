// SPDX-License-Identifier: Apache-2.0
// With the type of the results given, the function emits them.
// expect: flat_map<Out>: the function must be copyable and callable as void f.const T&,
// weir::emitter<Out>&.
#include <vector>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).flat_map<int>([](int x) { return std::vector<int>{x}; });
}
