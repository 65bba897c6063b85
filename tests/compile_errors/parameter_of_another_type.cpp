// SPDX-License-Identifier: Apache-2.0
// A list is not something to read from the command line.
// expect: parameter: T must be std::string, bool, an integer, double, weir::duration
#include <vector>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) { env.parameter("list", std::vector<int>{}); }
