// SPDX-License-Identifier: Apache-2.0
// Both sides of a connected map feed one stream.
// expect: connect.map: both functions must return the same type
#include <string>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  const auto numbers = env.from(weir::described_source<int>{});
  numbers.connect(numbers).map([](int x) { return x; }, [](int) { return std::string{}; });
}
