// SPDX-License-Identifier: Apache-2.0
// Messages to tasks and back; see coordination/slot_actor.hpp.
#include "coordination/slot_actor.hpp"

#include <utility>

#include <caf/all.hpp>

#include "actors/task_actor.hpp"

namespace weir {

slot_actor::slot_actor(caf::actor_config& config, runtime& world, const caf::actor& task_manager,
                       std::shared_ptr<const execution_graph> graph,
                       std::shared_ptr<local_backup> backup)
    : engine_actor{config, world}, graph_{std::move(graph)}, backup_{std::move(backup)} {
  obey(task_manager);
}

caf::behavior slot_actor::make_behavior() {
  return {
      [this](const deploy_task& order) { deploy(order); },
      [this](const cancel_attempt& order) { cancel(order.attempt); },
  };
}

void slot_actor::deploy(const deploy_task& order) {
  auto description = graph_->describe(order.task, order.splits);
  description.seed = seed_of(order.task, order.terms->seed);
  auto name = description.name;
  auto handle = spawn_child<task_actor>(order.attempt, order.terms, std::move(description),
                                        order.job_manager, backup_);
  auto job_manager = world().fabric().resolve(order.job_manager);
  send(job_manager, task_deployed{order.attempt, order.task, world().fabric().publish(handle)});
  tasks_[handle.address()] = {order.attempt,          order.task, std::move(name), handle,
                              std::move(job_manager), false};
}

void slot_actor::cancel(attempt_number attempt) {
  for (auto& [address, running] : tasks_) {
    if (attempt < running.attempt || running.was_cancelled) continue;
    running.was_cancelled = true;
    send_exit(running.handle, caf::exit_reason::user_shutdown);
  }
}

void slot_actor::on_child_ended(const caf::actor_addr& child, bool finished, error cause) {
  const auto found = tasks_.find(child);
  if (found == tasks_.end()) return;
  const auto ended = std::move(found->second);
  tasks_.erase(found);
  // The error of an operator names the operator; the engine's own do not say where they arose.
  if (cause.code == error_code::internal) cause = within("task " + ended.name, std::move(cause));
  send(ended.job_manager,
       task_ended{ended.attempt, ended.task, finished, ended.was_cancelled, std::move(cause)});
}

}  // namespace weir
