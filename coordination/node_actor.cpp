// SPDX-License-Identifier: Apache-2.0
// Starting and replacing; see coordination/node_actor.hpp.
#include "coordination/node_actor.hpp"

#include <utility>

#include <caf/all.hpp>

#include "actors/caf_messages.hpp"
#include "coordination/job_manager_actor.hpp"
#include "coordination/task_manager_actor.hpp"

namespace weir {

node_actor::node_actor(caf::actor_config& config, runtime& world,
                       std::shared_ptr<const execution_graph> graph, node_roles roles)
    : engine_actor{config, world},
      graph_{std::move(graph)},
      roles_{roles},
      intensity_{3, std::chrono::seconds{10}} {}

caf::behavior node_actor::make_behavior() {
  if (roles_.listener != nullptr) {
    job_manager_ = spawn_child<job_manager_actor>(graph_, *roles_.listener);
    roles_.job_manager = world().fabric().publish(job_manager_);
  }
  for (std::uint32_t i = 0; i < roles_.task_managers; ++i) start_task_manager();
  return {
      [this](cancel_job order) {
        if (job_manager_) send(job_manager_, order);
      },
      [this](const take_savepoint& order) {
        if (job_manager_) send(job_manager_, order);
      },
      [this](const stop_with_savepoint& order) {
        if (job_manager_) send(job_manager_, order);
      },
  };
}

std::optional<actor_address> node_actor::job_manager() const {
  if (!job_manager_) return std::nullopt;
  return roles_.job_manager;
}

void node_actor::start_task_manager() {
  spawn_child<task_manager_actor>(graph_, roles_.slots_per_task_manager, roles_.job_manager);
}

void node_actor::on_child_ended(const caf::actor_addr& child, bool, error cause) {
  if (job_manager_ && child == job_manager_.address()) {
    job_manager_ = nullptr;
    roles_.listener->on_state(job_state::failed, within("the job manager was lost", cause),
                              world().now());
    quit(caf::exit_reason::user_shutdown);
  } else if (intensity_.on_child_ended(world().now())) {
    start_task_manager();
  } else {
    give_up(within("a node lost its task managers too often", std::move(cause)));
  }
}

// The job manager must outlive the job's failure, or nobody would tell the listener.
void node_actor::give_up(error cause) {
  if (job_manager_) {
    send(job_manager_, fail_job{std::move(cause)});
  } else {
    fail(cause);
  }
}

}  // namespace weir
