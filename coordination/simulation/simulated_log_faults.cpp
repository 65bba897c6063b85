// SPDX-License-Identifier: Apache-2.0
// Drawing; see coordination/simulation/simulated_log_faults.hpp.
#include "coordination/simulation/simulated_log_faults.hpp"

#include <algorithm>

namespace weir {

bool simulated_log_faults::strikes(double chance) {
  return chance > 0 && static_cast<double>(random_.below(1'000'000)) < chance * 1e6;
}

simulated_log_faults::fate simulated_log_faults::next(processing_time now) {
  if (now < back_at_) return fate::away;
  if (strikes(chances_.outage)) {
    const auto width =
        std::max<std::int64_t>(0, (chances_.longest_outage - chances_.shortest_outage).count());
    const auto extra = random_.below(static_cast<std::uint64_t>(width) + 1);
    back_at_ = now + chances_.shortest_outage + duration{static_cast<std::int64_t>(extra)};
    return fate::outage_begins;
  }
  return strikes(chances_.broker_error) ? fate::broker_error : fate::answered;
}

simulated_log_faults::commit_fate simulated_log_faults::next_commit() {
  if (!strikes(chances_.unknown_commit)) return commit_fate::answered;
  switch (random_.below(3)) {
    case 0:
      return commit_fate::lost;
    case 1:
      return commit_fate::applied;
    default:
      return commit_fate::late;
  }
}

duration simulated_log_faults::delay() {
  constexpr duration longest = std::chrono::milliseconds{300};
  return duration{
      static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(longest.count()) + 1))};
}

}  // namespace weir
