// SPDX-License-Identifier: Apache-2.0
// Everything that goes wrong in one run, as values: drawn from its seed, and taken away one by one
// until only what matters is left.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coordination/simulation/fault_plan.hpp"
#include "coordination/testing/run_changes.hpp"
#include "coordination/testing/simulation.hpp"

namespace weir {

// A cluster ends and the next one goes on.
struct planned_end {
  enum class kind : std::uint8_t { kill, power_loss, savepoint };
  duration when{};
  kind what = kind::kill;
  std::uint32_t parallelism = 0;  // Of the next; 0: as it was.
};
std::string to_string(const planned_end& end);

// Which faults there may be.
struct fault_settings {
  std::optional<crash_faults> crashes{};
  std::optional<pause_faults> pauses{};
  std::optional<partition_faults> partitions{};
  std::optional<link_faults> links{};
  std::optional<clock_faults> clocks{};
  std::optional<outage_faults> outages{};
  std::optional<disk_fault_chances> disk{};
  std::optional<log_fault_chances> log{};
  std::vector<planned_end> rescales{};

  bool any() const {
    return crashes || pauses || partitions || links || clocks || outages || disk || log ||
           !rescales.empty();
  }
};

struct simulation_plan {
  std::vector<planned_fault> faults{};
  std::vector<planned_end> ends{};  // In the order of their times.
  bool has_disk_faults = false;
  bool has_log_faults = false;
  // None: a seed's run. Else one of a bounded search: its schedule is a queue, and nothing of its
  // faults is chance.
  std::optional<run_changes> changes{};

  // Of what a seed has drawn.
  std::size_t size() const {
    return faults.size() + ends.size() + (has_disk_faults ? 1 : 0) + (has_log_faults ? 1 : 0);
  }
  // Without those in [first, first + count), counted through all four.
  simulation_plan without(std::size_t first, std::size_t count) const;
};

// For `task_managers`, in [0, span).
simulation_plan draw_plan(std::uint64_t seed, const fault_settings& settings,
                          std::uint32_t task_managers, duration span);

// Whether nobody is kept from removing what is not needed any more: neither by a disk that fails
// nor by its end, and nobody writes on who was given up.
bool can_tidy_up(const simulation_plan& plan);

// Each third seed runs its actors by priorities: what takes few events in one order is found by
// those, what takes many by the others.
schedule_options schedule_of(const simulation_plan& plan, std::uint64_t seed);

// What they are for a simulated disk.
disk_fault_rates rates_of(const disk_fault_chances& chances);

// A line for each.
std::vector<std::string> lines_of(const simulation_plan& plan, const fault_settings& settings);

// The least of a plan for which `still_fails`, as far as taking away parts of it leads there
// (ddmin: Zeller and Hildebrandt, IEEE TSE 2002), and then halving what is left. Asks at most
// `most_runs` times. REQUIRES: still_fails(plan).
simulation_plan shrink(simulation_plan plan,
                       const std::function<bool(const simulation_plan&)>& still_fails,
                       std::size_t most_runs);

}  // namespace weir
