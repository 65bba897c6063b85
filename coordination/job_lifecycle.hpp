// SPDX-License-Identifier: Apache-2.0
// The life of a job, and what a failure does to it. The only place that decides.
//
//   created -> deploying -> running -> finishing -> finished
//                 |            |           |
//                 +---------> failing <----+     a task or a task manager fails
//                                |
//                                v
//                             failed             once every task is gone
//
//   created, deploying, running -> cancelling -> cancelled
//
// A job is finishing when every task has handled all its input: tasks make visible what they have
// written, and end.
//
// Invariants:
//   (1) A final state is reached only when every deployed task has reported its end.
//   (2) A message from another attempt changes nothing.
//   (3) The cause of a failure is the first one reported; what it drags along is not.
//   (4) finished, failed and cancelled are final.
//   (5) Nothing is committed before every task has drained; after that, a cancel comes too late.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

#include "api/error.hpp"
#include "api/ids.hpp"

namespace weir {

enum class job_state : std::uint8_t {
  created,
  deploying,
  running,
  finishing,
  failing,
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

// What to do.
struct deploy_tasks {
  attempt_number attempt;
};
struct connect_tasks {
  attempt_number attempt;
};
struct commit_tasks {
  attempt_number attempt;
};
struct cancel_tasks {
  attempt_number attempt;
};
struct report_state {
  job_state state;
  std::optional<error> cause;  // With failing and failed.
};
using lifecycle_command =
    std::variant<deploy_tasks, connect_tasks, commit_tasks, cancel_tasks, report_state>;

class job_lifecycle {
public:
  using commands = std::vector<lifecycle_command>;

  explicit job_lifecycle(std::uint32_t task_count) : task_count_{task_count} {}

  // What happened.
  [[nodiscard]] commands on_slots_available();
  // Not one task of the attempt could be deployed. REQUIRES: no `on_task_*` of this attempt before.
  [[nodiscard]] commands on_nothing_deployed(attempt_number attempt, error cause);
  [[nodiscard]] commands on_task_deployed(attempt_number attempt, task_index task);
  [[nodiscard]] commands on_task_started(attempt_number attempt, task_index task);
  // The task has handled all its input.
  [[nodiscard]] commands on_task_drained(attempt_number attempt, task_index task);
  // The task has ended as it should.
  [[nodiscard]] commands on_task_finished(attempt_number attempt, task_index task);
  [[nodiscard]] commands on_task_failed(attempt_number attempt, task_index task, error cause);
  // The task ended because it was told to.
  [[nodiscard]] commands on_task_cancelled(attempt_number attempt, task_index task);
  // The task was lost with its task manager: nothing will be heard from it.
  [[nodiscard]] commands on_task_lost(attempt_number attempt, task_index task, error cause);
  // The job cannot go on, for a reason that is no task's.
  [[nodiscard]] commands on_job_failed(error cause);
  [[nodiscard]] commands on_cancel();

  job_state state() const noexcept { return state_; }
  attempt_number attempt() const noexcept { return attempt_; }
  const std::optional<error>& cause() const noexcept { return cause_; }

private:
  void enter(job_state next, commands& out);
  commands on_task_gone(attempt_number attempt, task_index task, std::optional<error> cause);
  bool concerns_us(attempt_number attempt) const;

  std::uint32_t task_count_;
  job_state state_ = job_state::created;
  attempt_number attempt_;
  std::set<task_index> deployed_;
  std::set<task_index> started_;
  std::set<task_index> drained_;
  std::set<task_index> gone_;
  std::optional<error> cause_;
};

}  // namespace weir
