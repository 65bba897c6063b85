// SPDX-License-Identifier: Apache-2.0
// A number is not a range of records.
// expect: flat_map: the function must be copyable and return a range
#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).flat_map([](int x) { return x; });
}
