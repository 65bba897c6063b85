// SPDX-License-Identifier: Apache-2.0
// Who wants to know how a job is doing: the progress line, the log, a test. Called by the job
// manager, from its thread, never twice at once; must not block.
#pragma once

#include <optional>
#include <vector>

#include "api/error.hpp"
#include "api/time.hpp"
#include "coordination/checkpoint_coordinator.hpp"
#include "coordination/job_lifecycle.hpp"
#include "coordination/listed_task.hpp"
#include "state/restored_bytes.hpp"

namespace weir {

// The sums over all tasks of a job.
struct job_totals {
  std::uint64_t records_read = 0;     // By the sources.
  std::uint64_t records_written = 0;  // By the sinks.
  std::uint64_t late_dropped = 0;
  std::uint64_t skipped = 0;
  std::uint64_t dead_lettered = 0;
  std::optional<event_time> watermark{};  // The lowest of the sinks; none before the first.
  std::uint32_t missing_slots = 0;        // For which the job waits.
};

class job_listener {
public:
  virtual ~job_listener() = default;
  // `cause` comes with failing, restarting and failed.
  virtual void on_state(job_state state, const std::optional<error>& cause,
                        processing_time now) = 0;
  virtual void on_progress(const job_totals& totals, processing_time now) = 0;
  // Where its tasks are and what they do, each time before on_progress that it has changed.
  virtual void on_tasks(const std::vector<listed_task>& tasks) { static_cast<void>(tasks); }
  // A checkpoint has completed or failed.
  virtual void on_checkpoint(const checkpoint_commands::report& report, processing_time now) {
    static_cast<void>(report);
    static_cast<void>(now);
  }
  // A savepoint that was asked for is complete, or has failed.
  virtual void on_savepoint(const savepoint_outcome& outcome, processing_time now) {
    static_cast<void>(outcome);
    static_cast<void>(now);
  }
  // All tasks have begun with a checkpoint; told of jobs that keep local backups.
  virtual void on_restored(checkpoint_id checkpoint, const restored_bytes& read,
                           processing_time now) {
    static_cast<void>(checkpoint);
    static_cast<void>(read);
    static_cast<void>(now);
  }
  // Something is not as it should be, but the job goes on.
  virtual void on_warning(const error& what, processing_time now) {
    static_cast<void>(what);
    static_cast<void>(now);
  }
};

}  // namespace weir
