// SPDX-License-Identifier: Apache-2.0
// The life of a job, and what a failure does to it. The only place that decides.
//
//   created -> deploying -> running -> finishing -> finished
//                 ^  |         |           |
//                 |  +------> failing <----+     a task or a task manager fails
//                 |              |
//                 |              +--> failed     once every task is gone: no retry helps, or
//                 |              v               the restart strategy gives up
//                 +--------- restarting          once the wait is over and there are slots
//
//   created, deploying, running, failing, restarting -> cancelling -> cancelled
//
// A job is finishing when every task has handled all its input, and the final checkpoint, if there
// is one, is complete: tasks make visible what they have written, and end. So it is when the
// savepoint is complete that it stops with, wherever its tasks are. If that fails the job restarts
// like any other: what is committed twice is committed once. After its savepoint, which somebody
// may have gone on from, it does nothing more: it goes from deploying to finishing, and ends there.
//
// Not retried are errors that would come again: a plan that cannot run (plan_error), a wrong
// setting (invalid_argument), damaged bytes (corrupt_data), a record that has failed the job three
// times (poison_record); and what keeps the first attempt from being deployed at all.
//
// Invariants:
//   (1) A final state, and restarting, are reached only when every deployed task has reported its
//       end. So no two attempts run at once.
//   (2) A message from another attempt changes nothing.
//   (3) The cause of a failure is the first one reported; what it drags along is not.
//   (4) finished, failed and cancelled are final.
//   (5) The job is not told to end before every task has drained and the final checkpoint is
//       complete, or the savepoint it stops with; after that, a cancel comes too late, unless the
//       job fails once more.
//   (6) A job that was cancelled while it failed or waited is never deployed again.
//   (7) Once told to stop at a savepoint, the job never runs again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/error.hpp"
#include "api/ids.hpp"
#include "api/time.hpp"
#include "coordination/restart_strategy.hpp"

namespace weir {

enum class job_state : std::uint8_t {
  created,
  deploying,
  running,
  finishing,
  failing,
  restarting,
  cancelling,
  finished,
  failed,
  cancelled,
};

std::string_view to_string(job_state state);

constexpr bool is_final(job_state state) {
  return state == job_state::finished || state == job_state::failed ||
         state == job_state::cancelled;
}

// Whether another attempt may do better.
constexpr bool may_help_to_retry(error_code code) {
  return code != error_code::plan_error && code != error_code::invalid_argument &&
         code != error_code::corrupt_data && code != error_code::poison_record;
}

// What to do.
struct deploy_tasks {
  attempt_number attempt;
};
struct connect_tasks {
  attempt_number attempt;
};
// Answer with on_final_checkpoint_completed.
struct take_final_checkpoint {
  attempt_number attempt;
};
struct commit_tasks {
  attempt_number attempt;
};
// Commit what belongs to the checkpoint, and end there.
struct stop_tasks {
  attempt_number attempt;
  checkpoint_id checkpoint;
};
struct cancel_tasks {
  attempt_number attempt;
};
// Answer with on_restart_due after `delay`.
struct schedule_restart {
  attempt_number attempt;  // The one that has failed.
  duration delay;
};
struct report_state {
  job_state state;
  std::optional<error> cause;  // With failing, restarting and failed.
};
using lifecycle_command =
    std::variant<deploy_tasks, connect_tasks, take_final_checkpoint, commit_tasks, stop_tasks,
                 cancel_tasks, schedule_restart, report_state>;

class job_lifecycle {
public:
  using commands = std::vector<lifecycle_command>;

  // When something happened, and any number, equally likely, should the restart strategy need one.
  struct moment {
    processing_time now;
    std::uint64_t random = 0;
  };

  // Without a strategy the first failure is the last. `final_checkpoint`: one is to be taken before
  // the job commits.
  explicit job_lifecycle(std::uint32_t task_count,
                         std::unique_ptr<restart_strategy> strategy = nullptr,
                         bool final_checkpoint = false)
      : task_count_{task_count},
        strategy_{std::move(strategy)},
        has_final_checkpoint_{final_checkpoint} {}

  // What happened.

  // There are as many slots as the job needs, or no longer.
  [[nodiscard]] commands on_slots_available();
  void on_slots_lost() { has_slots_ = false; }
  // Not one task of the attempt could be deployed. REQUIRES: no `on_task_*` of this attempt before.
  [[nodiscard]] commands on_nothing_deployed(attempt_number attempt, error cause, moment at);
  [[nodiscard]] commands on_task_deployed(attempt_number attempt, task_index task);
  [[nodiscard]] commands on_task_started(attempt_number attempt, task_index task, moment at);
  // The task has handled all its input.
  [[nodiscard]] commands on_task_drained(attempt_number attempt, task_index task);
  [[nodiscard]] commands on_final_checkpoint_completed(attempt_number attempt);
  // The savepoint after which the job is to stop.
  [[nodiscard]] commands on_stopped(attempt_number attempt, checkpoint_id savepoint);
  // The task has ended as it should.
  [[nodiscard]] commands on_task_finished(attempt_number attempt, task_index task, moment at);
  [[nodiscard]] commands on_task_failed(attempt_number attempt, task_index task, error cause,
                                        moment at);
  // The task ended because it was told to.
  [[nodiscard]] commands on_task_cancelled(attempt_number attempt, task_index task, moment at);
  // The task was lost with its task manager: nothing will be heard from it.
  [[nodiscard]] commands on_task_lost(attempt_number attempt, task_index task, error cause,
                                      moment at);
  // The job cannot go on, for a reason that is no task's. While it is failing, and while it waits
  // for the time of its restart, this says nothing new; while it waits for slots after that, it is
  // another failure.
  [[nodiscard]] commands on_job_failed(error cause, moment at);
  // The same, and there is nothing that another attempt could run on. Also while it is failing: it
  // fails of this then.
  [[nodiscard]] commands on_given_up(error cause, moment at);
  [[nodiscard]] commands on_restart_due(attempt_number attempt);
  [[nodiscard]] commands on_cancel();

  job_state state() const noexcept { return state_; }
  attempt_number attempt() const noexcept { return attempt_; }
  // The savepoint is complete that the job stops with: whatever is deployed is to begin with it,
  // and to do nothing.
  const std::optional<checkpoint_id>& stops_at() const noexcept { return stops_at_; }
  // Of the last failure; none once the next attempt is deployed.
  const std::optional<error>& cause() const noexcept { return cause_; }

private:
  void enter(job_state next, commands& out);
  void deploy_if_possible(commands& out);
  void go_on_if_drained(commands& out);
  void stop(commands& out);
  void end_failure(bool may_retry, moment at, commands& out);
  commands on_task_gone(attempt_number attempt, task_index task, std::optional<error> cause,
                        moment at);
  bool concerns_us(attempt_number attempt) const;

  std::uint32_t task_count_;
  std::unique_ptr<restart_strategy> strategy_;
  bool has_final_checkpoint_;
  job_state state_ = job_state::created;
  attempt_number attempt_;
  bool has_slots_ = false;
  bool is_restart_due_ = false;
  bool is_cancelled_ = false;  // While it was failing.
  std::optional<checkpoint_id> stops_at_;

  // Of one attempt.
  std::set<task_index> deployed_;
  std::set<task_index> started_;
  std::set<task_index> drained_;
  std::set<task_index> gone_;
  bool is_final_checkpoint_taken_ = false;
  std::optional<error> cause_;
};

}  // namespace weir
