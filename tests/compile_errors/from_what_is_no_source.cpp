// SPDX-License-Identifier: Apache-2.0
// A path is not yet a source.
// expect: from: this is not a source. api/source.hpp says what a source needs
#include <string>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) { env.from(std::string{"book.txt"}); }
