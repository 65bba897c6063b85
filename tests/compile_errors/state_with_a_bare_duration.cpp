// SPDX-License-Identifier: Apache-2.0
// A duration alone does not say that it is a time to live.
// expect: the time to live of state is given as a weir::ttl, as in ttl.1h.
#include "tests/support/graph_reading.hpp"

void open(weir::keyed_state<int>& state) { state.value<int>("last", std::chrono::hours{1}); }
