// SPDX-License-Identifier: Apache-2.0
// The count behind network/report_limit.hpp.
#include "network/report_limit.hpp"

#include <chrono>
#include <utility>

#include "api/error.hpp"

namespace weir {

report_limit::report_limit(std::uint64_t most_per_second) : most_per_second_{most_per_second} {
  WEIR_ASSERT(most_per_second > 0);
}

std::optional<std::uint64_t> report_limit::pass(processing_time now) {
  if (now - begun_ >= std::chrono::seconds{1}) {
    begun_ = now;
    passed_ = 0;
  }
  if (passed_ == most_per_second_) {
    ++held_back_;
    return std::nullopt;
  }
  ++passed_;
  return std::exchange(held_back_, 0);
}

}  // namespace weir
