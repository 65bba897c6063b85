// SPDX-License-Identifier: Apache-2.0
// Messages to calls and back; see actors/task_actor.hpp.
#include "actors/task_actor.hpp"

#include <algorithm>
#include <utility>

#include <caf/all.hpp>

#include "actors/snapshot_writer_actor.hpp"
#include "api/sometimes.hpp"
#include "state/checkpoint_directory.hpp"

namespace weir {

namespace {

bool reaches(const connect_task& order, process_id process) {
  const auto is_there = [process](const actor_address& peer) { return peer.process == process; };
  return std::any_of(order.upstream.begin(), order.upstream.end(), is_there) ||
         std::any_of(order.downstream.begin(), order.downstream.end(), is_there);
}

// How many events a task handles before others on the same worker thread have their turn.
constexpr int steps_per_turn = 32;
constexpr auto announce_interval = std::chrono::seconds{1};

checkpoint_place place_of(runtime& world, const attempt_terms& terms) {
  if (terms.checkpoint_directory.empty()) return {};
  const checkpoint_directory directory{world.files(), terms.checkpoint_directory};
  return {terms.token.directory, directory.path()};
}

operator_environment environment_of(runtime& world, entry_stores& stores,
                                    const attempt_terms& terms) {
  return {.files = &world.files(),
          .stores = &stores,
          .attempt_token = to_string(terms.token),
          .has_checkpoints = !terms.checkpoint_directory.empty(),
          .is_incremental = terms.is_incremental,
          .allows_non_restored_state = terms.allows_non_restored_state,
          .poison = &terms.poison,
          .spilling = terms.spilling};
}

}  // namespace

task_actor::task_actor(caf::actor_config& config, runtime& world, const caf::actor& slot,
                       attempt_number attempt, std::shared_ptr<const attempt_terms> terms,
                       task_description description, actor_address job_manager,
                       std::shared_ptr<local_backup> backup)
    : engine_actor{config, world},
      attempt_{attempt},
      terms_{std::move(terms)},
      backup_{std::move(backup)},
      place_{place_of(world, *terms_)},
      restored_files_{world.files(), backup_, place_, terms_->snapshot_files},
      stores_{world.stores(), restored_files_},
      task_{std::move(description), environment_of(world, stores_, *terms_), *this},
      job_manager_{world.fabric().resolve(job_manager)} {
  obey(slot);
}

caf::behavior task_actor::make_behavior() {
  return {
      [this](const frame_sent& message) {
        if (message.attempt != attempt_ || !message.content) return;
        const auto content = message.content;
        auto taken = task_.deliver(message.channel, std::move(*content));
        if (!taken) return fail(taken.failure());
        run();
      },
      [this](const credit_granted& message) {
        if (message.attempt != attempt_ || !message.content) return;
        const auto content = message.content;
        task_.on_granted(message.channel, std::move(*content));
        run();
      },
      [this](resume_task) {
        resume_is_under_way_ = false;
        run();
      },
      [this](const wake_task& message) {
        if (wake_is_due_ == message.due) wake_is_due_.reset();
        run();
      },
      [this](const connect_task& order) {
        if (order.attempt == attempt_ && !is_running_ && !wiring_) start_when_connected(order);
      },
      [this](const peer_up& fact) { on_connected(fact.peer); },
      [this](const peer_down& fact) {
        if (wiring_ && reaches(*wiring_, fact.peer)) missing_.insert(fact.peer);
      },
      [this](const trigger_checkpoint& order) {
        if (order.attempt != attempt_) return;
        task_.trigger_checkpoint(order.checkpoint, order.stops, order.base);
        run();
      },
      [this](const resume_source& order) {
        if (order.attempt != attempt_) return;
        task_.resume_reading(order.checkpoint);
        run();
      },
      [this](const end_input& order) {
        if (order.attempt != attempt_) return;
        task_.end_input();
        run();
      },
      [this](const stop_task& order) {
        if (order.attempt == attempt_ && is_running_) on_progress(task_.stop(order.checkpoint));
      },
      [this](const checkpoint_completed& fact) {
        if (fact.attempt != attempt_ || !is_running_) return;
        if (backup_) backup_->on_completed(place_.directory, fact.checkpoint);
        const auto made = task_.on_checkpoint_completed(fact.checkpoint);
        if (made == task::progress::failed) on_progress(made);
      },
      [this](const snapshot_written& fact) { history_.add(fact.content); },
      [this](const commit_output& order) {
        if (order.attempt == attempt_ && is_running_) on_progress(task_.commit());
      },
      [this](announce_credit) {
        task_.announce_credit();
        delayed_send(this, announce_interval, announce_credit{});
      },
      [this](const request_report& request) {
        if (request.attempt != attempt_) return;
        caf::event_based_actor::send(job_manager_, task_reported{attempt_, task_.report()});
      },
  };
}

void task_actor::on_exit() {
  task_.abandon();
  upstream_.clear();
  downstream_.clear();
  job_manager_ = nullptr;
  restored_files_.let_backup_go();
  backup_.reset();
}

// Processes that have just met may be deployed to before they are connected with each other.
void task_actor::start_when_connected(const connect_task& order) {
  for (const auto* side : {&order.upstream, &order.downstream}) {
    for (const auto& peer : *side) missing_.insert(peer.process);
  }
  missing_.erase(world().process());
  if (missing_.empty()) return start(order);
  wiring_ = order;
  world().fabric().watch_peers(caf::actor{this});
}

void task_actor::on_connected(process_id peer) {
  if (!wiring_) return;
  missing_.erase(peer);
  if (missing_.empty()) start(*std::exchange(wiring_, std::nullopt));
}

void task_actor::start(const connect_task& order) {
  for (const auto& peer : order.upstream) upstream_.push_back(reach(peer));
  for (const auto& peer : order.downstream) {
    const channel_index output{static_cast<std::uint32_t>(downstream_.size())};
    downstream_.push_back(reach(peer));
    if (peer.process == world().process()) continue;
    if (auto leads = task_.lead_far(output); !leads) return fail(leads.failure());
  }
  if (auto opened = open(); !opened) return fail(opened.failure());
  is_running_ = true;
  tell_that_it_started();
  if (!upstream_.empty()) delayed_send(this, announce_interval, announce_credit{});
  run();
}

void task_actor::tell_that_it_started() {
  restored_files_.let_backup_go();
  task_started fact{attempt_, task_.description().task, restored_files_.found().read,
                    std::move(restored_files_.found().damaged)};
  if (const auto problem = backup_ ? backup_->take_problem() : std::nullopt) {
    fact.warnings.push_back(problem->message);
  }
  caf::event_based_actor::send(job_manager_, std::move(fact));
}

// A near one cannot be lost without its slot, which reports that.
caf::actor task_actor::reach(actor_address peer) {
  auto handle = world().fabric().resolve(peer);
  if (peer.process == world().process()) return handle;
  if (far_peers_.emplace(handle.address(), peer.process).second) monitor(handle);
  return handle;
}

status task_actor::open() {
  if (terms_->restored == checkpoint_id{}) return task_.open(world().now());
  auto stores = std::make_shared<kept_stores>(stores_, terms_->spilling.store);
  std::vector<std::string> paths;
  for (const auto& each : terms_->snapshot_files) paths.push_back(each.path);
  auto restored =
      snapshot_set::open(restored_files_, terms_->restored, std::move(paths), std::move(stores));
  if (!restored) return restored.failure();
  if (auto opened = task_.open(world().now(), &*restored); !opened) return opened;
  history_.add(restored->as_base());
  return {};
}

void task_actor::run() {
  if (!is_running_ || terms_->stops) return;
  auto made = task::progress::made;
  for (int i = 0; i < steps_per_turn && made == task::progress::made; ++i) {
    made = task_.step(world().now());
  }
  on_progress(made);
}

void task_actor::on_progress(task::progress made) {
  switch (made) {
    case task::progress::made:
      if (std::exchange(resume_is_under_way_, true)) return;
      return caf::event_based_actor::send(this, resume_task{});
    case task::progress::waiting_for_input:
      if (task_.wake_at()) wake_at(*task_.wake_at());
      return;
    case task::progress::waiting_for_credit:
      return;
    case task::progress::drained:
      if (std::exchange(has_told_that_it_drained_, true)) return;
      caf::event_based_actor::send(job_manager_, task_reported{attempt_, task_.report()});
      return caf::event_based_actor::send(job_manager_,
                                          task_drained{attempt_, task_.description().task});
    case task::progress::finished:
      // One that is stopped has not said so as it drained.
      caf::event_based_actor::send(job_manager_, task_reported{attempt_, task_.report()});
      return quit(caf::exit_reason::normal);
    case task::progress::failed:
      if (const auto& record = task_.failed_on()) {
        caf::event_based_actor::send(job_manager_,
                                     record_failed{attempt_, task_.description().task, *record});
      }
      return fail(task_.failure());
  }
}

void task_actor::wake_at(processing_time due) {
  if (wake_is_due_ && *wake_is_due_ <= due) return;
  wake_is_due_ = due;
  delayed_send(this, std::max(due - world().now(), duration::zero()), wake_task{due});
}

void task_actor::on_unreachable(const caf::actor_addr& peer, error cause) {
  const auto process = far_peers_.at(peer).value;
  WEIR_SOMETIMES("a task lost the task at the other end of a channel");
  fail(within("exchange records with process " + std::to_string(process), std::move(cause)));
}

void task_actor::on_child_ended(const caf::actor_addr& child, bool finished, error cause) {
  // How a peer ends is for its slot to report.
  if (far_peers_.contains(child)) return;
  if (!finished) fail(within("write a snapshot", std::move(cause)));
}

void task_actor::on_snapshot_taken(task_snapshot taken) {
  const auto& self = task_.description();
  const auto& operators = taken.operators;
  if (std::none_of(operators.begin(), operators.end(),
                   [](const operator_snapshot& each) { return each.has_state(); })) {
    return caf::event_based_actor::send(
        job_manager_, checkpoint_acknowledged{attempt_, taken.checkpoint, self.task,
                                              snapshot_facts{.alignment = taken.alignment}});
  }
  const checkpoint_directory directory{world().files(), terms_->checkpoint_directory};
  auto path = directory.snapshot_path(taken.checkpoint, terms_->token, self.task);
  snapshot_header about{.checkpoint = taken.checkpoint,
                        .task = self.name,
                        .subtask = self.subtask,
                        .parallelism = self.parallelism,
                        .max_parallelism = self.max_parallelism};
  auto base = history_.take_base(taken.base.checkpoint);
  if (base && base->checkpoint == terms_->restored && !base->tables.empty()) {
    WEIR_SOMETIMES("a snapshot was based on what its attempt began with");
  }
  spawn_child<snapshot_writer_actor>(attempt_, self.task, std::move(taken), std::move(about),
                                     std::move(path), std::move(base), job_manager_, backup_,
                                     place_);
}

void task_actor::send(channel_index output, frame leaving) {
  const auto peer = task_.description().downstream[output.value].channel;
  caf::event_based_actor::send(
      downstream_[output.value],
      frame_sent{attempt_, peer, std::make_shared<frame>(std::move(leaving))});
}

void task_actor::grant(channel_index input, credit_grant granted) {
  const auto peer = task_.description().upstream[input.value].channel;
  caf::event_based_actor::send(
      upstream_[input.value],
      credit_granted{attempt_, peer, std::make_shared<credit_grant>(std::move(granted))});
}

}  // namespace weir
