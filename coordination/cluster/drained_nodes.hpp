// SPDX-License-Identifier: Apache-2.0
// The nodes that get no processes, as an entry of the store in which a leader keeps its jobs: what
// somebody was told is kept, whoever leads next and whichever node is started again meanwhile.
// docs/formats/drained_nodes.md.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

// The name of the entry.
inline constexpr std::string_view drained_entry = "drained";
// Names stay until somebody takes them out, whether or not there are such nodes any more.
inline constexpr std::size_t most_drained_nodes = 1000;

std::string stored_drained(const std::set<std::string>& nodes);
// Fails with error_code::corrupt_data for anything that stored_drained has not made.
result<std::set<std::string>> read_drained(std::string_view text);

}  // namespace weir
