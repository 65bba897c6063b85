// SPDX-License-Identifier: Apache-2.0
// A slot of a task manager: the place where subtasks of one slot sharing group run. Supervises them
// and reports each one's end to the job manager, exactly once.
#pragma once

#include <map>
#include <memory>

#include "actors/caf_messages.hpp"
#include "actors/engine_actor.hpp"
#include "coordination/execution_graph.hpp"
#include "state/local_backup.hpp"

namespace weir {

class slot_actor final : public engine_actor {
public:
  slot_actor(caf::actor_config& config, runtime& world, const caf::actor& task_manager,
             std::shared_ptr<const execution_graph> graph,
             std::shared_ptr<local_backup> backup = nullptr);

  caf::behavior make_behavior() override;
  void on_exit() override {
    tasks_.clear();
    backup_.reset();
  }
  const char* name() const override { return "slot"; }

protected:
  void on_child_ended(const caf::actor_addr& child, bool finished, error cause) override;

private:
  struct running_task {
    attempt_number attempt;
    task_index task;
    std::string name;
    caf::actor handle;
    caf::actor job_manager;  // Of the life that has deployed it, whoever is there later.
    bool was_cancelled = false;
  };

  void deploy(const deploy_task& order);
  void cancel(attempt_number attempt);

  std::shared_ptr<const execution_graph> graph_;
  std::shared_ptr<local_backup> backup_;
  std::map<caf::actor_addr, running_task> tasks_;
};

}  // namespace weir
