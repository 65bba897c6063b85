// SPDX-License-Identifier: Apache-2.0
// The root of the supervision tree of one process. Starts what the process is for - the job
// manager, task managers, or both - and decides what their end means: a task manager is replaced,
// within limits; without its job manager a job is lost.
#pragma once

#include <memory>
#include <optional>

#include "actors/engine_actor.hpp"
#include "coordination/execution_graph.hpp"
#include "coordination/job_listener.hpp"
#include "coordination/restart_intensity.hpp"

namespace weir {

// What a process is for.
struct node_roles {
  job_listener* listener = nullptr;  // Set: the job manager runs here and tells it.
  actor_address job_manager;         // Where it runs, if not here.
  std::uint32_t task_managers = 0;
  std::uint32_t slots_per_task_manager = 1;
};

class node_actor final : public engine_actor {
public:
  node_actor(caf::actor_config& config, runtime& world,
             std::shared_ptr<const execution_graph> graph, node_roles roles);

  caf::behavior make_behavior() override;
  const char* name() const override { return "node"; }
  // Where this node's job manager is; none before the node has started, or if it has none.
  std::optional<actor_address> job_manager() const;

protected:
  void on_child_ended(const caf::actor_addr& child, bool finished, error cause) override;

private:
  void start_task_manager();
  // Task managers are not replaced any more.
  void give_up(error cause);

  std::shared_ptr<const execution_graph> graph_;
  node_roles roles_;
  caf::actor job_manager_;
  restart_intensity intensity_;
};

}  // namespace weir
