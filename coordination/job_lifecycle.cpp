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
    case job_state::restarting:
      return "restarting";
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
  return attempt == attempt_ && !is_final(state_) && state_ != job_state::created &&
         state_ != job_state::restarting;
}

void job_lifecycle::enter(job_state next, commands& out) {
  state_ = next;
  const bool has_cause =
      next == job_state::failing || next == job_state::restarting || next == job_state::failed;
  out.emplace_back(report_state{next, has_cause ? cause_ : std::nullopt});
}

void job_lifecycle::deploy_if_possible(commands& out) {
  const bool is_due =
      state_ == job_state::created || (state_ == job_state::restarting && is_restart_due_);
  if (!is_due || !has_slots_) return;
  attempt_.value += 1;
  deployed_.clear();
  started_.clear();
  drained_.clear();
  gone_.clear();
  is_final_checkpoint_taken_ = false;
  cause_.reset();
  enter(job_state::deploying, out);
  out.emplace_back(deploy_tasks{attempt_});
}

// Every task is gone, if there were any.
void job_lifecycle::end_failure(bool may_retry, moment at, commands& out) {
  std::optional<duration> delay;
  if (may_retry && strategy_ && may_help_to_retry(cause_->code)) {
    delay = strategy_->on_failure(at.now, at.random);
  }
  if (!delay) return enter(job_state::failed, out);
  if (is_cancelled_) {
    enter(job_state::cancelling, out);
    return enter(job_state::cancelled, out);
  }
  is_restart_due_ = false;
  enter(job_state::restarting, out);
  out.emplace_back(schedule_restart{attempt_, *delay});
}

job_lifecycle::commands job_lifecycle::on_slots_available() {
  commands out;
  has_slots_ = true;
  deploy_if_possible(out);
  return out;
}

job_lifecycle::commands job_lifecycle::on_restart_due(attempt_number attempt) {
  commands out;
  if (state_ != job_state::restarting || attempt != attempt_) return out;
  is_restart_due_ = true;
  deploy_if_possible(out);
  return out;
}

job_lifecycle::commands job_lifecycle::on_nothing_deployed(attempt_number attempt, error cause,
                                                           moment at) {
  commands out;
  if (!concerns_us(attempt)) return out;
  if (state_ == job_state::cancelling) {
    enter(job_state::cancelled, out);
    return out;
  }
  if (state_ != job_state::failing) {
    cause_ = std::move(cause);
    enter(job_state::failing, out);
  }
  end_failure(attempt_.value > 1, at, out);
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

job_lifecycle::commands job_lifecycle::on_task_started(attempt_number attempt, task_index task,
                                                       moment at) {
  commands out;
  if (!concerns_us(attempt)) return out;
  started_.insert(task);
  if (state_ == job_state::deploying && started_.size() == task_count_) {
    if (strategy_) strategy_->on_running(at.now);
    if (stops_at_) {
      stop(out);
    } else {
      enter(job_state::running, out);
      go_on_if_drained(out);
    }
  }
  return out;
}

void job_lifecycle::go_on_if_drained(commands& out) {
  if (state_ != job_state::running || drained_.size() < task_count_) return;
  if (has_final_checkpoint_) {
    out.emplace_back(take_final_checkpoint{attempt_});
    is_final_checkpoint_taken_ = true;
    return;
  }
  enter(job_state::finishing, out);
  out.emplace_back(commit_tasks{attempt_});
}

job_lifecycle::commands job_lifecycle::on_task_drained(attempt_number attempt, task_index task) {
  commands out;
  if (!concerns_us(attempt) || !drained_.insert(task).second) return out;
  go_on_if_drained(out);
  return out;
}

job_lifecycle::commands job_lifecycle::on_final_checkpoint_completed(attempt_number attempt) {
  commands out;
  if (attempt != attempt_ || state_ != job_state::running || !is_final_checkpoint_taken_)
    return out;
  enter(job_state::finishing, out);
  out.emplace_back(commit_tasks{attempt_});
  return out;
}

job_lifecycle::commands job_lifecycle::on_stopped(attempt_number attempt, checkpoint_id savepoint) {
  commands out;
  if (attempt != attempt_ || state_ != job_state::running) return out;
  stops_at_ = savepoint;
  stop(out);
  return out;
}

void job_lifecycle::stop(commands& out) {
  enter(job_state::finishing, out);
  out.emplace_back(stop_tasks{attempt_, *stops_at_});
}

job_lifecycle::commands job_lifecycle::on_task_gone(attempt_number attempt, task_index task,
                                                    std::optional<error> cause, moment at) {
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
    end_failure(true, at, out);
  } else if (state_ == job_state::cancelling) {
    enter(job_state::cancelled, out);
  } else {
    enter(job_state::finished, out);
  }
  return out;
}

job_lifecycle::commands job_lifecycle::on_task_finished(attempt_number attempt, task_index task,
                                                        moment at) {
  return on_task_gone(attempt, task, std::nullopt, at);
}

job_lifecycle::commands job_lifecycle::on_task_failed(attempt_number attempt, task_index task,
                                                      error cause, moment at) {
  return on_task_gone(attempt, task, std::move(cause), at);
}

job_lifecycle::commands job_lifecycle::on_task_cancelled(attempt_number attempt, task_index task,
                                                         moment at) {
  return on_task_gone(attempt, task, error{error_code::cancelled, "a task was told to end"}, at);
}

job_lifecycle::commands job_lifecycle::on_task_lost(attempt_number attempt, task_index task,
                                                    error cause, moment at) {
  return on_task_gone(attempt, task, std::move(cause), at);
}

job_lifecycle::commands job_lifecycle::on_job_failed(error cause, moment at) {
  commands out;
  const bool is_waiting = state_ == job_state::restarting;
  if (is_final(state_) || state_ == job_state::failing || state_ == job_state::cancelling ||
      (is_waiting && !is_restart_due_)) {
    return out;
  }
  cause_ = std::move(cause);
  const bool has_tasks = state_ != job_state::created && !is_waiting && gone_.size() < task_count_;
  enter(job_state::failing, out);
  if (has_tasks) {
    out.emplace_back(cancel_tasks{attempt_});
  } else {
    end_failure(attempt_.value > 0, at, out);
  }
  return out;
}

job_lifecycle::commands job_lifecycle::on_given_up(error cause, moment at) {
  strategy_.reset();
  if (state_ == job_state::restarting) is_restart_due_ = true;
  // What the job fails of in the end is that it is not tried again.
  if (state_ == job_state::failing) {
    cause.message += "; before that: " + cause_->message;
    cause_ = std::move(cause);
    return {};
  }
  return on_job_failed(std::move(cause), at);
}

job_lifecycle::commands job_lifecycle::on_cancel() {
  commands out;
  if (is_final(state_) || state_ == job_state::finishing || state_ == job_state::cancelling) {
    return out;
  }
  if (state_ == job_state::failing) {
    // Its tasks are ending already; what is decided then is not to restart it.
    is_cancelled_ = true;
    return out;
  }
  const bool has_tasks = state_ != job_state::created && state_ != job_state::restarting;
  enter(job_state::cancelling, out);
  if (has_tasks) {
    out.emplace_back(cancel_tasks{attempt_});
  } else {
    enter(job_state::cancelled, out);
  }
  return out;
}

}  // namespace weir
