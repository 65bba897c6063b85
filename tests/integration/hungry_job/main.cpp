// SPDX-License-Identifier: Apache-2.0
// A job that takes more and more memory of a kind that no limit of its process counts (shared, as
// files in memory are), until it has `take` MiB: what the limit of a control group is tested on.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <sys/mman.h>

#include "api/environment.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "coordination/run.hpp"

int main(int argc, char** argv) {
  return weir::run(argc, argv, "hungry", [](weir::environment& env) {
    const auto take = env.parameter("take", std::uint64_t{64});
    env.from(weir::generator(weir::unbounded, [](std::uint64_t i) { return i; }).at_rate(500))
        .map([take](std::uint64_t i) {
          constexpr std::size_t bytes = std::size_t{1} << 20;
          if (i >= take) return i;
          void* const more =
              ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
          if (more == MAP_FAILED) throw std::runtime_error{"no more shared memory"};
          std::memset(more, 1, bytes);
          return i;
        })
        .sink(weir::file_sink(env.parameter("output", "output")));
  });
}
