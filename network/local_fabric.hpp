// SPDX-License-Identifier: Apache-2.0
// The fabric of a single process: every address is local and every handle is the actor itself.
#pragma once

#include <map>
#include <mutex>

#include <caf/actor_addr.hpp>

#include "network/fabric.hpp"

namespace weir {

class local_fabric final : public fabric {
public:
  explicit local_fabric(process_id self) : self_{self} {}

  actor_address publish(const caf::actor& local) override;
  caf::actor resolve(actor_address address) override;
  // There are no peers: the listener hears nothing.
  void watch_peers(const caf::actor& listener) override;

private:
  process_id self_;
  std::mutex guard_;
  std::map<std::uint64_t, caf::actor_addr> actors_;  // Weak: publishing keeps nobody alive.
};

}  // namespace weir
