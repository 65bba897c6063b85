// SPDX-License-Identifier: Apache-2.0
// Keeps strangers from filling a log: of what is reported of them, so much a second is passed on,
// and how much was not is said with the next that is.
#pragma once

#include <cstdint>
#include <optional>

#include "api/time.hpp"

namespace weir {

class report_limit {
public:
  // REQUIRES: most_per_second > 0.
  explicit report_limit(std::uint64_t most_per_second);

  // May one more be passed on? If so, how many were held back since the last that was.
  std::optional<std::uint64_t> pass(processing_time now);

private:
  std::uint64_t most_per_second_;
  processing_time begun_{};  // The second that is counted.
  std::uint64_t passed_ = 0;
  std::uint64_t held_back_ = 0;
};

}  // namespace weir
