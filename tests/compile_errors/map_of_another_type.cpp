// SPDX-License-Identifier: Apache-2.0
// A function of strings is given to a stream of numbers.
// expect: map: the function must be copyable and callable as R f.const T&.
#include <string>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).map([](const std::string& s) { return s; });
}
