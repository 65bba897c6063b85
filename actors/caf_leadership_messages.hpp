// SPDX-License-Identifier: Apache-2.0
// What a node and the keeper of its leadership tell each other; see
// coordination/cluster/leadership_keeper.hpp. Terms are those of a high-availability store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

// --- To the node ---------------------------------------------------------------------------------

// It leads from now on, until then or as long as it is told to. What former leaders have stored is
// in `entries`, by name.
struct lead_begun {
  caf::actor keeper{};
  std::uint64_t term = 0;
  processing_time until{};
  std::map<std::string, std::string> entries{};
};
struct lead_extended {
  std::uint64_t term = 0;
  processing_time until{};
};
// Another may lead.
struct lead_ended {
  std::uint64_t term = 0;
};
// Who leads as the store has it, at each look; empty: nobody.
struct leader_seen {
  std::string node{};
};
// The answer to a write_entry of that number.
struct entry_written {
  std::uint64_t number = 0;
  std::optional<error> failure{};  // error_code::in_use: a later term has begun.
};

// --- To the keeper -------------------------------------------------------------------------------

// Done in the order in which they come.
struct write_entry {
  std::uint64_t number = 0;
  std::uint64_t term = 0;
  std::string name{};
  std::optional<std::string> text{};  // None: the entry is erased.
};
// The node has let that term pass, and keeps nothing of what it knew: it must not be extended.
struct lead_dropped {
  std::uint64_t term = 0;
};
// From the keeper to itself: time has passed.
struct keeper_tick {};

}  // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::lead_begun)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::lead_extended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::lead_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::leader_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::entry_written)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::write_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::lead_dropped)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::keeper_tick)
