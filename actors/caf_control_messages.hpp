// SPDX-License-Identifier: Apache-2.0
// What nodes of a cluster and those who ask them send each other: bytes whose meaning is
// coordination/cluster/control_messages.hpp's. And what they tell themselves.
#pragma once

#include <string>

#include <caf/allowed_unsafe_message_type.hpp>

#include "network/fabric.hpp"

namespace weir {

struct control_sent {
  std::string bytes{};
};

// From the main thread of a node to its root: children may have ended, or have something to say.
struct children_stirred {};
// From such a root to itself: time has passed.
struct node_tick {};
// To whoever waits for a connection with that process: it does not come about, for that reason.
struct not_connected {
  process_id peer{};
  std::string why{};
};

}  // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::control_sent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::children_stirred)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::node_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::not_connected)
