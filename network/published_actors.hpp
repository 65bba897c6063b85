// SPDX-License-Identifier: Apache-2.0
// The actors of this process that others may name: whom a number means, and who wants to know when
// that one ends. Publishing keeps nobody alive.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include <caf/actor_addr.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>

namespace weir {

// Thread-safe. Actors refer to it, so it is shared.
class published_actors : public std::enable_shared_from_this<published_actors> {
public:
  // Called when an actor ends, on its thread, for each connection that watches it.
  using on_ended =
      std::function<void(std::uint64_t connection, std::uint64_t actor, const caf::error& reason)>;

  static std::shared_ptr<published_actors> make(on_ended tell);

  // Its number. REQUIRES: `actor` is of this process; the caller holds no lock of CAF or its own.
  std::uint64_t publish(const caf::strong_actor_ptr& actor);
  // Under the number 0, too, which everybody knows: the process's root. In place of the one before.
  void publish_root(const caf::strong_actor_ptr& actor);
  // Null if there is no such actor, or not any more.
  caf::strong_actor_ptr find(std::uint64_t actor);
  // That connection is told of its end, once; or false, if there is no such actor.
  bool watch(std::uint64_t actor, std::uint64_t connection);
  // That connection has ended.
  void forget_watcher(std::uint64_t connection);
  // Nobody is told any more.
  void silence();
  std::size_t size() const;

private:
  struct entry {
    caf::actor_addr actor;
    std::set<std::uint64_t> watchers;
  };

  explicit published_actors(on_ended tell) : tell_{std::move(tell)} {}
  void on_actor_ended(std::uint64_t actor, const caf::error& reason);

  mutable std::mutex guard_;
  std::map<std::uint64_t, entry> actors_;
  // Held while somebody is told, so that silence() waits for that.
  std::mutex telling_;
  on_ended tell_;
};

}  // namespace weir
