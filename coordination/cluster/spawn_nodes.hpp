// SPDX-License-Identifier: Apache-2.0
// `weir spawn`: reads the list of hosts and starts their nodes, one after the other.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "coordination/cluster/spawn_arguments.hpp"
#include "coordination/command_line.hpp"

namespace weir {

// Stops at the first step that fails; nodes that have been started go on. `write` is told, in
// lines, what is done; when it is dry, what would be: those lines are a script.
status spawn_nodes(const spawn_request& asked, const file_reader& read_file,
                   const std::function<void(std::string_view)>& write);

}  // namespace weir
