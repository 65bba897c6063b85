// SPDX-License-Identifier: Apache-2.0
// The table behind network/local_fabric.hpp.
#include "network/local_fabric.hpp"

#include <caf/all.hpp>

namespace weir {

actor_address local_fabric::publish(const caf::actor& local) {
  const std::scoped_lock lock{guard_};
  actors_[local->id()] = caf::actor_cast<caf::actor_addr>(local);
  return {self_, local->id()};
}

caf::actor local_fabric::resolve(actor_address address) {
  if (address.process != self_) return {};
  const std::scoped_lock lock{guard_};
  const auto found = actors_.find(address.actor);
  if (found == actors_.end()) return {};
  auto strong = caf::actor_cast<caf::strong_actor_ptr>(found->second);
  // One that has ended may be held a moment longer by the thread that ran it.
  if (!strong || strong->get()->getf(caf::abstract_actor::is_terminated_flag)) {
    actors_.erase(found);
    return {};
  }
  return caf::actor_cast<caf::actor>(strong);
}

void local_fabric::watch_peers(const caf::actor&) {}

}  // namespace weir
