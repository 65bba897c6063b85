// SPDX-License-Identifier: Apache-2.0
// A job that ends only when it is told to: what SIGINT and SIGTERM are tested on.
#include <cstdint>

#include "api/environment.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "connectors/print_sink.hpp"
#include "coordination/run.hpp"

int main(int argc, char** argv) {
  return weir::run(argc, argv, "endless", [](weir::environment& env) {
    const auto numbers =
        env.from(weir::generator(weir::unbounded, [](std::uint64_t i) { return i; }).at_rate(100));
    numbers.sink(weir::print());
    numbers.sink(weir::file_sink(env.parameter("output", "numbers")));
  });
}
