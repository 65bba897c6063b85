// SPDX-License-Identifier: Apache-2.0
// The dealing behind coordination/split_assignment.hpp.
#include "coordination/split_assignment.hpp"

#include <utility>

#include "api/source_progress.hpp"

namespace weir {

std::vector<std::vector<source_split>> assign_splits(std::vector<source_split> splits,
                                                     std::uint32_t parallelism) {
  std::vector<std::vector<source_split>> shares(parallelism);
  for (std::size_t i = 0; i < splits.size(); ++i) {
    shares[subtask_of_split(i, parallelism).value].push_back(std::move(splits[i]));
  }
  return shares;
}

}  // namespace weir
