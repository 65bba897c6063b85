// SPDX-License-Identifier: Apache-2.0
// Commands of the lifecycle to messages, messages to facts; see coordination/job_manager_actor.hpp.
#include "coordination/job_manager_actor.hpp"

#include <algorithm>
#include <utility>

#include <caf/all.hpp>

#include "api/sometimes.hpp"
#include "coordination/hexadecimal.hpp"
#include "coordination/overloaded.hpp"
#include "coordination/progress_totals.hpp"

namespace weir {

namespace {

// How long another may still hold the checkpoint directory. A cluster kills a job manager that it
// cannot reach before it starts the next; this is for what a network file system takes to notice.
constexpr auto directory_patience = std::chrono::seconds{30};
constexpr auto between_tries = std::chrono::milliseconds{500};

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

void job_manager_actor::on_ended(const task_ended& ended) {
  note_task(ended.attempt, ended.task,
            ended.finished ? "finished" : (ended.cancelled ? "canceled" : "failed"));
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
  if (auto tasks = listed_tasks(); tasks != told_tasks_) {
    told_tasks_ = std::move(tasks);
    listener_->on_tasks(told_tasks_);
  }
  auto totals = totals_of(reports_);
  const auto state = lifecycle_.state();
  if (state == job_state::created || state == job_state::restarting) {
    totals.missing_slots = missing_slots();
  }
  listener_->on_progress(totals, world().now());
}

}  // namespace weir
