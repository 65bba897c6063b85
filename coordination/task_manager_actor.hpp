// SPDX-License-Identifier: Apache-2.0
// A task manager: offers slots to the job manager and supervises them. A slot that dies is
// replaced, its tasks are reported as lost; if that happens too often the task manager gives up.
//
// While it cannot reach the job manager of another process it has no tasks: the job manager takes
// them as lost, and whoever replaces them must be alone. It offers its slots again when that
// process is up again.
#pragma once

#include <memory>
#include <vector>

#include "actors/caf_messages.hpp"
#include "actors/engine_actor.hpp"
#include "coordination/execution_graph.hpp"
#include "coordination/restart_intensity.hpp"
#include "state/local_backup.hpp"

namespace weir {

class task_manager_actor final : public engine_actor {
public:
  task_manager_actor(caf::actor_config& config, runtime& world, const caf::actor& node,
                     std::shared_ptr<const execution_graph> graph, std::uint32_t slots,
                     actor_address job_manager, std::shared_ptr<local_backup> backup = nullptr);

  caf::behavior make_behavior() override;
  void on_exit() override { backup_.reset(); }
  const char* name() const override { return "task_manager"; }

protected:
  void on_child_ended(const caf::actor_addr& child, bool finished, error cause) override;

private:
  void offer_slots();
  void end_all_tasks();

  struct hosted_slot {
    caf::actor handle;
    std::vector<std::pair<attempt_number, task_index>> tasks;
  };

  std::shared_ptr<const execution_graph> graph_;
  std::vector<hosted_slot> slots_;
  actor_address job_manager_;
  std::shared_ptr<local_backup> backup_;
  restart_intensity intensity_;
};

}  // namespace weir
