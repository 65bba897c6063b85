// SPDX-License-Identifier: Apache-2.0
// A duration alone does not say how windows follow each other.
// expect: window: it takes tumbling.*, sliding.*, session.*, global_window
#include <chrono>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{})
      .key_by([](int x) { return x; })
      .window(std::chrono::seconds{5})
      .aggregate(weir::count());
}
