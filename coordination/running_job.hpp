// SPDX-License-Identifier: Apache-2.0
// A job that runs, wherever its tasks are, and what can be asked of it.
#pragma once

#include <optional>
#include <string>

#include "coordination/job_listener.hpp"

namespace weir {

// How a job ended.
struct job_outcome {
  job_state state = job_state::created;  // finished, failed or cancelled.
  std::optional<error> cause;            // With failed.
  job_totals totals;

  bool ok() const { return state == job_state::finished; }
};

// Safe to use from any thread.
class running_job {
public:
  virtual ~running_job() = default;
  // Waits for the job's end.
  virtual job_outcome wait() = 0;
  // Asks the job to end. `wait` then reports `cancelled`.
  virtual void cancel() = 0;
  // Asks for a savepoint in `directory`; empty: where the settings say. The listener is told what
  // has become of it.
  virtual void savepoint(std::string directory = {}) = 0;
  // Asks the job to end with a savepoint: then `wait` reports `finished`. If the savepoint fails
  // the job goes on. `drain`: event time comes to its end first.
  virtual void stop_with_savepoint(std::string directory = {}, bool drain = false) = 0;
};

}  // namespace weir
