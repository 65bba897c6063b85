// SPDX-License-Identifier: Apache-2.0
// Commands of the lifecycle to messages, messages to facts; see coordination/job_manager_actor.hpp.
#include "coordination/job_manager_actor.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <caf/all.hpp>

#include "api/sometimes.hpp"
#include "coordination/hexadecimal.hpp"
#include "coordination/overloaded.hpp"
#include "coordination/progress_totals.hpp"
#include "coordination/split_assignment.hpp"

namespace weir {

namespace {

// How long tasks may take to start.
constexpr auto deployment_timeout = std::chrono::seconds{30};
// How long another may still hold the checkpoint directory. A cluster kills a job manager that it
// cannot reach before it starts the next; this is for what a network file system takes to notice.
constexpr auto directory_patience = std::chrono::seconds{30};
constexpr auto between_tries = std::chrono::milliseconds{500};

spilling_terms spilling_terms_of(const job_options& options) {
  return {.is_on = options.state_backend == state_backend_type::rocksdb,
          .most_bytes_in_memory = options.rocksdb_cache,
          .store = {.directory = options.rocksdb_directory, .memory = options.rocksdb_memory}};
}

}  // namespace

job_manager_actor::job_manager_actor(caf::actor_config& config, runtime& world,
                                     const caf::actor& node,
                                     std::shared_ptr<const execution_graph> graph,
                                     job_listener& listener)
    : engine_actor{config, world},
      graph_{std::move(graph)},
      listener_{&listener},
      lifecycle_{graph_->task_count(), make_restart_strategy(graph_->options()),
                 !graph_->options().checkpoint_directory.empty()},
      checkpoints_{graph_, world.files()},
      poison_{graph_},
      chance_{world.random()} {
  obey(node);
}

caf::behavior job_manager_actor::make_behavior() {
  delayed_send(this, graph_->options().progress_interval, report_progress{});
  open_directory();
  return on_job_messages()
      .or_else(on_task_messages())
      .or_else(on_checkpoint_messages().or_else(on_savepoint_messages()));
}

caf::message_handler job_manager_actor::on_job_messages() {
  return {
      [this](const task_manager_registered& offer) { add_task_manager(offer); },
      [this](report_progress) {
        if (is_final(lifecycle_.state())) return;
        tell_progress();
        tell_tasks(request_report{lifecycle_.attempt()});
        delayed_send(this, graph_->options().progress_interval, report_progress{});
      },
      [this](open_checkpoints) { open_directory(); },
      [this](const check_slots& check) { check_slots_for(check.attempt); },
      [this](const check_deployment& check) { check_deployment_of(check.attempt); },
      [this](const restart_due& fact) {
        execute(lifecycle_.on_restart_due(fact.attempt));
        if (lifecycle_.state() != job_state::restarting) return;
        wait_for_slots(fact.attempt);
      },
      [this](const fail_job& order) {
        execute(lifecycle_.on_given_up(order.cause, this_moment()));
      },
      [this](cancel_job) { execute(lifecycle_.on_cancel()); },
  };
}

caf::message_handler job_manager_actor::on_task_messages() {
  return {
      [this](const task_deployed& fact) {
        if (fact.attempt != lifecycle_.attempt()) return;
        addresses_[fact.task] = fact.address;
        execute(lifecycle_.on_task_deployed(fact.attempt, fact.task));
      },
      [this](const task_started& fact) { on_started(fact); },
      [this](const task_drained& fact) {
        carry_out(checkpoints_.on_task_drained(fact.attempt, fact.task, world().now()));
        execute(lifecycle_.on_task_drained(fact.attempt, fact.task));
      },
      [this](const record_failed& fact) {
        if (fact.attempt == lifecycle_.attempt()) failed_records_[fact.task] = fact.record;
      },
      [this](const task_ended& fact) { on_ended(fact); },
      [this](const task_reported& fact) {
        if (fact.attempt == lifecycle_.attempt()) reports_[fact.report.task] = fact.report;
      },
  };
}

caf::message_handler job_manager_actor::on_checkpoint_messages() {
  return {
      [this](const checkpoint_tick& tick) {
        if (tick_is_due_ == tick.due) tick_is_due_.reset();
        carry_out(checkpoints_.on_tick(world().now()));
      },
      [this](const checkpoint_acknowledged& fact) {
        carry_out(checkpoints_.on_acknowledged(fact.attempt, fact.checkpoint, fact.task, fact.facts,
                                               world().now()));
      },
      [this](const checkpoint_declined& fact) {
        carry_out(checkpoints_.on_declined(fact.attempt, fact.checkpoint, fact.task, fact.cause,
                                           world().now()));
      },
  };
}

caf::message_handler job_manager_actor::on_savepoint_messages() {
  return {
      [this](const take_savepoint& order) {
        request_savepoint(order.directory, after_savepoint::go_on);
      },
      [this](const stop_with_savepoint& order) {
        request_savepoint(order.directory,
                          order.drain ? after_savepoint::drain_and_stop : after_savepoint::stop);
      },
  };
}

void job_manager_actor::request_savepoint(std::string directory, after_savepoint then) {
  savepoint_request request{std::move(directory), then, hexadecimal(world().random())};
  carry_out(checkpoints_.request_savepoint(std::move(request), world().now()));
}

void job_manager_actor::on_exit() { task_managers_.clear(); }

void job_manager_actor::open_directory() {
  if (is_final(lifecycle_.state())) return;
  const auto opened = checkpoints_.open(chance_);
  if (opened) {
    is_open_ = true;
    wait_for_slots({});
    return offer_slots();
  }
  const auto now = world().now();
  const bool is_first = !in_use_since_;
  if (is_first) in_use_since_ = now;
  if (opened.failure().code != error_code::in_use || now - *in_use_since_ >= directory_patience) {
    return execute(lifecycle_.on_job_failed(opened.failure(), this_moment()));
  }
  if (is_first) {
    listener_->on_warning(
        within("this job waits for up to " + to_string(duration{directory_patience}),
               opened.failure()),
        now);
  }
  delayed_send(this, between_tries, open_checkpoints{});
}

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

void job_manager_actor::execute(const job_lifecycle::commands& commands) {
  for (const auto& command : commands) {
    std::visit(overloaded{
                   [this](const deploy_tasks& order) { deploy(order.attempt); },
                   [this](const connect_tasks& order) { connect(order.attempt); },
                   [this](const take_final_checkpoint&) {
                     carry_out(checkpoints_.request_final(world().now()));
                   },
                   [this](const commit_tasks& order) { tell_tasks(commit_output{order.attempt}); },
                   [this](const stop_tasks& order) {
                     tell_tasks(stop_task{order.attempt, order.checkpoint});
                   },
                   [this](const cancel_tasks& order) {
                     for (const auto& each : task_managers_) {
                       send(each.handle, cancel_attempt{order.attempt});
                     }
                   },
                   [this](const schedule_restart& order) {
                     delayed_send(this, order.delay, restart_due{order.attempt});
                   },
                   [this](const report_state& fact) { enter(fact); },
               },
               command);
  }
}

void job_manager_actor::enter(const report_state& fact) {
  const auto now = world().now();
  carry_out(checkpoints_.on_state(fact.state, lifecycle_.attempt(), now));
  if (fact.state == job_state::running && restored_ != checkpoint_id{} &&
      graph_->options().local_backup) {
    listener_->on_restored(restored_, restored_bytes_, now);
  }
  if (is_final(fact.state)) tell_progress();
  listener_->on_state(fact.state, fact.cause, now);
}

void job_manager_actor::carry_out(const job_checkpoints::orders& orders) {
  const auto now = world().now();
  for (const auto& each : orders.warnings) listener_->on_warning(each, now);
  for (const auto& each : orders.reports) listener_->on_checkpoint(each, now);
  for (const auto& each : orders.savepoints) listener_->on_savepoint(each, now);
  for (const auto& each : orders.triggers) {
    for (const auto task : each.to) {
      tell(task, trigger_checkpoint{each.attempt, each.id, each.stops, each.base});
    }
  }
  for (const auto& each : orders.resumes) {
    for (const auto task : each.to) tell(task, resume_source{each.attempt, each.id});
  }
  for (const auto& each : orders.ended_inputs) {
    for (const auto task : each.to) tell(task, end_input{each.attempt});
  }
  for (const auto& each : orders.completed) {
    tell_tasks(checkpoint_completed{each.attempt, each.id});
    if (each.is_final) execute(lifecycle_.on_final_checkpoint_completed(each.attempt));
    if (each.stops) execute(lifecycle_.on_stopped(each.attempt, each.id));
  }
  if (orders.failure) execute(lifecycle_.on_job_failed(*orders.failure, this_moment()));
  const auto next = checkpoints_.next_tick();
  if (!next || (tick_is_due_ && *tick_is_due_ <= *next)) return;
  tick_is_due_ = next;
  delayed_send(this, std::max(*next - now, duration::zero()), checkpoint_tick{*next});
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
  failed_records_.clear();
  const auto self = world().fabric().publish(caf::actor{this});
  for (std::uint32_t i = 0; i < graph_->task_count(); ++i) {
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

void job_manager_actor::on_started(const task_started& fact) {
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

void job_manager_actor::on_ended(const task_ended& ended) {
  if (ended.finished) {
    execute(lifecycle_.on_task_finished(ended.attempt, ended.task, this_moment()));
  } else if (ended.cancelled) {
    execute(lifecycle_.on_task_cancelled(ended.attempt, ended.task, this_moment()));
  } else {
    const auto record = failed_records_.find(ended.task);
    const bool is_known = ended.attempt == lifecycle_.attempt() && record != failed_records_.end();
    auto cause =
        is_known ? poison_.on_failed(ended.attempt, record->second, ended.cause) : ended.cause;
    execute(lifecycle_.on_task_failed(ended.attempt, ended.task, std::move(cause), this_moment()));
  }
}

void job_manager_actor::on_child_ended(const caf::actor_addr& child, bool, error cause) {
  for (std::uint32_t number = 0; number < task_managers_.size(); ++number) {
    if (task_managers_[number].handle.address() == child) lose_task_manager(number, cause);
  }
}

void job_manager_actor::lose_task_manager(std::uint32_t number, const error& cause) {
  if (std::exchange(task_managers_[number].is_lost, true)) return;
  WEIR_SOMETIMES("a task manager was lost");
  std::erase_if(offers_, [&](const auto& offer) { return offer.task_manager == number; });
  if (missing_slots() > 0) lifecycle_.on_slots_lost();
  const auto reason = within("task manager " + std::to_string(number + 1) + " was lost", cause);
  for (std::uint32_t i = 0; i < assigned_.size(); ++i) {
    if (assigned_[i].task_manager != number) continue;
    execute(lifecycle_.on_task_lost(lifecycle_.attempt(), {i}, reason, this_moment()));
  }
}

void job_manager_actor::tell_progress() {
  auto totals = totals_of(reports_);
  const auto state = lifecycle_.state();
  if (state == job_state::created || state == job_state::restarting) {
    totals.missing_slots = missing_slots();
  }
  listener_->on_progress(totals, world().now());
}

}  // namespace weir
