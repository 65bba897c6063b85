// SPDX-License-Identifier: Apache-2.0
// Processes that start, report and end, and what that means for their job; see
// coordination/cluster/cluster_state.hpp.
#include <algorithm>
#include <iterator>
#include <utility>

#include "coordination/cluster/cluster_state.hpp"

namespace weir {

namespace {

std::string named(const cluster_process& process) {
  return process_name(process.place) + " on " + process.place.node + " ";
}

}  // namespace

process_ended cluster_state::loss_of(const cluster_process& process, const std::string& job,
                                     const std::string& how) {
  return {.job = job,
          .number = process.place.number,
          .how = how,
          .exit_status = {},
          .was_started = true,
          .is_explained = false};
}

void cluster_state::on_all_ended(const std::vector<process_ended>& facts, processing_time now,
                                 commands& out) {
  for (const auto& each : facts) {
    auto more = on_ended(each, now);
    std::move(more.begin(), more.end(), std::back_inserter(out));
  }
}

void cluster_state::on_started(const process_started& fact) {
  const auto job = jobs_.find(fact.job);
  if (job == jobs_.end()) return;
  const auto process = job->second.processes.find(fact.number);
  if (process != job->second.processes.end()) process->second.pid = fact.pid;
}

cluster_state::commands cluster_state::on_reported(const process_reported& fact) {
  commands out;
  const auto found = jobs_.find(fact.job);
  if (found == jobs_.end() || found->second.record.job_manager != fact.number) return out;
  auto& job = found->second;
  const auto job_manager = job.processes.find(fact.number);
  if (job_manager == job.processes.end()) return out;
  job_manager->second.owes_report = false;
  take_report(job, {fact.report, fact.tasks, fact.answers}, out);
  start_task_managers(job, out);
  return out;
}

void cluster_state::take_report(cluster_job& job, full_report whole, commands& out) {
  const auto told = shortened(std::move(whole));
  auto& record = job.record;
  const auto& report = told.job;
  job.tasks = told.tasks;
  bool is_news =
      record.report.state != report.state || record.report.savepoints != report.savepoints;
  record.report = report;
  for (auto answer = told.answers.rbegin(); answer != told.answers.rend(); ++answer) {
    is_news |= take_answer(job, *answer);
  }
  // From here on another job manager goes on from what this one has completed.
  const bool is_first = report.checkpoints > 0 && record.restore != "latest";
  if (is_first) record.restore = "latest";
  if (is_first || is_news) out.emplace_back(store_job{record});
  const auto& state = report.state;
  if (state == "finished" || state == "failed" || state == "cancelled") job.is_dismissed = true;
}

// Whether somebody waits for it.
bool cluster_state::take_answer(cluster_job& job, const savepoint_answer& answer) {
  auto& record = job.record;
  auto& ordered = record.savepoints_ordered;
  const auto order = std::find_if(ordered.begin(), ordered.end(),
                                  [&](const auto& each) { return each.token == answer.token; });
  if (order == ordered.end()) return false;
  const bool is_planned = answer.token == planned_token(record);
  if (order->stops && !is_planned && !answer.path.empty()) record.has_stopped = true;
  ordered.erase(order);
  // It was to be its last, and has failed: the job goes on as it is.
  if (answer.path.empty() && is_planned) record.next.reset();
  note_answer(record.savepoints_answered, answer);
  return true;
}

// What was told to a connection that broke, or by a leader that is lost, is told again.
void cluster_state::repeat_orders(const cluster_job& job, commands& out) {
  const auto* const job_manager = job.job_manager();
  const bool can_hear = job_manager != nullptr && job_manager->is_started &&
                        !job_manager->out_of_sight && !job.clearing_since;
  if (!can_hear) return;
  const auto& record = job.record;
  const auto& node = job_manager->place.node;
  for (const auto& each : record.savepoints_ordered) {
    out.emplace_back(order_savepoint{node, record.id, record.job_manager, each});
  }
  if (!record.is_cancelled) return;
  out.emplace_back(signal_process{node, record.id, record.job_manager, process_signal::terminate});
}

cluster_state::commands cluster_state::repeated_orders() const {
  commands out;
  for (const auto& [id, job] : jobs_) repeat_orders(job, out);
  return out;
}

bool cluster_state::knows(const std::string& job, std::uint32_t number) const {
  const auto found = jobs_.find(job);
  return found != jobs_.end() && found->second.processes.contains(number);
}

cluster_state::commands cluster_state::on_ended(const process_ended& fact, processing_time now) {
  commands out;
  const auto found = jobs_.find(fact.job);
  if (found == jobs_.end()) return out;
  auto& job = found->second;
  const auto process = job.processes.find(fact.number);
  if (process == job.processes.end()) return out;
  const auto was = process->second;
  job.processes.erase(process);
  // The job manager knew no more than that a connection broke, and may have said so first.
  const bool has_failed = job.record.report.state == "failed" || job.record.ended == "failed";
  if (has_failed && fact.is_explained) {
    note_failure(job.record.failures, {event_time_of(now), named(was) + fact.how});
    out.emplace_back(store_job{job.record});
  }
  if (!job.clearing_since && was.slots == 0) {
    on_job_manager_ended(job, fact, now, out);
  } else if (!job.clearing_since) {
    on_task_manager_ended(job, was, fact, now, out);
  }
  if (job.clearing_since && job.processes.empty()) settle(job, out);
  return out;
}

void cluster_state::on_task_manager_ended(cluster_job& job, const cluster_process& was,
                                          const process_ended& fact, processing_time now,
                                          commands& out) {
  // What ends by itself was told by its job manager that the job has ended.
  if (fact.exit_status == 0) job.is_dismissed = true;
  if (job.is_dismissed) return;
  const auto cause = named(was) + fact.how;
  if (job.may_replace(now)) {
    note_failure(job.record.failures, {event_time_of(now), cause});
    return start_task_managers(job, out);
  }
  note_failure(job.record.failures,
               {event_time_of(now), "processes of the job ended too often: " + cause +
                                        "; weir logs " + job.record.id + " shows why"});
  end(job, "failed");
  clear(job, process_signal::kill, now, out);
}

void cluster_state::on_job_manager_ended(cluster_job& job, const process_ended& fact,
                                         processing_time now, commands& out) {
  auto& record = job.record;
  const auto how = "job-manager-" + std::to_string(fact.number) + " " + fact.how;
  const auto& reported = record.report.state;
  record.job_manager_node.clear();
  if (begin_next_life(job)) return clear(job, process_signal::terminate, now, out);
  if (reported == "finished" || fact.exit_status == 0) {
    end(job, "finished");
  } else if (reported == "cancelled" || fact.exit_status == 130) {
    end(job, "cancelled");
  } else if (reported == "failed" && !record.report.failures.empty()) {
    note_failure(record.failures, record.report.failures.front());
    end(job, "failed");
  } else if (fact.exit_status == 1 || fact.exit_status == 2 || !fact.was_started) {
    note_failure(record.failures,
                 {event_time_of(now), how + "; weir logs " + record.id + " shows why"});
    end(job, "failed");
  } else {
    return replace_job_manager(job, how, now, out);
  }
  clear(job, process_signal::terminate, now, out);
}

void cluster_state::replace_job_manager(cluster_job& job, const std::string& cause,
                                        processing_time now, commands& out) {
  auto& record = job.record;
  const auto note = [&](const std::string& text) {
    note_failure(record.failures, {event_time_of(now), text});
  };
  if (record.is_cancelled) {
    end(job, "cancelled");
  } else if (record.has_stopped) {
    // Whoever has stopped it has the savepoint, and nothing was processed since.
    note(cause +
         " after the savepoint that the job was stopped with; what it had not committed of its "
         "output yet is committed by the job that is started from that savepoint");
    end(job, "finished");
  } else if (record.submitted.checkpoint_directory.empty()) {
    note(cause +
         "; the job takes no checkpoints from which another could go on: submit it with "
         "-D execution.checkpointing.dir=DIRECTORY");
    end(job, "failed");
  } else if (!job.may_replace(now)) {
    note("processes of the job ended too often: " + cause);
    end(job, "failed");
  } else {
    note(cause);
    if (record.restore.empty()) record.restore = "latest";
  }
  clear(job, process_signal::kill, now, out);
}

// The job has stopped with the savepoint that its next life begins with.
bool cluster_state::begin_next_life(cluster_job& job) {
  const auto token = planned_token(job.record);
  const auto next = std::exchange(job.record.next, std::nullopt);
  const auto* const answer = find_answer(job.record.savepoints_answered, token);
  if (!next || job.record.report.state != "finished" || answer == nullptr || answer->path.empty()) {
    return false;
  }
  job.record.submitted.parallelism = next->parallelism;
  job.record.submitted.slots = next->slots;
  job.record.restore = answer->path;
  ++job.record.restores;
  return true;
}

void cluster_state::end(cluster_job& job, const std::string& how) {
  job.record.ended = how;
  job.record.next.reset();
}

void cluster_state::clear(cluster_job& job, process_signal signal, processing_time now,
                          commands& out) {
  job.clearing_since = now;
  for (auto& each : std::exchange(job.record.savepoints_ordered, {})) {
    note_answer(job.record.savepoints_answered,
                {.token = std::move(each.token),
                 .failure = "its job manager has ended before the savepoint; weir job " +
                            job.record.id + " shows why"});
  }
  out.emplace_back(store_job{job.record});
  for (auto each = job.processes.begin(); each != job.processes.end();) {
    const auto& process = each->second;
    if (!process.is_started) {
      each = job.processes.erase(each);
      continue;
    }
    out.emplace_back(signal_process{process.place.node, job.record.id, each->first, signal});
    ++each;
  }
  if (job.processes.empty()) settle(job, out);
}

void cluster_state::settle(cluster_job& job, commands& out) {
  job.clearing_since.reset();
  start_waiting(out);
}

cluster_state::commands cluster_state::on_tick(processing_time now) {
  commands out;
  std::vector<process_ended> lost;
  for (auto& [id, job] : jobs_) {
    for (const auto& [number, process] : job.processes) {
      if (!process.out_of_sight || now - *process.out_of_sight < node_is_lost_after) continue;
      lost.push_back(loss_of(process, id, "was lost with its node " + process.place.node));
    }
    if (job.recovered_at && now - *job.recovered_at >= node_is_lost_after) {
      job.recovered_at.reset();
      start_task_managers(job, out);
    }
    if (!job.clearing_since || now - *job.clearing_since < clearing_patience) continue;
    job.clearing_since = now;
    for (const auto& [number, process] : job.processes) {
      out.emplace_back(signal_process{process.place.node, id, number, process_signal::kill});
    }
  }
  on_all_ended(lost, now, out);
  return out;
}

}  // namespace weir
