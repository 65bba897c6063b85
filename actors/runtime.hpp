// SPDX-License-Identifier: Apache-2.0
// What an actor of the engine may use of the world: other actors, a clock, timers, chance, files.
//
// The engine's actors are the same code in production and in simulation; they reach the world only
// through this interface. Timers are CAF's own delayed messages: in a simulation CAF's clock is the
// simulated one.
#pragma once

#include <cstdint>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "api/entry_store.hpp"
#include "api/file_system.hpp"
#include "api/time.hpp"
#include "network/fabric.hpp"

namespace weir {

// The runtime of one process. Outlives its actors. Thread-safe.
class runtime {
public:
  virtual ~runtime() = default;

  virtual process_id process() const = 0;
  virtual caf::actor_system& system() = 0;
  virtual processing_time now() = 0;
  virtual std::uint64_t random() = 0;
  virtual weir::fabric& fabric() = 0;
  virtual file_system& files() = 0;
  // Where state goes that is too much for memory.
  virtual entry_stores& stores() = 0;

  template <class Actor, class... Arguments>
  caf::actor spawn(Arguments&&... arguments) {
    auto made = system().spawn<Actor>(std::forward<Arguments>(arguments)...);
    caf::actor handle{made};
    on_spawned(handle);
    return handle;
  }

protected:
  virtual void on_spawned(const caf::actor& made) { static_cast<void>(made); }
};

}  // namespace weir
