// SPDX-License-Identifier: Apache-2.0
// `./job --simulate`: a simulation from the command line, with no test written.
//
//   ./fraud_alerts --simulate --seeds 1..10000 --faults crash,disk
//   ./fraud_alerts --simulate --exhaustive deviations=1,crashes=1 -P payments=200
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/environment.hpp"
#include "coordination/testing/simulation.hpp"

namespace weir {

struct simulate_request {
  seed_range seeds{1, 1000};
  std::vector<std::string> faults;                // Of fault_names().
  std::optional<exhaustive_bounds> exhaustive{};  // Instead of seeds and faults.
  std::string replay{};                           // Of such a search that run; empty: all.
};

// Of "deviations=1,crashes=1,runs=20000,steps=500", any of which may be missing; "default" is none.
result<exhaustive_bounds> parse_bounds(const std::string& text);

// What --faults may list besides "default", which is all of them, and "none".
std::vector<std::string_view> fault_names();
// Of "crash,disk". An error says what there is.
result<std::vector<std::string>> parse_faults(const std::string& text);

struct simulate_output {
  std::function<void(std::string_view)> line;  // For what stays: the summary, the failure.
  std::function<void(std::string_view)>
      progress;  // A line that the next one may take the place of.
};

// Simulates the job with these settings: on two task managers at least, with checkpoints every 50
// ms, on a disk of its own behind which the real one can be read. What it writes to files is
// compared with a run without faults. The story of a failure is written to "<job>-seed-<n>.html",
// in the working directory. Returns the exit status.
int simulate_job(const environment& env, const job_options& options,
                 const simulate_request& request, const simulate_output& output);

}  // namespace weir
