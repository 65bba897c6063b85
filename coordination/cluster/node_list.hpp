// SPDX-License-Identifier: Apache-2.0
// Several nodes of one cluster in writing, any of which may be asked:
// "10.0.0.1:6123,10.0.0.2:6123".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"

namespace weir {

// The list with each node once, as to_string(endpoint) writes it. Fails if one of them is no
// endpoint.
result<std::string> parse_node_list(std::string_view text);

// The nodes of such a list, in their order; at least one.
std::vector<std::string> nodes_in(std::string_view list);

}  // namespace weir
