// SPDX-License-Identifier: Apache-2.0
// A reduction stays in the type of the records.
// expect: reduce: the function must be copyable and callable as T f.const T&, const T&.
#include <string>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).key_by([](int x) { return x; }).reduce([](int, int) {
    return std::string{};
  });
}
