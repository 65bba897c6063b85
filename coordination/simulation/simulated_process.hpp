// SPDX-License-Identifier: Apache-2.0
// What a simulated world knows of one process.
#pragma once

#include <map>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>

#include "coordination/simulation/simulated_runtime.hpp"
#include "coordination/simulation/simulated_world.hpp"

namespace weir {

// Who is told of the peers of a process, and which it takes to be up: of each the connection.
struct peer_listener {
  caf::actor handle;
  std::map<process_id, std::uint64_t> up;
};

// One incarnation of a process. Its memory stays when it has crashed: dead actors refer to it.
struct simulated_world::process_state {
  process_state(simulated_world& world, incarnation who, std::uint64_t seed)
      : self{who}, runtime{world, who, seed} {}

  incarnation self;
  simulated_runtime runtime;
  bool is_alive = true;
  processing_time noticed_at;  // When the last of the others learns of its crash.
  processing_time paused_until = processing_time::min();
  processing_time stopped_until = processing_time::min();  // Of that, what its peers may notice.
  processing_time slow_until = processing_time::min();
  std::uint32_t slow_factor = 1;
  std::vector<caf::strong_actor_ptr> actors;
  std::vector<peer_listener> peer_listeners;
};

}  // namespace weir
