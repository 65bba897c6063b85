// SPDX-License-Identifier: Apache-2.0
// What a task acknowledges a checkpoint with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/ids.hpp"
#include "api/time.hpp"
#include "state/shared_file.hpp"

namespace weir {

// What a task tells about its part of a checkpoint.
struct snapshot_facts {
  std::string file{};  // Where it is; empty: the task has no state.
  std::uint64_t bytes = 0;
  duration alignment{};  // From the first barrier to the last one.
  duration writing{};    // From the last barrier to the acknowledgement.
  std::vector<operator_id> operators{};
  std::vector<shared_file> shared{};  // What the snapshot needs beside its file.
  friend bool operator==(const snapshot_facts&, const snapshot_facts&) = default;
};

}  // namespace weir
