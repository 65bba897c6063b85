// SPDX-License-Identifier: Apache-2.0
// The tree of runs; see coordination/testing/bounded_exploration.hpp.
#include "coordination/testing/bounded_exploration.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

struct spent {
  std::uint64_t delays = 0;
  std::uint64_t crashes = 0;
};

spent spent_by(const run_changes& run) {
  spent sum;
  for (const auto& each : run) {
    each.what == run_change::kind::crash ? ++sum.crashes : sum.delays += each.number;
  }
  return sum;
}

}  // namespace

bounded_exploration::bounded_exploration(const exhaustive_bounds& bounds,
                                         std::uint32_t task_managers)
    : bounds_{bounds},
      task_managers_{task_managers},
      pending_(std::size_t{bounds.deviations} + bounds.crashes + 1),
      left_out_(pending_.size()) {
  WEIR_ASSERT(task_managers <= most_task_managers);
  pending_.front().emplace_back();
}

std::optional<run_changes> bounded_exploration::next() {
  if (started_ >= bounds_.most_runs) return std::nullopt;
  for (auto& cheapest : pending_) {
    if (cheapest.empty()) continue;
    auto run = std::move(cheapest.front());
    cheapest.pop_front();
    ++started_;
    return run;
  }
  return std::nullopt;
}

void bounded_exploration::on_run(const run_changes& run, const std::vector<step_choices>& seen) {
  const auto sum = spent_by(run);
  const auto delays_left = bounds_.deviations - sum.delays;
  const auto first = run.empty() ? 1 : run.back().step;
  const auto last = std::min<std::uint64_t>(seen.size(), bounds_.first_steps);
  for (auto step = first; step <= last; ++step) {
    const auto& at = seen[step - 1];
    for (std::uint32_t n = 0; sum.crashes < bounds_.crashes && n < task_managers_; ++n) {
      if ((at.living >> n & 1U) == 0) continue;
      consider(run, {step, run_change::kind::crash, n + 1});
    }
    for (std::uint32_t k = 1; k <= delays_left && k < at.ready; ++k) {
      consider(run, {step, run_change::kind::delay, k});
    }
  }
}

void bounded_exploration::consider(const run_changes& run, const run_change& change) {
  if (!run.empty() && change.step == run.back().step) {
    // One choice is changed once; that two wait is a change of its own.
    if (change <= run.back() || run.back().what == run_change::kind::delay) return;
  }
  ++known_;
  auto next = run;
  next.push_back(change);
  const auto sum = spent_by(next);
  const auto cost = sum.delays + sum.crashes;
  std::uint64_t waiting = 0;
  for (std::size_t i = 0; i <= cost; ++i) waiting += pending_[i].size();
  if (started_ + waiting >= bounds_.most_runs) {
    ++left_out_[cost];
  } else {
    pending_[cost].push_back(std::move(next));
  }
}

exploration_summary bounded_exploration::summary() const {
  exploration_summary sum{.runs = started_, .known = known_};
  for (std::size_t cost = 0; cost < pending_.size(); ++cost) {
    if (!pending_[cost].empty() || left_out_[cost] > 0) return sum;
    sum.covered_changes = static_cast<std::uint32_t>(cost);
  }
  sum.is_covered = true;
  return sum;
}

}  // namespace weir
