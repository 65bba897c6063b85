// SPDX-License-Identifier: Apache-2.0
// Who looks on while processes send each other messages: for logs and timelines, and to know when a
// moment has come.
#pragma once

#include <cstdint>
#include <functional>

#include <caf/message.hpp>

#include "network/fabric.hpp"

namespace weir {

// Seen twice: when a message is sent over a link, and when it arrives, if it does.
struct seen_message {
  std::uint64_t number;  // Of the message; the same when it arrives.
  bool has_arrived;
  process_id from;
  actor_address to;
  const caf::message& content;  // Must not be changed, nor its frames be taken.
};

// Draws no number of the world's: a run is the same with an observer and without. It may tell the
// world to do something later (simulated_world::after), nothing else.
using link_observer = std::function<void(const seen_message&)>;

}  // namespace weir
