// SPDX-License-Identifier: Apache-2.0
// What every actor of the engine has in common: its place in the supervision tree, and manners.
//
// A child is linked to its parent and ends with it; a parent monitors its children and decides what
// their end means. CAF's defaults would let an unexpected message kill its sender, and print to the
// terminal; here unexpected messages are counted and dropped, and exceptions become exit reasons.
#pragma once

#include <string>

#include <caf/event_based_actor.hpp>

#include "actors/runtime.hpp"
#include "api/error.hpp"

namespace weir {

class engine_actor : public caf::event_based_actor {
public:
  engine_actor(caf::actor_config& config, runtime& world);

protected:
  runtime& world() { return *world_; }

  // Ties the calling actor, a child, to its parent.
  void obey(const caf::actor& parent);
  // Starts a child and watches it: its end is reported to `on_child_ended`.
  template <class Actor, class... Arguments>
  caf::actor spawn_child(Arguments&&... arguments) {
    auto child =
        world_->spawn<Actor>(*world_, caf::actor{this}, std::forward<Arguments>(arguments)...);
    monitor(child);
    return child;
  }
  // A monitored actor has ended. `finished` when it meant to; else `cause` says why.
  virtual void on_child_ended(const caf::actor_addr& child, bool finished, error cause);
  // The connection to the process of a monitored actor has ended; nothing more is known of it. By
  // default that is its end.
  virtual void on_unreachable(const caf::actor_addr& actor, error cause);

  // Ends this actor with an error that its monitors can read.
  void fail(const error& cause);

  std::uint64_t unexpected_messages() const { return unexpected_messages_; }

private:
  runtime* world_;
  caf::actor_addr parent_;
  std::uint64_t unexpected_messages_ = 0;
};

}  // namespace weir
