// SPDX-License-Identifier: Apache-2.0
// The connections between nodes, and between them and clients. Tasks do not wait for them, so they
// take their time before they give somebody up: a node that only stands still for a moment keeps
// its processes.
#pragma once

#include "coordination/cluster/control_messages.hpp"
#include "network/connection.hpp"

namespace weir {

inline connection_settings control_connections() {
  constexpr std::uint32_t room_for_the_rest_of_a_frame = 1024;
  return {.max_frame = std::uint32_t{most_control_bytes} + room_for_the_rest_of_a_frame,
          .heartbeat_interval = std::chrono::milliseconds{500},
          .heartbeat_timeout = std::chrono::seconds{3}};
}

}  // namespace weir
