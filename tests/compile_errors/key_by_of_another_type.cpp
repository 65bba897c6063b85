// SPDX-License-Identifier: Apache-2.0
// The key is looked for in a record of another type.
// expect: key_by: the function must be copyable and callable as Key f.const T&.
#include <string>

#include "tests/support/graph_reading.hpp"

struct trade {
  std::string symbol;
};

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).key_by(&trade::symbol);
}
