// SPDX-License-Identifier: Apache-2.0
// Seeds for tests that draw at random: fresh ones in every run, printed, and repeatable.
//
//   WEIR_TEST_SEED=17 ctest -R Credit    # The first seed of every random test is 17.
//   WEIR_MOST_SEEDS=5 ctest              # No random test takes more than five.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/simulation/random_numbers.hpp"

namespace weir {

// The number in an environment variable; `otherwise` if it is not set. Ends the program if it holds
// something else.
inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* set = std::getenv(name);
  if (set == nullptr) return otherwise;
  const std::string_view text{set};
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc{} && read.ptr == text.data() + text.size()) return number;
  std::cerr << name << "='" << text << "' is no number: unset it, or give it one from 0 on\n";
  std::exit(2);
}

// `count` consecutive seeds, recorded with the running test. For tests that count what happens over
// all of them: WEIR_MOST_SEEDS does not concern it.
inline std::vector<std::uint64_t> every_seed_of(std::uint64_t count) {
  static const auto fresh = static_cast<std::uint64_t>(
      ::testing::UnitTest::GetInstance()->start_timestamp() % 1'000'000'000);
  const std::uint64_t first = number_from_environment("WEIR_TEST_SEED", fresh);
  std::cout << "seeds " << first << ".." << first + count - 1
            << " (WEIR_TEST_SEED sets the first)\n";
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i < count; ++i) seeds.push_back(first + i);
  return seeds;
}

// As many, or WEIR_MOST_SEEDS if that is less.
inline std::vector<std::uint64_t> seeds_for(std::uint64_t count) {
  return every_seed_of(std::min(count, number_from_environment("WEIR_MOST_SEEDS", count)));
}

}  // namespace weir
