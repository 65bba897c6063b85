// SPDX-License-Identifier: Apache-2.0
// Runs checkpoints: starts them, counts acknowledgements, completes or gives up on them. A pure
// state machine: it is told what happened and answers with what to do.
//
//            trigger                all tasks have                 the manifest
//            the sources            acknowledged                   has its name
//   (none) -------------> pending ----------------> being written -------------> completed
//                            |                             |                          |
//                            | declined, too late,         | the manifest             | enough
//                            newer | the attempt ended           | could not be written     | ones
//                            v                             v                          v
//                         failed: discarded <--------------+                      discarded
//
// Barriers travel in band from the sources. A task that has drained has no channel left to get one
// from, so it is triggered directly, when the checkpoint starts or when it drains meanwhile.
//
// A savepoint is a checkpoint that is wished for: it does not wait for the interval, and is copied
// when its manifest is written. It completes or fails as a whole. One that stops the job has the
// sources read nothing behind its barrier; should it fail, they read on. One that drains is the
// final checkpoint: the sources end at once, and everything else is as at the end of all input; it
// is tried again like that, until the attempt fails and the job goes back to before the end.
//
// Invariants:
//   (1) At most one checkpoint is pending or being written.
//   (2) An id is used once, whatever became of it and in whichever attempt.
//   (3) A manifest is written only when every task of the attempt has acknowledged.
//   (4) Once its manifest is being written, only the outcome of that decides about a checkpoint,
//       not the time and not the end of the attempt: the rename may already have made it the truth.
//   (5) A message of another attempt or about another checkpoint changes nothing.
//   (6) Every checkpoint that is triggered is completed or discarded, and not both, unless newer
//       ones have taken its place; the newest completed one is discarded only by discard_completed.
//   (7) A checkpoint starts no sooner than `interval` after the start of the last one and
//       `min_pause` after the completion of the last one. Only savepoints and the final one, at the
//       end of input, do not wait.
//   (8) Every savepoint that is requested ends once. When one that stops has completed, nothing is
//       triggered any more.
//   (9) What a checkpoint is based on was completed by the same attempt, or is what that was
//       restored from. It is not discarded before the checkpoint is completed or has failed: by (1)
//       no other completes meanwhile, and by (6) nothing else makes it go. Savepoints are based on
//       nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "actors/snapshot_facts.hpp"
#include "api/error.hpp"
#include "api/ids.hpp"
#include "api/job_options.hpp"
#include "api/time.hpp"
#include "coordination/savepoint_request.hpp"

namespace weir {

// What to do.
namespace checkpoint_commands {

// Tell these tasks to take a checkpoint, and the sources among them to send barriers.
struct trigger {
  attempt_number attempt;
  checkpoint_id id;
  std::vector<task_index> to;
  bool stops = false;  // The sources read nothing behind it.
  snapshot_base base{};
};
// Let these read on behind the checkpoint, which should have stopped them.
struct resume {
  attempt_number attempt;
  checkpoint_id id;
  std::vector<task_index> to;
};
// Let these sources end as if there were no more input.
struct end_input {
  attempt_number attempt;
  std::vector<task_index> to;
};
// Write the manifest and give it its name; answer with on_completed or on_not_completed.
struct write_manifest {
  checkpoint_id id;
  std::vector<snapshot_facts> tasks;             // By task index.
  std::optional<savepoint_request> savepoint{};  // Copy the checkpoint, too.
};
// Tell who asked. Without a cause the savepoint is complete.
struct savepoint_ended {
  savepoint_request request;
  checkpoint_id id;  // 0 if it never started.
  std::optional<error> cause;
};
// Tell every task of the attempt to commit what it has prepared up to this checkpoint.
struct announce_completed {
  attempt_number attempt;
  checkpoint_id id;
  bool is_final;       // It holds the end of all input.
  bool stops = false;  // The job ends here.
};
// Remove its files, and those that come later.
struct discard {
  checkpoint_id id;
};
struct fail_job {
  error cause;
};
// For the log and the progress line.
struct report {
  checkpoint_id id;
  duration took;               // From trigger to completion; zero if it failed.
  std::uint64_t bytes;         // Of all tasks; zero if it failed.
  duration longest_alignment;  // Of any task; zero if it failed.
  std::optional<error> cause;  // Why it failed; none: it is completed.
};

}  // namespace checkpoint_commands

using checkpoint_command =
    std::variant<checkpoint_commands::trigger, checkpoint_commands::write_manifest,
                 checkpoint_commands::announce_completed, checkpoint_commands::discard,
                 checkpoint_commands::fail_job, checkpoint_commands::report,
                 checkpoint_commands::resume, checkpoint_commands::end_input,
                 checkpoint_commands::savepoint_ended>;

struct checkpoint_policy {
  duration interval = std::chrono::seconds{1};
  duration timeout = std::chrono::minutes{10};
  duration min_pause = duration::zero();
  std::uint32_t tolerable_failed = 3;  // In a row, of one attempt.
  std::uint32_t retained = 1;          // At least 1.
};

checkpoint_policy checkpoint_policy_of(const job_options& options);

class checkpoint_coordinator {
public:
  using commands = std::vector<checkpoint_command>;

  // `highest_used` is the highest id that may have left anything behind; 0 if none has. `completed`
  // are those that are there and ours to discard, the oldest first.
  checkpoint_coordinator(const checkpoint_policy& policy, std::uint32_t task_count,
                         checkpoint_id highest_used, std::vector<checkpoint_id> completed = {});

  // What happened. After each, next_tick() may be another one.

  // All tasks of the attempt run. The first checkpoint starts an interval later. `restored`: what
  // the attempt was restored from, if that is in the job's own directory; else 0.
  // REQUIRES: no manifest is being written, so that none that is newer will be whole.
  void on_attempt_started(attempt_number attempt, std::vector<task_index> sources,
                          processing_time now, checkpoint_id restored = {});
  // The attempt fails, is cancelled or has finished. What is pending is discarded. What is being
  // written is not: wait for its outcome before the next attempt is restored.
  [[nodiscard]] commands on_attempt_ended();
  [[nodiscard]] commands on_tick(processing_time now);
  [[nodiscard]] commands on_acknowledged(attempt_number attempt, checkpoint_id id, task_index task,
                                         snapshot_facts facts);
  // The task could not take its part.
  [[nodiscard]] commands on_declined(attempt_number attempt, checkpoint_id id, task_index task,
                                     const error& cause);
  // The task has handled all its input.
  [[nodiscard]] commands on_task_drained(attempt_number attempt, task_index task);
  // The manifest has its name. `savepoint_failure`: but the savepoint's copy does not.
  [[nodiscard]] commands on_completed(checkpoint_id id, processing_time now,
                                      std::optional<error> savepoint_failure = std::nullopt);
  [[nodiscard]] commands on_not_completed(checkpoint_id id, const error& cause);
  // Every task has drained: take the final checkpoint as soon as none is under way, and no other
  // after it has completed. If it fails it is tried again at the next interval.
  [[nodiscard]] commands request_final(processing_time now);
  // Take it as soon as no checkpoint is under way; one that drains, when every task has drained.
  // Refused while no attempt runs, and after one that stops.
  [[nodiscard]] commands request_savepoint(savepoint_request request, processing_time now);
  // The job is over and nobody will restore it: every completed checkpoint goes.
  // REQUIRES: the attempt has ended and no manifest is being written.
  [[nodiscard]] commands discard_completed();

  // When on_tick has something to do, at the earliest; may be past. None: not before something
  // else happens.
  std::optional<processing_time> next_tick() const;
  std::optional<checkpoint_id> pending() const;
  bool is_manifest_being_written() const { return pending_ && pending_->is_being_written; }
  std::optional<checkpoint_id> last_completed() const;

private:
  struct pending_checkpoint {
    attempt_number attempt;
    checkpoint_id id;
    processing_time started;
    bool is_final;
    std::optional<savepoint_request> savepoint{};
    snapshot_base base{};
    bool is_being_written = false;
    std::set<task_index> triggered{};  // Directly.
    std::vector<std::optional<snapshot_facts>> acknowledged{};
    std::size_t missing = 0;
    std::uint64_t bytes = 0;
    duration longest_alignment{};

    bool stops() const { return savepoint && savepoint->then == after_savepoint::stop; }
  };

  struct savepoint_wish {
    savepoint_request request;
    processing_time since;
  };

  bool is_awaited(attempt_number attempt, checkpoint_id id) const;
  bool may_start() const;
  processing_time earliest_start() const;
  std::deque<savepoint_wish>::const_iterator next_wish() const;
  std::optional<error> refusal() const;
  void start(processing_time now, commands& out);
  void give_up(const error& cause, commands& out);
  void fail(error cause, commands& out);
  void end_savepoint(const pending_checkpoint& of, std::optional<error> cause, commands& out);
  void end_wishes(const error& cause, commands& out);
  void count_failure(const error& cause, commands& out);

  checkpoint_policy policy_;
  std::uint32_t task_count_;
  checkpoint_id last_used_;
  std::deque<checkpoint_id> completed_;  // The oldest first.
  std::optional<pending_checkpoint> pending_;

  // Of the attempt that runs; none: no checkpoint starts.
  std::optional<attempt_number> attempt_;
  // The newest that the attempt has completed, or what it was restored from; 0: none.
  checkpoint_id newest_of_attempt_;
  std::vector<task_index> sources_;
  std::set<task_index> drained_;
  processing_time due_;         // By the interval.
  processing_time pause_over_;  // By the pause.
  std::uint32_t failures_in_a_row_ = 0;
  bool is_final_wanted_ = false;
  bool has_final_ = false;
  bool has_stopped_ = false;
  std::deque<savepoint_wish> wishes_;  // As they came.
  bool has_failed_the_job_ = false;
};

}  // namespace weir
