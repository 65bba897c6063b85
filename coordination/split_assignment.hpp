// SPDX-License-Identifier: Apache-2.0
// Which source subtask reads which split: dealt out one by one, so that shares differ by at most
// one split and the order of a subtask's splits is that of the source.
#pragma once

#include <cstdint>
#include <vector>

#include "api/source.hpp"

namespace weir {

// One share for each subtask; empty where there are fewer splits than subtasks.
std::vector<std::vector<source_split>> assign_splits(std::vector<source_split> splits,
                                                     std::uint32_t parallelism);

}  // namespace weir
