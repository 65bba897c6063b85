// SPDX-License-Identifier: Apache-2.0
// The table behind network/published_actors.hpp.
#include "network/published_actors.hpp"

#include <utility>

#include <caf/all.hpp>

namespace weir {

std::shared_ptr<published_actors> published_actors::make(on_ended tell) {
  return std::shared_ptr<published_actors>{new published_actors{std::move(tell)}};
}

std::uint64_t published_actors::publish(const caf::strong_actor_ptr& actor) {
  const auto number = actor->id();
  {
    const std::scoped_lock lock{guard_};
    const auto [found, is_new] = actors_.try_emplace(number);
    if (!is_new) return number;
    found->second.actor = caf::actor_cast<caf::actor_addr>(actor);
  }
  // For one that has ended, this calls at once.
  actor->get()->attach_functor([weak = weak_from_this(), number](const caf::error& reason) {
    if (const auto self = weak.lock()) self->on_actor_ended(number, reason);
  });
  return number;
}

void published_actors::publish_root(const caf::strong_actor_ptr& actor) {
  {
    const std::scoped_lock lock{guard_};
    actors_[0].actor = caf::actor_cast<caf::actor_addr>(actor);
  }
  actor->get()->attach_functor([weak = weak_from_this()](const caf::error& reason) {
    if (const auto self = weak.lock()) self->on_actor_ended(0, reason);
  });
}

caf::strong_actor_ptr published_actors::find(std::uint64_t actor) {
  const std::scoped_lock lock{guard_};
  const auto found = actors_.find(actor);
  return found == actors_.end() ? nullptr
                                : caf::actor_cast<caf::strong_actor_ptr>(found->second.actor);
}

bool published_actors::watch(std::uint64_t actor, std::uint64_t connection) {
  const std::scoped_lock lock{guard_};
  const auto found = actors_.find(actor);
  if (found == actors_.end()) return false;
  found->second.watchers.insert(connection);
  return true;
}

void published_actors::forget_watcher(std::uint64_t connection) {
  const std::scoped_lock lock{guard_};
  for (auto& [number, each] : actors_) each.watchers.erase(connection);
}

void published_actors::on_actor_ended(std::uint64_t actor, const caf::error& reason) {
  std::set<std::uint64_t> watchers;
  {
    const std::scoped_lock lock{guard_};
    const auto found = actors_.find(actor);
    if (found == actors_.end()) return;
    watchers = std::move(found->second.watchers);
    actors_.erase(found);
  }
  const std::scoped_lock lock{telling_};
  for (const auto connection : watchers) {
    if (tell_) tell_(connection, actor, reason);
  }
}

void published_actors::silence() {
  const std::scoped_lock lock{telling_};
  tell_ = nullptr;
}

std::size_t published_actors::size() const {
  const std::scoped_lock lock{guard_};
  return actors_.size();
}

}  // namespace weir
