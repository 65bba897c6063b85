// SPDX-License-Identifier: Apache-2.0
// The handle itself only reads.
// expect: has no member named .set.
#include "tests/support/graph_reading.hpp"

void write(weir::broadcast_map<int, int>& rules) { rules.set(1, 2); }
