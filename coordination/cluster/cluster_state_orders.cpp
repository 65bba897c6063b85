// SPDX-License-Identifier: Apache-2.0
// What is asked of a cluster: orders to jobs, and what there is; see
// coordination/cluster/cluster_state.hpp.
#include <algorithm>
#include <utility>

#include "coordination/cluster/cluster_state.hpp"
#include "coordination/cluster/drained_nodes.hpp"

namespace weir {

namespace {

error wrong_state(const std::string& what) { return {error_code::invalid_argument, what}; }

error no_node(const std::string& node) {
  return {error_code::not_found, "there is no node " + node + "; weir nodes lists them"};
}

bool has_stop(const job_record& record) {
  const auto& ordered = record.savepoints_ordered;
  return std::any_of(ordered.begin(), ordered.end(),
                     [](const savepoint_order& each) { return each.stops; });
}

// Somebody has stopped it for good.
bool is_ending(const job_record& record) {
  return record.has_stopped || (has_stop(record) && !record.next);
}

// Of many the first, and how many more there are.
std::string lines_of(const std::vector<std::string>& texts) {
  constexpr std::size_t most = 20;
  std::string lines;
  for (std::size_t n = 0; n < std::min(texts.size(), most); ++n) {
    lines += (n == 0 ? "" : "\n") + texts[n];
  }
  if (texts.size() > most) lines += "\nand " + std::to_string(texts.size() - most) + " more";
  return lines;
}

std::string slots_text(std::uint32_t slots) {
  return std::to_string(slots) + (slots == 1 ? " slot" : " slots");
}

}  // namespace

cluster_state::commands cluster_state::on_submitted(const std::string& id,
                                                    const job_submission& what,
                                                    processing_time now) {
  WEIR_ASSERT(!jobs_.contains(id));
  commands out;
  forget_oldest(out);
  auto& job = jobs_[id];
  job.record.id = id;
  job.record.submitted_at = event_time_of(now);
  job.record.submitted = what;
  job.record.restore = what.restore;
  job.record.restores = 1;
  out.emplace_back(store_job{job.record});
  try_start(job, out);
  return out;
}

void cluster_state::forget_oldest(commands& out) {
  std::vector<const job_record*> ended;
  for (const auto& [id, job] : jobs_) {
    if (job.has_ended() && !job.clearing_since) ended.push_back(&job.record);
  }
  std::stable_sort(ended.begin(), ended.end(), [](auto* left, auto* right) {
    return left->submitted_at < right->submitted_at;
  });
  // Many may have ended since the last submission.
  for (std::size_t n = 0; n + most_ended_jobs <= ended.size(); ++n) {
    const auto id = ended[n]->id;
    forgotten_.add({id, ended[n]->submitted.program});
    out.emplace_back(store_forgotten{forgotten_});
    out.emplace_back(forget_job{id});
    jobs_.erase(id);
  }
}

result<std::string> cluster_state::find(const std::string& name) const {
  const auto first = jobs_.lower_bound(name);
  if (name.empty() || first == jobs_.end() || !first->first.starts_with(name)) {
    return error{error_code::not_found, "there is no job " + name + "; weir jobs lists them"};
  }
  const auto second = std::next(first);
  if (first->first != name && second != jobs_.end() && second->first.starts_with(name)) {
    return error{error_code::invalid_argument,
                 "several jobs begin with " + name + ": " + first->first + ", " + second->first};
  }
  return first->first;
}

result<cluster_job*> cluster_state::running_job_named(const std::string& name,
                                                      const std::string& activity) {
  const auto id = find(name);
  if (!id) return id.failure();
  auto& job = jobs_.at(*id);
  if (job.has_ended()) {
    return wrong_state(activity + " job " + *id + ": it has ended: " + job.record.ended);
  }
  return &job;
}

result<cluster_state::commands> cluster_state::cancel(const end_job& what, processing_time now) {
  commands out;
  const auto found = running_job_named(what.job, "cancel");
  if (!found) return found.failure();
  auto& job = **found;
  auto& record = job.record;
  const auto* const job_manager = job.job_manager();
  if (job_manager == nullptr || job.clearing_since) {
    end(job, "cancelled");
    if (job.clearing_since) {
      out.emplace_back(store_job{record});
    } else {
      clear(job, process_signal::terminate, now, out);
    }
    return out;
  }
  record.next.reset();
  record.is_cancelled = true;
  out.emplace_back(store_job{record});
  out.emplace_back(signal_process{job_manager->place.node, record.id, record.job_manager,
                                  process_signal::terminate});
  return out;
}

result<cluster_state::commands> cluster_state::take_savepoint(const ask_savepoint& what) {
  const auto& order = what.order;
  const auto id = find(what.job);
  if (!id) return id.failure();
  const auto activity = "take a savepoint of job " + *id;
  if (auto checked = check(order); !checked) return within(activity, checked.failure());
  auto& record = jobs_.at(*id).record;
  const auto is_it = [&](const savepoint_order& each) { return each.token == order.token; };
  const bool is_known =
      find_answer(record.savepoints_answered, order.token) != nullptr ||
      std::any_of(record.savepoints_ordered.begin(), record.savepoints_ordered.end(), is_it);
  if (is_known) return commands{};
  const auto job = running_job_named(*id, "take a savepoint of");
  if (!job) return job.failure();
  if (record.next && !order.stops) {
    return wrong_state(activity +
                       ": it stops with one just now, to go on elsewhere or otherwise; try again");
  }
  commands out;
  auto ordered = order_savepoint_of(**job, order, out);
  if (!ordered) return within(activity, ordered.failure());
  return out;
}

// What was planned to follow its next savepoint is not, if this is another that stops it.
status cluster_state::order_savepoint_of(cluster_job& job, savepoint_order order, commands& out) {
  auto& record = job.record;
  const auto* const job_manager = job.job_manager();
  if (record.submitted.checkpoint_directory.empty()) {
    return wrong_state(
        "it takes no checkpoints; submit it with "
        "-D execution.checkpointing.dir=DIRECTORY");
  }
  if (job_manager == nullptr || job.clearing_since || record.report.state != "running") {
    return wrong_state("it does not run at the moment; try again");
  }
  auto& ordered = record.savepoints_ordered;
  if (ordered.size() >= most_savepoint_orders) {
    return wrong_state("so many were asked for and have not been taken yet: " +
                       std::to_string(ordered.size()) + "; try again");
  }
  if (order.stops && order.token != planned_token(record)) record.next.reset();
  ordered.push_back(std::move(order));
  // Another leader may be the one that hears what becomes of it.
  out.emplace_back(store_job{record});
  out.emplace_back(
      order_savepoint{job_manager->place.node, record.id, record.job_manager, ordered.back()});
  return {};
}

result<cluster_state::commands> cluster_state::restart(const restart_job& what, processing_time) {
  const auto id = find(what.job);
  if (!id) return id.failure();
  auto& job = jobs_.at(*id);
  if (!job.has_ended() || job.clearing_since) {
    return wrong_state("restart job " + *id +
                       ": it has not ended; weir stop or weir cancel it first");
  }
  if (what.from == "latest" && job.record.submitted.checkpoint_directory.empty()) {
    return wrong_state("restart job " + *id + ": it has taken no checkpoints; say --from PATH");
  }
  if (what.from != "latest" && !what.from.starts_with('/')) {
    return wrong_state("restart job " + *id + ": --from " + what.from +
                       " is no absolute path, as all nodes see it");
  }
  commands out;
  job.record.ended.clear();
  job.record.restore = what.from;
  ++job.record.restores;
  job.record.report = {};
  job.record.is_cancelled = false;
  job.record.has_stopped = false;
  job.replacements = restart_intensity{most_replacements, replacement_window};
  out.emplace_back(store_job{job.record});
  try_start(job, out);
  return out;
}

status cluster_state::stop_for(cluster_job& job, planned_life next, commands& out) {
  auto& record = job.record;
  const bool is_stopping = has_stop(record);
  const bool has_stopped =
      record.next && find_answer(record.savepoints_answered, planned_token(record)) != nullptr;
  if (is_ending(record)) return wrong_state("it is being stopped with a savepoint");
  if (is_stopping || has_stopped) {
    // With the savepoint that was ordered before, whether it is still to come or already there.
    next.savepoints_before = record.next->savepoints_before;
    record.next = next;
    out.emplace_back(store_job{record});
    return {};
  }
  const auto before = std::exchange(record.next, next);
  record.next->savepoints_before = record.report.savepoints;
  auto ordered = order_savepoint_of(
      job, {.token = planned_token(record), .directory = {}, .stops = true}, out);
  if (!ordered) record.next = before;
  return ordered;
}

result<cluster_state::commands> cluster_state::rescale(const rescale_job& what, processing_time) {
  const auto found = running_job_named(what.job, "rescale");
  if (!found) return found.failure();
  auto& job = **found;
  const auto& submitted = job.record.submitted;
  if (what.parallelism == 0) return wrong_state("rescale: the parallelism is at least 1");
  if (submitted.max_parallelism > 0 && what.parallelism > submitted.max_parallelism) {
    return wrong_state("rescale job " + job.record.id + ": its state has " +
                       std::to_string(submitted.max_parallelism) +
                       " key groups (pipeline.max-parallelism), which is the most");
  }
  if (submitted.slots != submitted.parallelism) {
    return wrong_state("rescale job " + job.record.id +
                       ": its operators set a parallelism or a slot sharing group of their own; "
                       "weir stop it, and submit it with --parallelism and --restore");
  }
  commands out;
  auto stopped = stop_for(job, {.parallelism = what.parallelism, .slots = what.parallelism}, out);
  if (!stopped) return within("rescale job " + job.record.id, stopped.failure());
  return out;
}

void cluster_state::store_drained_nodes(commands& out) {
  is_drained_stored_ = true;
  out.emplace_back(store_drained{drained_});
}

result<node_draining> cluster_state::drain(const drain_node& what, processing_time) {
  if (!nodes_.contains(what.node)) return no_node(what.node);
  if (!drained_.contains(what.node) && drained_.size() >= most_drained_nodes) {
    return wrong_state("drain node " + what.node + ": " + std::to_string(drained_.size()) +
                       " are drained, such as " + *drained_.begin() +
                       "; weir undrain those that are gone for good");
  }
  node_draining done;
  if (drained_.insert(what.node).second || !is_drained_stored_) store_drained_nodes(done.orders);
  std::vector<std::string> staying;
  for (auto& [id, job] : jobs_) {
    job.drop_unstarted_on(what.node);
    start_task_managers(job, done.orders);
    const bool is_there =
        std::any_of(job.processes.begin(), job.processes.end(),
                    [&](const auto& each) { return each.second.place.node == what.node; });
    // What is being cleared goes on elsewhere, and what is stopped for good ends.
    if (!is_there || job.has_ended() || job.clearing_since || is_ending(job.record)) continue;
    const auto& submitted = job.record.submitted;
    const auto next = job.record.next.value_or(
        planned_life{.parallelism = submitted.parallelism, .slots = submitted.slots});
    if (auto stopped = stop_for(job, next, done.orders); !stopped) {
      staying.push_back("job " + id + " stays there: " + stopped.failure().message);
    }
  }
  done.remark = lines_of(staying);
  return done;
}

result<cluster_state::commands> cluster_state::undrain(const undrain_node& what) {
  commands out;
  if (drained_.erase(what.node) > 0) {
    store_drained_nodes(out);
    fill_slots(out);
  } else if (!nodes_.contains(what.node)) {
    return no_node(what.node);
  } else if (!is_drained_stored_) {
    store_drained_nodes(out);
  }
  return out;
}

// --- What there is -------------------------------------------------------------------------------

std::string cluster_state::waits_for(const cluster_job& job) const {
  if (job.has_ended() || job.clearing_since) return "";
  std::uint32_t free = 0;
  for (const auto& each : free_nodes()) free += each.slots;
  const auto there =
      " free on " + std::to_string(nodes_.size()) + (nodes_.size() == 1 ? " node" : " nodes");
  const auto* const job_manager = job.job_manager();
  if (job_manager == nullptr) {
    const auto wanted = job.record.submitted.slots;
    return "needs " + slots_text(wanted) + ", " + std::to_string(free) +
           (free == 1 ? " is" : " are") + there;
  }
  if (job_manager->out_of_sight) return "its node " + job_manager->place.node + " is out of sight";
  const auto missing = job.record.task_managers - (job.processes.size() - 1);
  if (missing == 0 || job.is_dismissed) return "";
  return std::to_string(missing) + " of " + std::to_string(job.record.task_managers) +
         " task managers need " + slots_text(job.record.slots_each) + " each, " +
         std::to_string(free) + (free == 1 ? " is" : " are") + there;
}

listed_job cluster_state::list(const std::string& id) const {
  const auto& job = jobs_.at(id);
  listed_job listed{.remark = waits_for(job), .record = job.record};
  const auto& reported = job.record.report.state;
  if (job.has_ended()) {
    listed.state = job.record.ended;
  } else if (job.clearing_since) {
    listed.state = "restarting";
  } else if (job.job_manager() == nullptr) {
    listed.state = "waiting";
  } else {
    listed.state = reported.empty() ? "starting" : reported;
  }
  for (const auto& [number, process] : job.processes) {
    listed.processes.push_back({process.place, process.pid, process.slots});
  }
  if (job.is_running()) listed.tasks = job.tasks;
  return listed;
}

std::vector<listed_job> cluster_state::list_jobs() const {
  std::vector<listed_job> listed;
  for (const auto& [id, job] : jobs_) listed.push_back(list(id));
  std::stable_sort(listed.begin(), listed.end(), [](const auto& left, const auto& right) {
    return left.record.submitted_at < right.record.submitted_at;
  });
  return listed;
}

std::set<std::string> cluster_state::programs() const {
  std::set<std::string> hashes;
  for (const auto& [id, job] : jobs_) hashes.insert(job.record.submitted.program);
  return hashes;
}

forget_jobs cluster_state::forgotten() const {
  forget_jobs all;
  for (const auto& each : forgotten_.all()) {
    if (!jobs_.contains(each.id)) all.jobs.push_back(each.id);
  }
  all.programs = forgotten_.programs_but(programs());
  return all;
}

std::vector<listed_node> cluster_state::list_nodes(const std::string& leader) const {
  std::vector<listed_node> listed;
  for (const auto& each : free_nodes()) {
    const auto& node = nodes_.at(each.name);
    listed_node entry{.name = each.name,
                      .slots = node.slots,
                      .free_slots = each.slots,
                      .processes = 0,
                      .is_leader = each.name == leader,
                      .is_draining = drained_.contains(each.name)};
    for (const auto& [id, job] : jobs_) {
      for (const auto& [number, process] : job.processes) {
        if (process.place.node == each.name && process.is_started) ++entry.processes;
      }
    }
    listed.push_back(std::move(entry));
  }
  return listed;
}

}  // namespace weir
