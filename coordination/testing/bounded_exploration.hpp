// SPDX-License-Identifier: Apache-2.0
// The search through all runs within a bound: which run is next, and whether that was all.
//
// The first run has no changes. Each run shows what could have been different in it: at each step,
// how many actors could have run, and which task managers lived. Every run that has one change
// more, behind the last of its own, is a run of the search. So they form a tree: each set of
// changes has one way to it, along its changes in their order, and is run once.
//
// Runs with fewer changes come first, so the first that fails has the fewest that it takes:
// Musuvathi and Qadeer, Iterative Context Bounding for Systematic Testing of Multithreaded
// Programs, PLDI 2007; with delays in place of preemptions: Emmi, Qadeer, Rakamaric, Delay-Bounded
// Scheduling, POPL 2011.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "coordination/testing/run_changes.hpp"
#include "coordination/testing/simulation.hpp"

namespace weir {

// What could have been different at one step of a run.
struct step_choices {
  std::uint32_t ready = 0;   // Actors; 0: the step moved time.
  std::uint64_t living = 0;  // Task managers before the step: bit n is that of number n + 1.
};

class bounded_exploration {
public:
  static constexpr std::uint32_t most_task_managers = 64;

  // REQUIRES: task_managers <= most_task_managers.
  bounded_exploration(const exhaustive_bounds& bounds, std::uint32_t task_managers);

  // The next run; none when all or `most_runs` have been run.
  std::optional<run_changes> next();
  // What was seen in it: at index i the choices of step i + 1. REQUIRES: `run` came from next().
  void on_run(const run_changes& run, const std::vector<step_choices>& seen);

  exploration_summary summary() const;

private:
  void consider(const run_changes& run, const run_change& change);

  exhaustive_bounds bounds_;
  std::uint32_t task_managers_;
  // By what their changes cost in sum: a crash one, a delay as many as wait. Bounded by most_runs.
  std::vector<std::deque<run_changes>> pending_;
  std::vector<std::uint64_t> left_out_;  // Of each cost, for want of runs.
  std::uint64_t known_ = 1;
  std::uint64_t started_ = 0;
};

}  // namespace weir
