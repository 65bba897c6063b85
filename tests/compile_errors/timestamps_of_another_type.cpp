// SPDX-License-Identifier: Apache-2.0
// The timestamp is looked for in a record of another type.
// expect: watermarks: the timestamp function must be callable as event_time f.const T&.
#include "tests/support/graph_reading.hpp"

struct trade {
  weir::event_time when;
};

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}, weir::monotonous(&trade::when));
}
