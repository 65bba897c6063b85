// SPDX-License-Identifier: Apache-2.0
// What a simulated world knows of one process.
#pragma once

#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>

#include "coordination/simulation/simulated_runtime.hpp"
#include "coordination/simulation/simulated_world.hpp"

namespace weir {

struct simulated_world::process_state {
  process_state(simulated_world& world, process_id self, std::uint64_t seed)
      : runtime{world, self, seed} {}

  simulated_runtime runtime;
  bool is_alive = true;
  std::vector<caf::strong_actor_ptr> actors;
  std::vector<caf::actor> peer_listeners;
};

}  // namespace weir
