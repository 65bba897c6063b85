// SPDX-License-Identifier: Apache-2.0
// The plan of a job as text, for --print-plan: which operators share a task, how many tasks there
// are, and how records travel between them.
#pragma once

#include <string>

#include "coordination/execution_graph.hpp"

namespace weir {

std::string plan_text(const execution_graph& graph);

}  // namespace weir
