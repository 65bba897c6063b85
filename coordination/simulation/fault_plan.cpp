// SPDX-License-Identifier: Apache-2.0
// Drawing, printing and applying; see coordination/simulation/fault_plan.hpp.
#include "coordination/simulation/fault_plan.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

// In (0, longest].
duration draw_span(random_numbers& random, duration longest) {
  const auto most = std::max<std::int64_t>(longest.count(), 1);
  return duration{1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most)))};
}

void happen(const planned_fault& fault, simulated_cluster& cluster) {
  if (fault.what == planned_fault::kind::pause) {
    cluster.pause_task_manager(fault.task_manager, fault.span);
    return;
  }
  cluster.crash_task_manager(fault.task_manager);
  if (fault.span == duration::zero()) return;
  cluster.world().after(fault.span,
                        [&cluster, n = fault.task_manager] { cluster.restart_task_manager(n); });
}

}  // namespace

fault_plan::fault_plan(std::vector<planned_fault> faults) : faults_{std::move(faults)} {
  std::stable_sort(faults_.begin(), faults_.end(),
                   [](const auto& left, const auto& right) { return left.when < right.when; });
}

fault_plan fault_plan::random(std::uint64_t seed, const fault_plan_options& options) {
  random_numbers random{mix(seed)};
  std::vector<planned_fault> faults;
  for (std::uint32_t i = 0; i < options.faults; ++i) {
    planned_fault fault;
    fault.when = draw_span(random, options.within) - duration{1};
    fault.task_manager = static_cast<std::uint32_t>(random.below(options.task_managers));
    if (random.below(2) == 0) {
      fault.what = planned_fault::kind::pause;
      fault.span = draw_span(random, options.longest_pause);
    } else if (options.one_crash_stays_in == 0 || random.below(options.one_crash_stays_in) != 0) {
      fault.span = draw_span(random, options.longest_outage);
    }
    faults.push_back(fault);
  }
  return fault_plan{std::move(faults)};
}

fault_plan fault_plan::without(std::size_t n) const {
  auto fewer = *this;
  fewer.faults_.erase(fewer.faults_.begin() + static_cast<std::ptrdiff_t>(n));
  return fewer;
}

void fault_plan::apply(simulated_cluster& cluster) const {
  for (const auto& fault : faults_) {
    cluster.world().after(fault.when, [&cluster, fault] { happen(fault, cluster); });
  }
}

std::string to_string(const planned_fault& fault) {
  const auto whom = "task manager " + std::to_string(fault.task_manager);
  const auto start = "at " + to_string(fault.when) + ": ";
  if (fault.what == planned_fault::kind::pause) {
    return start + "pause " + whom + " for " + to_string(fault.span);
  }
  return start + "crash " + whom +
         (fault.span == duration::zero() ? std::string{", for ever"}
                                         : ", restart it after " + to_string(fault.span));
}

std::string to_string(const fault_plan& plan) {
  std::string text;
  for (const auto& fault : plan.faults()) text += to_string(fault) + "\n";
  return text;
}

}  // namespace weir
