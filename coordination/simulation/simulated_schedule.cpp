// SPDX-License-Identifier: Apache-2.0
// The choices of coordination/simulation/simulated_schedule.hpp.
#include "coordination/simulation/simulated_schedule.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "api/error.hpp"

namespace weir {

simulated_schedule::simulated_schedule(std::uint64_t seed, schedule_options options)
    : options_{options}, random_{seed} {
  WEIR_ASSERT(options.depth > 0 && options.steps > 0);
  if (needs_names()) draw_changes();
}

void simulated_schedule::draw_changes() {
  changes_.clear();
  for (std::uint32_t i = 1; i < options_.depth; ++i) {
    changes_.push_back(random_.below(options_.steps));
  }
  std::sort(changes_.begin(), changes_.end(), std::greater{});
}

std::int64_t simulated_schedule::priority_of(std::uint64_t actor) {
  const auto found = priorities_.find(actor);
  if (found != priorities_.end()) return found->second;
  const auto drawn = static_cast<std::int64_t>(random_.next() >> 2U);
  return priorities_.emplace(actor, drawn).first->second;
}

std::size_t simulated_schedule::choose(std::size_t ready) {
  if (!is_queue()) return random_.below(ready);
  return std::min<std::size_t>(std::exchange(passed_over_, 0), ready - 1);
}

std::size_t simulated_schedule::choose(const std::vector<std::uint64_t>& ready) {
  WEIR_ASSERT(!ready.empty());
  const auto highest = [&] {
    std::size_t best = 0;
    for (std::size_t i = 1; i < ready.size(); ++i) {
      if (priority_of(ready[i]) > priority_of(ready[best])) best = i;
    }
    return best;
  };
  for (; !changes_.empty() && changes_.back() == step_; changes_.pop_back()) {
    priorities_[ready[highest()]] = --lowest_;
  }
  if (++step_ == options_.steps) {
    step_ = 0;
    draw_changes();
  }
  return highest();
}

}  // namespace weir
