// SPDX-License-Identifier: Apache-2.0
// From where a task has read the state that it began with.
#pragma once

#include <cstdint>
#include <string>

namespace weir {

// A snapshot file of the checkpoint that is restored.
struct snapshot_place {
  std::string path{};
  std::uint64_t bytes = 0;  // Its size, as the manifest says.
  friend bool operator==(const snapshot_place&, const snapshot_place&) = default;
};

// Bytes of snapshots, and the sizes of the files with which stores began.
struct restored_bytes {
  std::uint64_t local = 0;   // From copies of this process (state/local_backup.hpp).
  std::uint64_t remote = 0;  // From the directory of the checkpoint.
  friend bool operator==(const restored_bytes&, const restored_bytes&) = default;
};

}  // namespace weir
