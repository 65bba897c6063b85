// SPDX-License-Identifier: Apache-2.0
// The transitions of coordination/job_lifecycle.hpp.
#include "coordination/job_lifecycle.hpp"

#include <utility>

namespace weir {

std::string_view to_string(job_state state) {
  switch (state) {
    case job_state::created:
      return "created";
    case job_state::deploying:
      return "deploying";
    case job_state::running:
      return "running";
    case job_state::finishing:
      return "finishing";
    case job_state::failing:
      return "failing";
    case job_state::cancelling:
      return "cancelling";
    case job_state::finished:
      return "finished";
    case job_state::failed:
      return "failed";
    case job_state::cancelled:
      return "cancelled";
  }
  return "unknown";
}

bool job_lifecycle::concerns_us(attempt_number attempt) const {
  return attempt == attempt_ && !is_final(state_) && state_ != job_state::created;
}

void job_lifecycle::enter(job_state next, commands& out) {
  state_ = next;
  const bool failed = next == job_state::failing || next == job_state::failed;
  out.emplace_back(report_state{next, failed ? cause_ : std::nullopt});
}

job_lifecycle::commands job_lifecycle::on_slots_available() {
  commands out;
  if (state_ != job_state::created) return out;
  attempt_.value += 1;
  enter(job_state::deploying, out);
  out.emplace_back(deploy_tasks{attempt_});
  return out;
}

job_lifecycle::commands job_lifecycle::on_nothing_deployed(attempt_number attempt, error cause) {
  commands out;
  if (!concerns_us(attempt)) return out;
  cause_ = std::move(cause);
  enter(job_state::failing, out);
  enter(job_state::failed, out);
  return out;
}

job_lifecycle::commands job_lifecycle::on_task_deployed(attempt_number attempt, task_index task) {
  commands out;
  if (!concerns_us(attempt)) return out;
  deployed_.insert(task);
  if (state_ == job_state::deploying && deployed_.size() == task_count_) {
    out.emplace_back(connect_tasks{attempt_});
  }
  return out;
}

job_lifecycle::commands job_lifecycle::on_task_started(attempt_number attempt, task_index task) {
  commands out;
  if (!concerns_us(attempt)) return out;
  started_.insert(task);
  if (state_ == job_state::deploying && started_.size() == task_count_) {
    enter(job_state::running, out);
  }
  return out;
}

job_lifecycle::commands job_lifecycle::on_task_drained(attempt_number attempt, task_index task) {
  commands out;
  if (!concerns_us(attempt)) return out;
  drained_.insert(task);
  if (state_ == job_state::running && drained_.size() == task_count_) {
    enter(job_state::finishing, out);
    out.emplace_back(commit_tasks{attempt_});
  }
  return out;
}

job_lifecycle::commands job_lifecycle::on_task_gone(attempt_number attempt, task_index task,
                                                    std::optional<error> cause) {
  commands out;
  if (!concerns_us(attempt) || !gone_.insert(task).second) return out;
  const bool is_first_failure =
      cause && state_ != job_state::failing && state_ != job_state::cancelling;
  if (is_first_failure) {
    cause_ = std::move(cause);
    enter(job_state::failing, out);
    out.emplace_back(cancel_tasks{attempt_});
  }
  if (gone_.size() < task_count_) return out;
  if (state_ == job_state::failing) {
    enter(job_state::failed, out);
  } else if (state_ == job_state::cancelling) {
    enter(job_state::cancelled, out);
  } else {
    enter(job_state::finished, out);
  }
  return out;
}

job_lifecycle::commands job_lifecycle::on_task_finished(attempt_number attempt, task_index task) {
  return on_task_gone(attempt, task, std::nullopt);
}

job_lifecycle::commands job_lifecycle::on_task_failed(attempt_number attempt, task_index task,
                                                      error cause) {
  return on_task_gone(attempt, task, std::move(cause));
}

job_lifecycle::commands job_lifecycle::on_task_cancelled(attempt_number attempt, task_index task) {
  return on_task_gone(attempt, task, error{error_code::cancelled, "a task was told to end"});
}

job_lifecycle::commands job_lifecycle::on_task_lost(attempt_number attempt, task_index task,
                                                    error cause) {
  return on_task_gone(attempt, task, std::move(cause));
}

job_lifecycle::commands job_lifecycle::on_job_failed(error cause) {
  commands out;
  if (is_final(state_) || state_ == job_state::failing || state_ == job_state::cancelling) {
    return out;
  }
  cause_ = std::move(cause);
  const bool has_tasks = state_ != job_state::created && gone_.size() < task_count_;
  const auto attempt = attempt_;
  enter(job_state::failing, out);
  if (has_tasks) {
    out.emplace_back(cancel_tasks{attempt});
  } else {
    enter(job_state::failed, out);
  }
  return out;
}

job_lifecycle::commands job_lifecycle::on_cancel() {
  commands out;
  if (is_final(state_) || state_ == job_state::finishing || state_ == job_state::failing ||
      state_ == job_state::cancelling) {
    return out;
  }
  const bool has_tasks = state_ != job_state::created;
  enter(job_state::cancelling, out);
  if (has_tasks) {
    out.emplace_back(cancel_tasks{attempt_});
  } else {
    enter(job_state::cancelled, out);
  }
  return out;
}

}  // namespace weir
