// SPDX-License-Identifier: Apache-2.0
// What is done for `weir jobs` and its like: asks the cluster, waits where something is to become
// of it, and says what has.
#pragma once

#include <functional>
#include <string_view>

#include "coordination/cluster/cluster_arguments.hpp"
#include "coordination/cluster/cluster_client.hpp"

namespace weir {

// Where the answer goes. Called by the thread that asks.
using answer_writer = std::function<void(std::string_view)>;

// Fails if the cluster does not do it, or if it comes to nothing: the error says why.
// REQUIRES: there is a request, not one for help.
status ask_cluster(const cluster_request& request, cluster_client& client,
                   const answer_writer& print);

}  // namespace weir
