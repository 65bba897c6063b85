// SPDX-License-Identifier: Apache-2.0
// The beginning and the end of actors/networked_runtime.hpp.
#include "actors/networked_runtime.hpp"

#include <utility>

#include <caf/all.hpp>

#include "actors/job_message_codec.hpp"

namespace weir {

result<std::unique_ptr<networked_runtime>> networked_runtime::start(
    networked_runtime_settings settings) {
  std::unique_ptr<networked_runtime> made{new networked_runtime{settings}};
  // Later lives of a process have larger ones, and no two have the same.
  settings.self.incarnation = static_cast<std::uint64_t>(made->now().time_since_epoch().count());
  auto fabric = tcp_fabric::bind(
      made->system(), {.transport = {.self = std::move(settings.self),
                                     .secret = std::move(settings.secret),
                                     .tls = std::move(settings.tls),
                                     .listen = std::move(settings.listen),
                                     .connections = settings.connections,
                                     // What waits for a slow peer is bounded by credit.
                                     .queues = {.most = std::size_t{1} << 30},
                                     .chance = [world = made.get()] { return world->random(); }},
                       .codec = std::make_shared<const job_message_codec>(),
                       .report = std::move(settings.report),
                       .on_not_reached = std::move(settings.on_not_reached)});
  if (!fabric) return fabric.failure();
  made->fabric_ = *std::move(fabric);
  return made;
}

networked_runtime::~networked_runtime() { local_.system().await_all_actors_done(); }

}  // namespace weir
