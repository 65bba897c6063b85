// SPDX-License-Identifier: Apache-2.0
// Nodes and processes that come and go; see coordination/cluster/cluster_state.hpp. What is asked
// of a cluster is in cluster_state_orders.cpp.
#include "coordination/cluster/cluster_state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coordination/cluster/job_arguments.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

std::string host_of(const std::string& node) {
  const auto place = parse_endpoint(node);
  return place ? place->host : node;
}

process_ended loss_of(const cluster_process& process, const std::string& job,
                      const std::string& how) {
  return {.job = job,
          .number = process.place.number,
          .how = how,
          .exit_status = {},
          .was_started = true};
}

std::string named(const cluster_process& process) {
  return process_name(process.place) + " on " + process.place.node + " ";
}

}  // namespace

// --- Nodes ---------------------------------------------------------------------------------------

void cluster_state::recover(job_record record, processing_time now) {
  auto& job = jobs_[record.id];
  job.record = std::move(record);
  job.recovered_at = now;
  if (job.has_ended() || job.record.job_manager_node.empty()) return;
  cluster_process found{.place = {job.record.job_manager, true, job.record.job_manager_node},
                        .slots = 0,
                        .is_started = true,
                        .pid = 0,
                        .out_of_sight = now};
  job.processes.emplace(job.record.job_manager, std::move(found));
}

cluster_state::commands cluster_state::on_node_joined(const node_joining& who,
                                                      processing_time now) {
  commands out;
  nodes_[who.name] = {.slots = who.slots};
  std::vector<process_ended> gone;
  for (const auto& [id, job] : jobs_) {
    for (const auto& [number, process] : job.processes) {
      if (process.place.node != who.name || !process.is_started) continue;
      const bool is_there =
          std::any_of(who.processes.begin(), who.processes.end(),
                      [&, job_id = &id, wanted = number](const running_process& each) {
                        return each.job == *job_id && each.place.number == wanted;
                      });
      if (!is_there) gone.push_back(loss_of(process, id, "ended with its node"));
    }
  }
  on_all_ended(gone, now, out);
  for (const auto& each : who.processes) adopt(each, who.name, out);
  for (auto& [id, job] : jobs_) start_task_managers(job, out);
  start_waiting(out);
  return out;
}

void cluster_state::adopt(const running_process& found, const std::string& node, commands& out) {
  const auto known = jobs_.find(found.job);
  const auto number = found.place.number;
  if (known != jobs_.end()) {
    auto& job = known->second;
    auto process = job.processes.find(number);
    const bool belongs = !job.has_ended() && !job.clearing_since && job.job_manager() != nullptr &&
                         found.slots > 0 && found.job_manager == job.record.job_manager;
    const auto task_managers = job.processes.size() - (job.job_manager() != nullptr ? 1U : 0U);
    if (process == job.processes.end() && belongs && task_managers < job.record.task_managers) {
      process = job.processes
                    .emplace(number, cluster_process{.place = {number, false, node},
                                                     .slots = found.slots,
                                                     .is_started = true,
                                                     .pid = 0,
                                                     .out_of_sight = {}})
                    .first;
    }
    if (process != job.processes.end()) {
      process->second.out_of_sight.reset();
      process->second.pid = found.pid;
      if (found.slots == 0 && !found.report.state.empty()) take_report(job, found.report, out);
      if (found.slots == 0) repeat_cancelling(job, out);
      return;
    }
  }
  out.emplace_back(signal_process{node, found.job, number, process_signal::kill});
}

cluster_state::commands cluster_state::on_node_lost(const std::string& node, processing_time now) {
  commands out;
  nodes_.erase(node);
  std::vector<process_ended> gone;
  for (auto& [id, job] : jobs_) {
    std::erase_if(job.processes, [&](const auto& each) {
      return each.second.place.node == node && !each.second.is_started;
    });
    for (auto& [number, process] : job.processes) {
      if (process.place.node != node) continue;
      if (process.slots == 0) {
        process.out_of_sight = now;
      } else {
        gone.push_back(loss_of(process, id, "was lost with its node"));
      }
    }
  }
  on_all_ended(gone, now, out);
  return out;
}

void cluster_state::on_all_ended(const std::vector<process_ended>& facts, processing_time now,
                                 commands& out) {
  for (const auto& each : facts) {
    auto more = on_ended(each, now);
    std::move(more.begin(), more.end(), std::back_inserter(out));
  }
}

// --- Slots ---------------------------------------------------------------------------------------

std::uint32_t cluster_state::used_slots(const std::string& node) const {
  std::uint32_t used = 0;
  for (const auto& [id, job] : jobs_) {
    for (const auto& [number, process] : job.processes) {
      if (process.place.node == node) used += process.slots;
    }
  }
  return used;
}

std::vector<free_node> cluster_state::free_nodes() const {
  std::vector<free_node> free;
  for (const auto& [name, node] : nodes_) {
    const auto used = used_slots(name);
    free.push_back({name, drained_.contains(name) || used >= node.slots ? 0 : node.slots - used});
  }
  return free;
}

void cluster_state::start_waiting(commands& out) {
  for (auto& [id, job] : jobs_) try_start(job, out);
}

cluster_process& cluster_state::add_process(cluster_job& job, const std::string& node,
                                            std::uint32_t slots) {
  const auto number = ++job.record.last_process;
  const process_place place{number, slots == 0, node};
  auto& places = job.record.places;
  places.insert(places.begin(), place);
  if (places.size() > most_places) places.resize(most_places);
  auto& added = job.processes[number];
  added.place = place;
  added.slots = slots;
  return added;
}

void cluster_state::try_start(cluster_job& job, commands& out) {
  if (!job.is_waiting()) return;
  const auto packed = pack_slots(job.record.submitted.slots, free_nodes());
  if (!packed) return;
  auto& record = job.record;
  record.task_managers = static_cast<std::uint32_t>(packed->nodes.size());
  record.slots_each = packed->slots_each;
  record.report = {};
  record.job_manager_node = packed->nodes.front();
  ++record.job_managers;
  job.is_dismissed = false;
  auto& job_manager = add_process(job, record.job_manager_node, 0);
  record.job_manager = job_manager.place.number;
  for (const auto& node : packed->nodes) add_process(job, node, packed->slots_each);
  out.emplace_back(store_job{record});
  start_planned(job, job_manager, out);
}

void cluster_state::start_task_managers(cluster_job& job, commands& out) {
  const auto* const job_manager = job.job_manager();
  const bool can_join = job_manager != nullptr && !job_manager->out_of_sight &&
                        !job.record.report.listens.empty() && !job.has_ended() &&
                        !job.clearing_since && !job.is_dismissed;
  if (!can_join) return;
  if (job.processes.size() - 1 >= job.record.task_managers) job.recovered_at.reset();
  if (job.recovered_at) return;
  const auto before = job.record.last_process;
  while (job.processes.size() - 1 < job.record.task_managers) {
    const auto node = roomiest_node(job.record.slots_each, free_nodes());
    if (!node) break;
    add_process(job, *node, job.record.slots_each);
  }
  if (job.record.last_process != before) out.emplace_back(store_job{job.record});
  for (auto& [number, process] : job.processes) {
    if (!process.is_started) start_planned(job, process, out);
  }
}

void cluster_state::start_planned(cluster_job& job, cluster_process& process, commands& out) {
  process.is_started = true;
  const auto& record = job.record;
  const auto host = host_of(process.place.node);
  out.emplace_back(start_process{
      process.place.node,
      {.job = record.id,
       .number = process.place.number,
       .job_manager = record.job_manager,
       .slots = process.slots,
       .name = record.submitted.name,
       .program = record.submitted.program,
       .arguments = process.slots == 0
                        ? job_manager_arguments(record, host)
                        : task_manager_arguments(record, host, record.report.listens)}});
}

// --- Processes -----------------------------------------------------------------------------------

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
  if (job.job_manager() == nullptr) return out;
  take_report(job, fact.report, out);
  start_task_managers(job, out);
  return out;
}

void cluster_state::take_report(cluster_job& job, const job_report& report, commands& out) {
  auto& record = job.record;
  const bool is_news =
      record.report.state != report.state || record.report.savepoints != report.savepoints;
  record.report = report;
  // From here on another job manager goes on from what this one has completed.
  const bool is_first = report.checkpoints > 0 && record.restore != "latest";
  if (is_first) record.restore = "latest";
  if (is_first || is_news) out.emplace_back(store_job{record});
  const auto& state = report.state;
  if (state == "finished" || state == "failed" || state == "cancelled") job.is_dismissed = true;
  // The savepoint was to be its last, and has failed: it goes on as it is.
  const bool has_tried = job.next && report.savepoints > job.next->savepoints_before;
  if (has_tried && report.last_savepoint.empty()) job.next.reset();
}

// What was told to a connection that broke is told again.
void cluster_state::repeat_cancelling(const cluster_job& job, commands& out) {
  const auto* const job_manager = job.job_manager();
  const bool can_hear = job_manager != nullptr && job_manager->is_started &&
                        !job_manager->out_of_sight && !job.clearing_since;
  if (!job.record.is_cancelled || !can_hear) return;
  out.emplace_back(signal_process{job_manager->place.node, job.record.id, job.record.job_manager,
                                  process_signal::terminate});
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
  const auto next = std::exchange(job.next, std::nullopt);
  const auto& report = job.record.report;
  if (!next || report.state != "finished" || report.savepoints <= next->savepoints_before ||
      report.last_savepoint.empty()) {
    return false;
  }
  job.record.submitted.parallelism = next->parallelism;
  job.record.submitted.slots = next->slots;
  job.record.restore = report.last_savepoint;
  return true;
}

void cluster_state::end(cluster_job& job, const std::string& how) {
  job.record.ended = how;
  job.next.reset();
}

void cluster_state::clear(cluster_job& job, process_signal signal, processing_time now,
                          commands& out) {
  job.clearing_since = now;
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
    repeat_cancelling(job, out);
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
