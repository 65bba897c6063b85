// SPDX-License-Identifier: Apache-2.0
// A handle to an actor of another simulated process. To CAF it is an actor: send, monitor, link and
// current_sender work; what it is sent travels over a simulated link.
#pragma once

#include <caf/actor_proxy.hpp>

#include "coordination/simulation/incarnation.hpp"

namespace weir {

class simulated_world;

class simulated_proxy final : public caf::actor_proxy {
public:
  // `where` is the life of the process in which `target` lives, or would. The proxy is of one
  // connection and ends with it.
  simulated_proxy(caf::actor_config& config, simulated_world& world, incarnation viewer,
                  actor_address target, incarnation where, std::uint64_t connection);

  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override;
  // The connection is gone, or the actor behind it: monitors and links hear `reason`.
  void kill_proxy(caf::execution_unit* unit, caf::error reason) override;

private:
  simulated_world* world_;
  incarnation viewer_;
  actor_address target_;
  incarnation where_;
  std::uint64_t connection_;
};

}  // namespace weir
