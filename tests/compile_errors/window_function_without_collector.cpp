// SPDX-License-Identifier: Apache-2.0
// A window function emits to a collector.
// expect: window.process<Out>: the function must be callable as void f.const Key&, const
// weir::window&, std::span<const T>, weir::collector<Out>&.
#include <chrono>
#include <span>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{})
      .key_by([](int x) { return x; })
      .window(weir::tumbling(std::chrono::seconds{5}))
      .process<int>([](int, const weir::window&, std::span<const int>) { return 1; });
}
