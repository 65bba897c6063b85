// SPDX-License-Identifier: Apache-2.0
// What a simulation is made of: what was asked for, and the search for a seed that fails.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordination/testing/simulation_run.hpp"

namespace weir {

struct simulation::machinery {
  std::unique_ptr<environment> own;
  const environment* env = nullptr;
  job_graph graph;  // The job's, with simulated ends.
  std::optional<error> problem;
  simulated_job job;
  duration lasting = std::chrono::seconds{2};
  bool is_exactly_once_expected = false;
  bool may_have_no_output = false;
  bool keeps_going = false;
  seed_range seeds;
  std::optional<exhaustive_bounds> bounds;
  std::optional<run_changes> replayed;
  std::function<void(std::uint64_t, std::uint64_t)> listener;
  std::set<std::string> moments;  // That have come in any run.

  void note(std::string what) {
    if (!problem) problem = error{error_code::invalid_argument, std::move(what)};
  }
  status prepare();
  status run_references();
  // Whether a bounded search can be made of it.
  status check_bounds() const;
  void run_seeds(simulation_report& report);
  void explore(simulation_report& report);
  void replay(simulation_report& report);
  // Answers whether to go on.
  bool add(simulation_report& report, std::uint64_t seed, const simulation_plan& plan,
           const run_outcome& outcome);
  simulation_failure explain(std::uint64_t seed, const simulation_plan& plan,
                             const run_outcome& outcome) const;
};

}  // namespace weir
