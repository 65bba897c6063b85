// SPDX-License-Identifier: Apache-2.0
// A union has one type of record.
// expect: union_with: all streams must have records of the same type
#include <string>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{})
      .union_with(env.from(weir::described_source<std::string>{}));
}
