// SPDX-License-Identifier: Apache-2.0
// The logs that a simulated job reads and writes: filled anew for each run, and looked at behind
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordination/simulation/simulated_log.hpp"
#include "coordination/testing/committed_output.hpp"

namespace weir {

struct filled_log {
  std::shared_ptr<simulated_log> log;
  std::function<void(simulated_log&)> fill;  // May be empty.
};

// Of one run at a time: the logs are shared with the job.
class job_logs {
public:
  job_logs(const std::vector<filled_log>& logs, std::uint64_t seed, simulated_log::clock now,
           const simulated_log::fault_listener& on_fault);
  // Nothing of the run is left in the logs but their content.
  ~job_logs();
  job_logs(const job_logs&) = delete;
  job_logs& operator=(const job_logs&) = delete;

  void set_faults(const log_fault_chances& chances);
  // No request is on its way any more.
  void settle();
  // What was written to their topics, each of which counts as a path.
  void add_to(committed_output& output) const;
  // None: none of them has such a topic. In the order of output_of.
  std::optional<std::vector<log_record>> records_of(const std::string& topic) const;
  // The same as lines of text.
  std::optional<std::vector<std::string>> lines_of(const std::string& topic) const;

private:
  std::vector<std::shared_ptr<simulated_log>> logs_;
};

// "key=value", "value", "key=" for a record without a value.
std::string line_of(const log_record& record);

}  // namespace weir
