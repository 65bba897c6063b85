// SPDX-License-Identifier: Apache-2.0
// Text of coordination/testing/simulation_report.hpp.
#include "coordination/testing/simulation_report.hpp"

#include <algorithm>
#include <cstdio>

namespace weir {

namespace {

constexpr std::size_t most_events = 30;

std::string text_of(const exploration_summary& search) {
  const auto runs = std::to_string(search.runs);
  if (search.is_covered) return "all " + runs + " runs within the bounds";
  return runs + " of at least " + std::to_string(search.known) +
         " runs within the bounds, all with up to " + std::to_string(search.covered_changes) +
         " changes";
}

std::string summary(const simulation_report& report) {
  char simulated[32];
  std::snprintf(simulated, sizeof simulated, "%.1f",
                static_cast<double>(report.simulated.count()) / 1e6);
  const auto runs = report.explored ? text_of(*report.explored)
                                    : std::to_string(report.seeds) + " seeds, " +
                                          std::to_string(report.faults) + " faults";
  return runs + ", " + std::to_string(report.steps) + " steps, " + simulated +
         " s simulated: " + std::to_string(report.failed) + " failed, " +
         std::to_string(report.lost) + " lost, " + std::to_string(report.duplicated) +
         " duplicated, " + std::to_string(report.stuck) + " stuck\n";
}

std::string explanation(const simulation_failure& failure) {
  std::string text =
      (failure.run.empty() ? "seed " + std::to_string(failure.seed) : "run " + failure.run) + ": " +
      std::string{to_string(failure.kind)} + ": " + failure.violation + "\n";
  if (!failure.run.empty()) {
    for (const auto& each : failure.plan) text += "  " + each + "\n";
  } else if (failure.plan.empty()) {
    text += "no fault is needed for it\n";
  } else {
    text += "with " + std::to_string(failure.plan.size()) + " of " +
            std::to_string(std::max(failure.faults_drawn, failure.plan.size())) + " faults:\n";
    for (const auto& each : failure.plan) text += "  " + each + "\n";
  }
  const auto first =
      failure.events.size() - std::min<std::size_t>(most_events, failure.events.size());
  if (first < failure.events.size()) text += "the last that happened:\n";
  for (auto i = first; i < failure.events.size(); ++i) text += "  " + failure.events[i] + "\n";
  return text;
}

}  // namespace

std::string_view to_string(violation_kind kind) {
  switch (kind) {
    case violation_kind::none:
      return "passed";
    case violation_kind::lost:
      return "lost";
    case violation_kind::duplicated:
      return "duplicated";
    case violation_kind::stuck:
      return "stuck";
    case violation_kind::failed:
      return "failed";
    case violation_kind::invariant:
      return "broken invariant";
    case violation_kind::checker:
      return "violated";
    case violation_kind::unrepeatable:
      return "unrepeatable";
  }
  return "unknown";
}

std::string replay_environment(const simulation_failure& failure) {
  return failure.run.empty() ? "WEIR_SEEDS=" + std::to_string(failure.seed)
                             : "WEIR_RUN=" + failure.run;
}

std::string replay_options(const simulation_failure& failure) {
  return failure.run.empty() ? "--seeds " + std::to_string(failure.seed)
                             : "--replay " + failure.run;
}

std::string to_string(const simulation_report& report) {
  if (report.problem) return "cannot be simulated: " + report.problem->message + "\n";
  return summary(report) + (report.first ? explanation(*report.first) : std::string{});
}

}  // namespace weir
