// SPDX-License-Identifier: Apache-2.0
// A sink that takes only strings is given numbers.
// expect: sink: this sink cannot take the records of the stream
#include <concepts>
#include <string>

#include "tests/support/graph_reading.hpp"

struct text_sink {
  std::string name() const { return "text"; }
  template <std::same_as<std::string> T>
  weir::result<std::unique_ptr<weir::sink_writer<T>>> open(const weir::sink_context&) const;
};

void define(weir::environment& env) { env.from(weir::described_source<int>{}).sink(text_sink{}); }
