// SPDX-License-Identifier: Apache-2.0
// A filter has to answer whether a record stays.
// expect: filter: the function must be copyable and callable as bool f.const T&.
#include <string>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).filter([](int) { return std::string{}; });
}
