// SPDX-License-Identifier: Apache-2.0
// Events of a job to fields of a report; see coordination/cluster/job_reporter.hpp.
#include "coordination/cluster/job_reporter.hpp"

#include <utility>

namespace weir {

job_reporter::job_reporter(job_listener& next, std::function<void(const full_report&)> send)
    : forwarding_listener{&next}, send_{std::move(send)} {}

// With the lock held.
void job_reporter::send() {
  report_.answers = savepoints_.answers();
  send_(report_);
}

void job_reporter::on_ordered(savepoint_order order) {
  const std::scoped_lock lock{guard_};
  savepoints_.on_ordered(std::move(order));
  // It may have been answered at once.
  if (savepoints_.answers() != report_.answers) send();
}

std::optional<savepoint_order> job_reporter::next_order() {
  const std::scoped_lock lock{guard_};
  return savepoints_.next();
}

void job_reporter::on_listening(const std::string& where) {
  const std::scoped_lock lock{guard_};
  report_.job.listens = where;
  send();
}

void job_reporter::on_state(job_state state, const std::optional<error>& cause,
                            processing_time now) {
  {
    const std::scoped_lock lock{guard_};
    report_.job.state = to_string(state);
    if (state == job_state::deploying) ++report_.job.attempts;
    // A failure is told when the job begins to fail, and again by the states that follow from it.
    const bool is_new = cause && (state == job_state::failing || report_.job.failures.empty() ||
                                  report_.job.failures.front().cause != cause->message);
    if (is_new) note_failure(report_.job.failures, {event_time_of(now), cause->message});
    if (is_final(state)) savepoints_.on_job_ended(std::string{to_string(state)});
    send();
  }
  forwarding_listener::on_state(state, cause, now);
}

void job_reporter::on_progress(const job_totals& totals, processing_time now) {
  {
    const std::scoped_lock lock{guard_};
    report_.job.records_read = totals.records_read;
    report_.job.records_written = totals.records_written;
    send();
  }
  forwarding_listener::on_progress(totals, now);
}

// Told with the progress that follows.
void job_reporter::on_tasks(const std::vector<listed_task>& tasks) {
  {
    const std::scoped_lock lock{guard_};
    report_.tasks = tasks;
  }
  forwarding_listener::on_tasks(tasks);
}

void job_reporter::on_checkpoint(const checkpoint_commands::report& report, processing_time now) {
  {
    const std::scoped_lock lock{guard_};
    if (report.cause) {
      ++report_.job.failed_checkpoints;
    } else {
      ++report_.job.checkpoints;
      report_.job.last_checkpoint = {report.id.value, report.bytes, report.took};
    }
    send();
  }
  forwarding_listener::on_checkpoint(report, now);
}

void job_reporter::on_savepoint(const savepoint_outcome& outcome, processing_time now) {
  {
    const std::scoped_lock lock{guard_};
    savepoints_.on_ended(outcome);
    ++report_.job.savepoints;
    report_.job.last_savepoint = outcome.cause ? "" : outcome.path;
    report_.job.savepoint_failure =
        outcome.cause ? outcome.cause->message.substr(0, longest_cause) : "";
    send();
  }
  forwarding_listener::on_savepoint(outcome, now);
}

}  // namespace weir
