// SPDX-License-Identifier: Apache-2.0
// A whole cluster in this process: one node with the job manager, the task managers and their
// slots. The embedded default of every program, and what tests run jobs on.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/job_graph.hpp"
#include "coordination/job_listener.hpp"

namespace weir {

// How a job ended.
struct job_outcome {
  job_state state = job_state::created;  // finished, failed or cancelled.
  std::optional<error> cause;            // With failed.
  job_totals totals;

  bool ok() const { return state == job_state::finished; }
};

class local_cluster {
public:
  // Starts the job. `graph` and `listener` outlive the cluster; `listener` may be null.
  // REQUIRES: validate(graph, options) succeeded.
  local_cluster(const job_graph& graph, job_options options, job_listener* listener);
  // Ends the job if it is still running.
  ~local_cluster();

  // Waits for the job's end.
  job_outcome wait();
  // Asks the job to end. `wait` then reports `cancelled`. Safe to call from any thread.
  void cancel();
  // Asks for a savepoint in `directory`; empty: where the settings say. The listener is told what
  // has become of it. Safe to call from any thread, as is the next.
  void savepoint(std::string directory = {});
  // Asks the job to end with a savepoint: then `wait` reports `finished`. If the savepoint fails
  // the job goes on. `drain`: event time comes to its end first.
  void stop_with_savepoint(std::string directory = {}, bool drain = false);

private:
  struct machinery;
  std::unique_ptr<machinery> machinery_;
};

// Validates `graph`, runs it to its end and says how it went.
job_outcome run_locally(const job_graph& graph, job_options options,
                        job_listener* listener = nullptr);

}  // namespace weir
