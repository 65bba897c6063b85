// SPDX-License-Identifier: Apache-2.0
// A function that returns nothing has nothing to put into the next stream.
// expect: map: the function must be copyable and callable as R f.const T&.
#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).map([](int) {});
}
