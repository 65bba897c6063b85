// SPDX-License-Identifier: Apache-2.0
// Nodes that come and go, and who gets their slots; see coordination/cluster/cluster_state.hpp.
// What becomes of processes is in cluster_state_processes.cpp, what is asked of a cluster in
// cluster_state_orders.cpp.
#include "coordination/cluster/cluster_state.hpp"

#include <algorithm>
#include <utility>

#include "coordination/cluster/job_arguments.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

std::string host_of(const std::string& node) {
  const auto place = parse_endpoint(node);
  return place ? place->host : node;
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
  fill_slots(out);
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
      process->second.owes_report = found.slots == 0 && !job.record.report.listens.empty();
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
    job.drop_unstarted_on(node);
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

// Jobs that run and lack a process come first.
void cluster_state::fill_slots(commands& out) {
  for (auto& [id, job] : jobs_) start_task_managers(job, out);
  start_waiting(out);
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
  job.tasks.clear();
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
                        !job_manager->owes_report && !job.record.report.listens.empty() &&
                        !job.has_ended() && !job.clearing_since && !job.is_dismissed;
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

}  // namespace weir
