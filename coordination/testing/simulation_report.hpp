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
  checker,       // One of the test's own, or the order of a key's lines.
  unrepeatable,  // Two runs of one seed differ.
};

std::string_view to_string(violation_kind kind);

struct simulation_failure {
  std::uint64_t seed = 0;
  violation_kind kind = violation_kind::none;
  std::string violation{};            // The first, with what was seen.
  std::vector<std::string> plan{};    // The faults that are needed for it, a line each.
  std::size_t faults_drawn = 0;       // Before it was shrunk.
  std::vector<std::string> events{};  // The whole story of the shrunk run, a line each.
  std::string timeline{};             // The same as a page of HTML that needs nothing else.
};

struct simulation_report {
  std::uint64_t seeds = 0;  // That were run.
  std::uint64_t failed = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t stuck = 0;
  std::uint64_t faults = 0;
  std::uint64_t fewest_faults = 0;  // Of any seed.
  std::uint64_t steps = 0;          // Messages that were handled.
  duration simulated{};             // Virtual time of all runs.
  bool compares = false;            // The output with that of a run without faults.
  std::optional<simulation_failure> first;
  std::optional<error> problem;  // Nothing was run.

  bool passed() const { return !problem && failed == 0; }
};

// A line of figures; of a failure also its seed, violation, faults and last events.
std::string to_string(const simulation_report& report);

}  // namespace weir
