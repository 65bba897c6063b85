// SPDX-License-Identifier: Apache-2.0
// State that has no bytes could not be part of a snapshot.
// expect: state must be able to become bytes in a snapshot: give its type a codec
#include "tests/support/graph_reading.hpp"

class opaque {
public:
  opaque() = default;

private:
  int hidden_ = 0;
};

void open(weir::operator_state& state) { state.list<opaque>("hidden"); }
