// SPDX-License-Identifier: Apache-2.0
// The actor around a task manager's slots; see coordination/task_manager_actor.hpp.
#include "coordination/task_manager_actor.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <caf/all.hpp>

#include "api/sometimes.hpp"
#include "coordination/slot_actor.hpp"

namespace weir {

task_manager_actor::task_manager_actor(caf::actor_config& config, runtime& world,
                                       const caf::actor& node,
                                       std::shared_ptr<const execution_graph> graph,
                                       std::uint32_t slots, actor_address job_manager,
                                       std::shared_ptr<local_backup> backup)
    : engine_actor{config, world},
      graph_{std::move(graph)},
      slots_(slots),
      job_manager_{job_manager},
      backup_{std::move(backup)},
      intensity_{3, std::chrono::seconds{5}} {
  obey(node);
}

caf::behavior task_manager_actor::make_behavior() {
  for (auto& slot : slots_) slot.handle = spawn_child<slot_actor>(graph_, backup_);
  if (job_manager_.process == world().process()) {
    offer_slots();
  } else {
    world().fabric().watch_peers(caf::actor{this});
  }
  return {
      [this](const peer_up& fact) {
        if (fact.peer == job_manager_.process) offer_slots();
      },
      [this](const peer_down& fact) {
        if (fact.peer != job_manager_.process) return;
        WEIR_SOMETIMES("a task manager lost its job manager");
        end_all_tasks();
      },
      [this](const deploy_task& order) {
        auto& slot = slots_[order.slot];
        // Earlier attempts are over, or this one would not have begun.
        std::erase_if(slot.tasks, [&](const auto& each) { return each.first < order.attempt; });
        slot.tasks.emplace_back(order.attempt, order.task);
        send(slot.handle, order);
      },
      [this](const cancel_attempt& order) {
        for (const auto& slot : slots_) send(slot.handle, order);
      },
  };
}

void task_manager_actor::offer_slots() {
  send(world().fabric().resolve(job_manager_),
       task_manager_registered{world().fabric().publish(caf::actor{this}),
                               static_cast<std::uint32_t>(slots_.size())});
}

void task_manager_actor::end_all_tasks() {
  for (auto& slot : slots_) {
    slot.tasks.clear();
    send(slot.handle, cancel_attempt{{std::numeric_limits<std::uint32_t>::max()}});
  }
}

void task_manager_actor::on_child_ended(const caf::actor_addr& child, bool, error cause) {
  const auto found = std::find_if(slots_.begin(), slots_.end(),
                                  [&](const auto& slot) { return slot.handle.address() == child; });
  if (found == slots_.end()) return;
  for (const auto& [attempt, task] : std::exchange(found->tasks, {})) {
    send(world().fabric().resolve(job_manager_),
         task_ended{attempt, task, false, false, within("a slot was lost", cause)});
  }
  if (intensity_.on_child_ended(world().now())) {
    found->handle = spawn_child<slot_actor>(graph_, backup_);
  } else {
    fail(within("a task manager lost its slots too often", cause));
  }
}

}  // namespace weir
