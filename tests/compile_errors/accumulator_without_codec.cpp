// SPDX-License-Identifier: Apache-2.0
// An accumulator is part of every snapshot.
// expect: an aggregate.s accumulator must be able to become bytes in a snapshot
#include <memory>

#include "tests/support/graph_reading.hpp"

struct last_pointer {
  std::shared_ptr<int> initial() const { return {}; }
  void add(std::shared_ptr<int>& last, const int& x) const { last = std::make_shared<int>(x); }
  void merge(std::shared_ptr<int>& into, const std::shared_ptr<int>& from) const { into = from; }
  int result(const std::shared_ptr<int>& of) const { return of ? *of : 0; }
};

void define(weir::environment& env) {
  env.from(weir::described_source<int>{})
      .key_by([](int x) { return x; })
      .window(weir::tumbling(std::chrono::seconds{5}))
      .aggregate(last_pointer{});
}
