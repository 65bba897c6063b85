// SPDX-License-Identifier: Apache-2.0
// A whole cluster in this process: one node with the job manager, the task managers and their
// slots. The embedded default of every program, and what tests run jobs on.
#pragma once

#include <memory>
#include <string>

#include "api/job_graph.hpp"
#include "coordination/job_listener.hpp"
#include "coordination/running_job.hpp"

namespace weir {

class local_cluster final : public running_job {
public:
  // Starts the job. `graph` and `listener` outlive the cluster; `listener` may be null.
  // REQUIRES: validate(graph, options) succeeded.
  local_cluster(const job_graph& graph, job_options options, job_listener* listener);
  // Ends the job if it is still running.
  ~local_cluster() override;

  job_outcome wait() override;
  void cancel() override;
  void savepoint(std::string directory = {}) override;
  void stop_with_savepoint(std::string directory = {}, bool drain = false) override;

private:
  struct machinery;
  std::unique_ptr<machinery> machinery_;
};

// Validates `graph`, runs it to its end and says how it went.
job_outcome run_locally(const job_graph& graph, job_options options,
                        job_listener* listener = nullptr);

}  // namespace weir
