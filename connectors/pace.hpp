// SPDX-License-Identifier: Apache-2.0
// A constant rate, without a clock: told the time, says how much is due and when the next is.
//
// What was due while nobody asked is made up for, so that the average holds and a stalled consumer
// sees the backlog that a real stream would have built up.
#pragma once

#include <cmath>
#include <cstdint>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

class pace {
public:
  // REQUIRES: per_second > 0.
  explicit pace(double per_second) : microseconds_{1e6 / per_second} {
    WEIR_ASSERT(per_second > 0);
  }

  // How many are due at `now` and have not been taken. The first call starts the count, with one.
  std::uint64_t due(processing_time now) {
    if (!has_started_) start_ = now;
    has_started_ = true;
    const auto passed = now - start_;
    if (passed < duration::zero()) return 0;
    auto ever = static_cast<std::uint64_t>(static_cast<double>(passed.count()) / microseconds_);
    // The division may round the other way than the product in `time_of`, which decides.
    while (time_of(ever) <= passed) ++ever;
    return ever > taken_ ? ever - taken_ : 0;
  }
  void take(std::uint64_t count) { taken_ += count; }
  // When the next one is due. REQUIRES: due() has been called.
  processing_time next_due() const { return start_ + time_of(taken_); }

private:
  // When the one with this number, from 0, is due after the start.
  duration time_of(std::uint64_t number) const {
    return duration{
        static_cast<duration::rep>(std::ceil(static_cast<double>(number) * microseconds_))};
  }

  double microseconds_;  // Between two of them.
  processing_time start_{};
  bool has_started_ = false;
  std::uint64_t taken_ = 0;
};

}  // namespace weir
