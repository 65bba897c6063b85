// SPDX-License-Identifier: Apache-2.0
// What a simulation has found; see coordination/testing/simulation.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

enum class violation_kind : std::uint8_t {
  none,
  lost,          // Output is missing.
  duplicated,    // Output is there too often, or never should have been.
  stuck,         // No progress.
  failed,        // The job has failed.
  invariant,     // A rule of the protocol: coordination/simulation/protocol_invariants.hpp.
  checker,       // One of the test's own, or the order of a key's lines.
  unrepeatable,  // Two runs of one seed differ.
};

std::string_view to_string(violation_kind kind);

// How far a bounded search has come.
struct exploration_summary {
  std::uint64_t runs = 0;
  std::uint64_t known = 0;  // That there are; while not all have been run there may be more.
  bool is_covered = false;  // All were run.
  std::uint32_t covered_changes = 0;  // All with so many changes, or fewer, were run.
};

struct simulation_failure {
  std::uint64_t seed = 0;
  std::string run{};  // The name of the run in a bounded search; else empty.
  violation_kind kind = violation_kind::none;
  std::string violation{};            // The first, with what was seen.
  std::vector<std::string> plan{};    // The faults that are needed for it, a line each.
  std::size_t faults_drawn = 0;       // Before it was shrunk.
  std::vector<std::string> events{};  // The whole story of the shrunk run, a line each.
  std::string timeline{};             // The same as a page of HTML that needs nothing else.
};

struct simulation_report {
  std::uint64_t seeds = 0;  // That were run; of a bounded search, runs.
  std::uint64_t failed = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t stuck = 0;
  std::uint64_t faults = 0;
  std::uint64_t fewest_faults = 0;  // Of any seed.
  std::uint64_t steps = 0;          // Messages that were handled.
  duration simulated{};             // Virtual time of all runs.
  bool compares = false;            // The output with that of a run without faults.
  std::optional<exploration_summary> explored;
  std::optional<simulation_failure> first;
  std::optional<error> problem;  // Nothing was run.

  bool passed() const { return !problem && failed == 0; }
};

// How to see a failure again: "WEIR_SEEDS=8142", "WEIR_RUN=delay-1@40".
std::string replay_environment(const simulation_failure& failure);
// The same for the command line: "--seeds 8142", "--replay delay-1@40".
std::string replay_options(const simulation_failure& failure);

// A line of figures; of a failure also its seed, violation, faults and last events.
std::string to_string(const simulation_report& report);

}  // namespace weir
