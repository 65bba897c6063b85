// SPDX-License-Identifier: Apache-2.0
// The checkpoints of one job, as its job manager deals with them: the decisions of the coordinator,
// carried out on the disk. What is left is messages; `orders` says which.
//
//   directory/lock              held while the job runs
//   directory/life-4            this job manager is the fourth there
//   directory/restore-1.after-0 which wish to begin with a checkpoint is carried out
//   directory/chk-17/...        snapshots of the tasks, and the manifest that makes them one
//   savepoints/savepoint-18-5f1c/...   a copy of chk-18, see state/savepoint_copy.hpp
//
// Not thread-safe; the job manager's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/attempt_token.hpp"
#include "api/file_system.hpp"
#include "coordination/checkpoint_coordinator.hpp"
#include "coordination/execution_graph.hpp"
#include "coordination/job_lifecycle.hpp"
#include "state/checkpoint_directory.hpp"
#include "state/restored_bytes.hpp"

namespace weir {

class job_checkpoints {
public:
  // What to tell others.
  struct orders {
    std::vector<checkpoint_commands::trigger> triggers;
    std::vector<checkpoint_commands::resume> resumes;
    std::vector<checkpoint_commands::end_input> ended_inputs;
    std::vector<checkpoint_commands::announce_completed> completed;
    std::vector<checkpoint_commands::report> reports;
    std::vector<savepoint_outcome> savepoints;
    std::vector<error> warnings;  // What the user should see, though the job goes on.
    std::optional<error> failure;
  };
  // What an attempt begins with.
  struct beginning {
    checkpoint_id checkpoint;           // 0: nothing, it starts afresh.
    std::vector<snapshot_place> files;  // Of all tasks.
    std::vector<error> warnings;
  };

  // `files` outlives the checkpoints.
  job_checkpoints(std::shared_ptr<const execution_graph> graph, file_system& files);
  ~job_checkpoints();

  // Whether the job takes checkpoints; without, nothing below but `begin` does anything.
  bool is_enabled() const noexcept { return coordinator_.has_value(); }

  // Takes possession of the directory and begins a life in it; without one, in none. `chance` is
  // drawn at random. Errors: it is another job's, or not to be written; or in use, after which it
  // can be tried again.
  [[nodiscard]] status open(std::uint64_t chance);
  // REQUIRES: open() has succeeded.
  attempt_token token_of(attempt_number attempt) const;
  // The newest checkpoint that is whole, or what the options say for the first attempt. Errors: it
  // does not fit the job.
  [[nodiscard]] result<beginning> begin(attempt_number attempt);

  // Whether it is of this job and of as many key groups, so that there is something to compare.
  [[nodiscard]] status check_kinship(const checkpoint_manifest& manifest) const;

  // The job has come to `state`, in `attempt`.
  [[nodiscard]] orders on_state(job_state state, attempt_number attempt, processing_time now);
  [[nodiscard]] orders on_tick(processing_time now);
  [[nodiscard]] orders on_acknowledged(attempt_number attempt, checkpoint_id id, task_index task,
                                       snapshot_facts facts, processing_time now);
  [[nodiscard]] orders on_declined(attempt_number attempt, checkpoint_id id, task_index task,
                                   const error& cause, processing_time now);
  [[nodiscard]] orders on_task_drained(attempt_number attempt, task_index task,
                                       processing_time now);
  // The checkpoint at the end of all input.
  [[nodiscard]] orders request_final(processing_time now);
  // Errors are outcomes. An empty directory is that of the settings.
  [[nodiscard]] orders request_savepoint(savepoint_request request, processing_time now);

  // When on_tick has something to do, at the earliest.
  std::optional<processing_time> next_tick() const;

private:
  orders on_attempt_started(attempt_number attempt, processing_time now);
  orders carry_out(checkpoint_coordinator::commands commands, processing_time now);
  [[nodiscard]] status check_job(const checkpoint_manifest& manifest) const;
  checkpoint_coordinator::commands complete(const checkpoint_commands::write_manifest& order,
                                            processing_time now);
  checkpoint_manifest manifest_of(const checkpoint_commands::write_manifest& order,
                                  processing_time now) const;
  [[nodiscard]] status check(const checkpoint_manifest& manifest) const;
  [[nodiscard]] result<std::optional<checkpoint_directory::found>> find(attempt_number attempt);

  std::shared_ptr<const execution_graph> graph_;
  file_system* files_;
  checkpoint_directory directory_;
  std::unique_ptr<file_lock> lock_;
  attempt_token life_;
  std::optional<checkpoint_coordinator> coordinator_;
  attempt_number attempt_;  // The last that has started.
  // Tasks that had nothing to do drain before the last task of their attempt has started.
  std::vector<std::pair<attempt_number, task_index>> drained_early_;
  checkpoint_id restored_of_ours_;  // What the attempt began with, if that is in directory_.
  // What was there when the job, or its wish to restore something, was begun with; not ours unless
  // restored.
  checkpoint_id before_us_;
};

}  // namespace weir
