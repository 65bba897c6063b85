// SPDX-License-Identifier: Apache-2.0
// A view into a record would outlive the record.
// expect: a record must be a copyable value that owns what it holds
#include <string>
#include <string_view>

#include "tests/support/graph_reading.hpp"

void define(weir::environment& env) {
  env.from(weir::described_source<std::string>{}).map([](const std::string& s) {
    return std::string_view{s};
  });
}
