// SPDX-License-Identifier: Apache-2.0
// Only the broadcast side is given what writes broadcast state.
// expect: has no member named .write.
#include "tests/support/graph_reading.hpp"

struct both_write {
  weir::broadcast_map<int, int> rules;
  void open(weir::operator_state& state) { rules = state.broadcast_map<int, int>("rules"); }
  void on_left(const int& x, weir::process_context<int>& here) { here.write(rules).set(x, x); }
  void on_right(const int& x, weir::broadcast_context<int>& here) { here.write(rules).set(x, x); }
};

void define(weir::environment& env) {
  const auto numbers = env.from(weir::described_source<int>{});
  numbers.connect_broadcast(numbers).process<int>(both_write{});
}
