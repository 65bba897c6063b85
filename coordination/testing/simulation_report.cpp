// SPDX-License-Identifier: Apache-2.0
// Text of coordination/testing/simulation_report.hpp.
#include "coordination/testing/simulation_report.hpp"

#include <algorithm>
#include <cstdio>

namespace weir {

namespace {

constexpr std::size_t most_events = 30;

std::string summary(const simulation_report& report) {
  char simulated[32];
  std::snprintf(simulated, sizeof simulated, "%.1f",
                static_cast<double>(report.simulated.count()) / 1e6);
  return std::to_string(report.seeds) + " seeds, " + std::to_string(report.faults) + " faults, " +
         std::to_string(report.steps) + " steps, " + simulated +
         " s simulated: " + std::to_string(report.failed) + " failed, " +
         std::to_string(report.lost) + " lost, " + std::to_string(report.duplicated) +
         " duplicated, " + std::to_string(report.stuck) + " stuck\n";
}

std::string explanation(const simulation_failure& failure) {
  std::string text = "seed " + std::to_string(failure.seed) + ": " +
                     std::string{to_string(failure.kind)} + ": " + failure.violation + "\n";
  if (failure.plan.empty()) {
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
    case violation_kind::checker:
      return "violated";
    case violation_kind::unrepeatable:
      return "unrepeatable";
  }
  return "unknown";
}

std::string to_string(const simulation_report& report) {
  if (report.problem) return "cannot be simulated: " + report.problem->message + "\n";
  return summary(report) + (report.first ? explanation(*report.first) : std::string{});
}

}  // namespace weir
