// SPDX-License-Identifier: Apache-2.0
// The starting, waiting and stopping behind coordination/local_cluster.hpp.
#include "coordination/local_cluster.hpp"

#include <utility>

#include <caf/all.hpp>

#include "actors/caf_messages.hpp"
#include "actors/caf_runtime.hpp"
#include "coordination/node_actor.hpp"
#include "coordination/outcome_listener.hpp"
#include "coordination/slot_assignment.hpp"
#include "state/rocksdb_store.hpp"

namespace weir {

struct local_cluster::machinery {
  machinery(const job_graph& graph, job_options options, job_listener* next)
      : listener{next}, world{options.threads, make_rocksdb_stores} {
    if (!options.seed) options.seed = world.random();
    options = with_enough_slots(graph, options);
    const auto execution = std::make_shared<const execution_graph>(graph, options);
    node = caf::actor{world.system().spawn<node_actor>(
        world, execution,
        node_roles{.listener = &listener,
                   .task_managers = options.task_managers,
                   .slots_per_task_manager = options.slots_per_task_manager,
                   .backup = local_backup::open(world.files(), options, graph.name)})};
  }

  outcome_listener listener;
  caf_runtime world;
  caf::actor node;
};

local_cluster::local_cluster(const job_graph& graph, job_options options, job_listener* listener)
    : machinery_{std::make_unique<machinery>(graph, options, listener)} {}

local_cluster::~local_cluster() {
  caf::anon_send_exit(machinery_->node, caf::exit_reason::user_shutdown);
  machinery_->node = nullptr;
}

job_outcome local_cluster::wait() { return machinery_->listener.wait(); }

void local_cluster::savepoint(std::string directory) {
  caf::anon_send(machinery_->node, take_savepoint{std::move(directory)});
}

void local_cluster::stop_with_savepoint(std::string directory, bool drain) {
  caf::anon_send(machinery_->node, weir::stop_with_savepoint{std::move(directory), drain});
}

void local_cluster::cancel() { caf::anon_send(machinery_->node, cancel_job{}); }

job_outcome run_locally(const job_graph& graph, job_options options, job_listener* listener) {
  if (auto valid = validate(graph, options); !valid) {
    return {job_state::failed, valid.failure(), {}};
  }
  local_cluster cluster{graph, options, listener};
  return cluster.wait();
}

}  // namespace weir
