// SPDX-License-Identifier: Apache-2.0
// The context of another key does not fit.
// expect: void f.const T&, weir::keyed_process_context<Key, Out>&.
#include <string>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  using other_key = weir::keyed_process_context<std::string, int>;
  env.from(weir::described_source<int>{})
      .key_by([](int x) { return x; })
      .process<int>([](const int&, other_key&) {});
}
