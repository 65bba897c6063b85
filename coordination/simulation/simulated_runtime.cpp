// SPDX-License-Identifier: Apache-2.0
// Passes on to the world; see coordination/simulation/simulated_runtime.hpp.
#include "coordination/simulation/simulated_runtime.hpp"

#include <caf/all.hpp>

#include "actors/caf_messages.hpp"
#include "coordination/simulation/simulated_process.hpp"
#include "coordination/simulation/simulated_world.hpp"

namespace weir {

simulated_runtime::simulated_runtime(simulated_world& world, incarnation self, std::uint64_t seed)
    : world_{&world}, self_{self}, random_{seed}, files_{world.files()} {}

caf::actor_system& simulated_runtime::system() { return world_->system(); }

processing_time simulated_runtime::now() {
  return world_->clock(self_.process).read(world_->now());
}

void simulated_runtime::on_spawned(const caf::actor& made) { world_->on_spawned(self_, made); }

actor_address simulated_runtime::publish(const caf::actor& local) {
  return {self_.process, local->id()};
}

caf::actor simulated_runtime::resolve(actor_address address) {
  return caf::actor_cast<caf::actor>(world_->resolve(self_, address));
}

void simulated_runtime::watch_peers(const caf::actor& listener) {
  world_->watch_peers(self_, listener);
}

}  // namespace weir
