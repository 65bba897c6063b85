// SPDX-License-Identifier: Apache-2.0
// A floating-point key would live in two places at once.
// expect: a key needs a canonical codec. see api/codec.hpp
#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<int>{}).key_by([](int x) { return 0.5 * x; });
}
