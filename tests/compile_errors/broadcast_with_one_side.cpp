// SPDX-License-Identifier: Apache-2.0
// Both sides need a function.
// expect: connect_broadcast.process<Out>: the object needs void on_left.const A&,
#include "tests/support/graph_reading.hpp"

struct left_only {
  void on_left(const int&, weir::process_context<int>&) {}
};

void define(weir::environment& env) {
  const auto numbers = env.from(weir::described_source<int>{});
  numbers.connect_broadcast(numbers).process<int>(left_only{});
}
