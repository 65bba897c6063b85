// SPDX-License-Identifier: Apache-2.0
// The contract of location transparency: an address names an actor anywhere, a fabric turns it into
// a handle. A handle to an actor of another process is a proxy: send, monitor, link and
// current_sender mean the same near and far.
#pragma once

#include <compare>
#include <cstdint>

#include <caf/actor.hpp>

namespace weir {

// A process of the cluster, as everybody knows it.
struct process_id {
  std::uint32_t value = 0;
  friend auto operator<=>(process_id, process_id) = default;
};

struct actor_address {
  process_id process;
  std::uint64_t actor = 0;
  friend auto operator<=>(actor_address, actor_address) = default;
};

// What a listener of `watch_peers` receives.
struct peer_up {
  process_id peer;
};
struct peer_down {
  process_id peer;
};

// The fabric as one process sees it. Thread-safe.
class fabric {
public:
  virtual ~fabric() = default;

  // Makes an actor of this process known. The address dies with the actor.
  virtual actor_address publish(const caf::actor& local) = 0;

  // A handle to the actor at `address`; null when this process has no such actor. A handle to
  // another process is never null: if nobody answers there, monitors of it report that. It is of
  // one connection and ends with it; after the next peer_up, resolve the address again.
  virtual caf::actor resolve(actor_address address) = 0;

  // Sends peer_up and peer_down to `listener`, in the order in which connections come and go. The
  // peers that are up now are reported first. Handles of a connection end before its peer_down.
  virtual void watch_peers(const caf::actor& listener) = 0;
};

}  // namespace weir
