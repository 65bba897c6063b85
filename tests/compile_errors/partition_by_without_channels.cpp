// SPDX-License-Identifier: Apache-2.0
// A partitioner is told how many channels there are.
// expect: partition_by: the function must be copyable and callable as integer f.const T&,
// std::uint32_t channels.
#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).partition_by([](int x) { return x; });
}
