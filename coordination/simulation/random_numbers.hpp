// SPDX-License-Identifier: Apache-2.0
// Random numbers that are the same everywhere: splitmix64 (S. Vigna). The distributions of the
// standard library differ between implementations, so a seed would not be worth much.
#pragma once

#include <cstdint>

#include "api/key_group.hpp"

namespace weir {

class random_numbers {
public:
  explicit random_numbers(std::uint64_t seed) : state_{seed} {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // A number in [0, bound); 0 when the bound is 0.
  std::uint64_t below(std::uint64_t bound) { return scale_to(next(), bound); }

private:
  std::uint64_t state_;
};

}  // namespace weir
