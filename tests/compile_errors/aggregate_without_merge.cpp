// SPDX-License-Identifier: Apache-2.0
// An aggregate that cannot merge cannot serve a sliding window.
// expect: an aggregate needs .void merge.accumulator&, const accumulator&. const
#include <chrono>

#include "tests/support/graph_reading.hpp"

struct product {
  long initial() const { return 1; }
  void add(long& so_far, const int& x) const { so_far *= x; }
  long result(const long& of) const { return of; }
};

void define(weir::environment& env) {
  env.from(weir::described_source<int>{})
      .key_by([](int x) { return x; })
      .window(weir::tumbling(std::chrono::seconds{5}))
      .aggregate(product{});
}
