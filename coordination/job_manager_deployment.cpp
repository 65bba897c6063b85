// SPDX-License-Identifier: Apache-2.0
// Slots that are offered, and tasks that are deployed to them; see
// coordination/job_manager_actor.hpp.
#include <algorithm>
#include <set>
#include <utility>

#include <caf/all.hpp>

#include "coordination/job_manager_actor.hpp"
#include "coordination/split_assignment.hpp"

namespace weir {

namespace {

// How long tasks may take to start.
constexpr auto deployment_timeout = std::chrono::seconds{30};

spilling_terms spilling_terms_of(const job_options& options) {
  return {.is_on = options.state_backend == state_backend_type::rocksdb,
          .most_bytes_in_memory = options.rocksdb_cache,
          .store = {.directory = options.rocksdb_directory, .memory = options.rocksdb_memory}};
}

}  // namespace

void job_manager_actor::offer_slots() {
  if (is_open_ && missing_slots() == 0) execute(lifecycle_.on_slots_available());
}

void job_manager_actor::wait_for_slots(attempt_number attempt) {
  const auto patience = graph_->options().slot_request_timeout;
  if (patience > duration::zero()) delayed_send(this, patience, check_slots{attempt});
}

std::uint32_t job_manager_actor::missing_slots() const {
  const auto there = static_cast<std::uint32_t>(offers_.size());
  return std::max(required_slots(*graph_), there) - there;
}

void job_manager_actor::check_slots_for(attempt_number attempt) {
  const auto state = lifecycle_.state();
  const bool is_waiting = state == job_state::created || state == job_state::restarting;
  if (!is_waiting || attempt != lifecycle_.attempt()) return;
  execute(lifecycle_.on_job_failed(
      {error_code::internal,
       std::to_string(required_slots(*graph_)) + " slots are needed, and after " +
           to_string(graph_->options().slot_request_timeout) + " (slot.request.timeout) " +
           std::to_string(offers_.size()) + " are there"},
      this_moment()));
}

void job_manager_actor::check_deployment_of(attempt_number attempt) {
  if (lifecycle_.state() != job_state::deploying || attempt != lifecycle_.attempt()) return;
  execute(lifecycle_.on_job_failed(
      {error_code::internal, "the tasks have not started within " +
                                 to_string(duration{deployment_timeout}) + ": " +
                                 std::to_string(addresses_.size()) + " of " +
                                 std::to_string(graph_->task_count()) + " were deployed"},
      this_moment()));
}

void job_manager_actor::add_task_manager(const task_manager_registered& offer) {
  const auto handle = world().fabric().resolve(offer.task_manager);
  if (!handle) return;
  const auto known =
      std::find_if(task_managers_.begin(), task_managers_.end(),
                   [&](const auto& each) { return each.handle.address() == handle.address(); });
  const auto number = static_cast<std::uint32_t>(known - task_managers_.begin());
  if (known == task_managers_.end()) {
    task_managers_.push_back({});
  } else {
    lose_task_manager(number, {error_code::internal, "it registered again"});
  }
  monitor(handle);
  task_managers_[number] = {handle, offer.task_manager.process, false};
  for (std::uint32_t slot = 0; slot < offer.slots; ++slot) offers_.push_back({number, slot});
  offer_slots();
}

result<std::vector<std::vector<source_split>>> job_manager_actor::discover_splits() {
  std::vector<std::vector<source_split>> by_task(graph_->task_count());
  for (const auto& chain : graph_->chains()) {
    const auto& head = graph_->graph().node(chain.nodes.front());
    if (!head.discover_splits) continue;
    auto found = head.discover_splits({.files = &world().files(),
                                       .subtask = {},
                                       .parallelism = chain.parallelism,
                                       .seed = graph_->options().seed.value_or(0)});
    if (!found) return within("discover splits", found.failure());
    auto shares = assign_splits(std::move(*found), chain.parallelism);
    for (std::uint32_t subtask = 0; subtask < chain.parallelism; ++subtask) {
      by_task[chain.first_task.value + subtask] = std::move(shares[subtask]);
    }
  }
  return by_task;
}

void job_manager_actor::deploy(attempt_number attempt) {
  const auto give_up = [&](const error& cause) {
    execute(lifecycle_.on_nothing_deployed(attempt, cause, this_moment()));
  };
  auto begin = checkpoints_.begin(attempt);
  if (!begin) return give_up(begin.failure());
  for (const auto& each : begin->warnings) listener_->on_warning(each, world().now());
  if (const auto& end = lifecycle_.stops_at(); end && begin->checkpoint != *end) {
    return give_up({error_code::corrupt_data,
                    "the savepoint is complete that the job stops with, but its output is not: "
                    "checkpoint " +
                        std::to_string(end->value) +
                        " is damaged or gone; go on from the savepoint with --restore"});
  }
  std::vector<std::vector<source_split>> splits(graph_->task_count());
  if (begin->checkpoint == checkpoint_id{}) {
    auto discovered = discover_splits();
    if (!discovered) return give_up(discovered.failure());
    splits = std::move(*discovered);
  }
  restored_ = begin->checkpoint;
  restored_bytes_ = {};
  const auto& options = graph_->options();
  const auto terms = std::make_shared<const attempt_terms>(
      attempt_terms{.token = checkpoints_.token_of(attempt),
                    .checkpoint_directory = options.checkpoint_directory,
                    .is_incremental = options.incremental_checkpoints,
                    .allows_non_restored_state = options.allow_non_restored_state,
                    .spilling = spilling_terms_of(options),
                    .restored = begin->checkpoint,
                    .snapshot_files = std::move(begin->files),
                    .stops = lifecycle_.stops_at().has_value(),
                    .poison = poison_.policies(),
                    .seed = graph_->options().seed.value_or(0)});
  assigned_ = assign_slots(*graph_, offers_, former_slots());
  addresses_.clear();
  reports_.clear();
  states_.clear();
  failed_records_.clear();
  const auto self = world().fabric().publish(caf::actor{this});
  for (std::uint32_t i = 0; i < graph_->task_count(); ++i) {
    states_[{i}] = "deploying";
    send(task_managers_[assigned_[i].task_manager].handle,
         deploy_task{attempt, {i}, assigned_[i].slot, std::move(splits[i]), self, terms});
  }
  delayed_send(this, deployment_timeout, check_deployment{attempt});
}

// A task manager that has died with its process alive has another number when it comes back.
std::vector<offered_slot> job_manager_actor::former_slots() const {
  if (!graph_->options().local_backup) return {};
  std::set<std::uint32_t> used;
  for (const auto& each : assigned_) used.insert(each.task_manager);
  auto former = assigned_;
  for (auto& each : former) {
    const auto& was = task_managers_[each.task_manager];
    for (std::uint32_t n = 0; was.is_lost && n < task_managers_.size(); ++n) {
      const auto& other = task_managers_[n];
      if (other.is_lost || other.process != was.process || used.contains(n)) continue;
      each.task_manager = n;
      break;
    }
  }
  return former;
}

void job_manager_actor::note_task(attempt_number attempt, task_index task, const char* state) {
  if (attempt == lifecycle_.attempt()) states_[task] = state;
}

std::vector<listed_task> job_manager_actor::listed_tasks() const {
  std::vector<listed_task> listed;
  for (const auto& [task, state] : states_) {
    if (listed.size() == most_listed_tasks) break;
    const auto report = reports_.find(task);
    listed.push_back({.name = graph_->describe(task, {}).name.substr(0, longest_task_name),
                      .state = state,
                      .process = task_managers_[assigned_[task.value].task_manager].process.value,
                      .records_in = report == reports_.end() ? 0 : report->second.records_in});
  }
  return listed;
}

void job_manager_actor::on_started(const task_started& fact) {
  note_task(fact.attempt, fact.task, "running");
  if (fact.attempt == lifecycle_.attempt()) {
    restored_bytes_.local += fact.restored.local;
    restored_bytes_.remote += fact.restored.remote;
    for (const auto& each : fact.warnings) {
      listener_->on_warning({error_code::corrupt_data, each}, world().now());
    }
  }
  execute(lifecycle_.on_task_started(fact.attempt, fact.task, this_moment()));
}

void job_manager_actor::connect(attempt_number attempt) {
  for (const auto& [task, address] : addresses_) {
    const auto wiring = graph_->describe(task, {});
    connect_task order{attempt, {}, {}};
    for (const auto& peer : wiring.upstream) order.upstream.push_back(addresses_[peer.task]);
    for (const auto& peer : wiring.downstream) order.downstream.push_back(addresses_[peer.task]);
    // A task that is gone already has reported its end, or will.
    if (const auto handle = world().fabric().resolve(address)) send(handle, std::move(order));
  }
}

}  // namespace weir
