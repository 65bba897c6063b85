// SPDX-License-Identifier: Apache-2.0
// The state backend of tests that hold with each of them. WEIR_TESTED_STATE says which: "memory",
// the default; "map" and "rocksdb" keep nothing in memory from one batch to the next, so that every
// access goes to a store, which is an ordered map or RocksDB.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "state/map_store.hpp"
#include "state/memory_backend.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {

enum class tested_state { memory, map, rocksdb };

inline tested_state tested_state_of_this_run() {
  const char* const chosen = std::getenv("WEIR_TESTED_STATE");
  if (chosen == nullptr || std::string{chosen} == "memory") return tested_state::memory;
  if (std::string{chosen} == "map") return tested_state::map;
  WEIR_ASSERT(std::string{chosen} == "rocksdb");
  return tested_state::rocksdb;
}

// For all tests of a process, as opening costs some milliseconds.
inline entry_stores& tested_stores(tested_state which) {
  static posix_file_system files;
  static rocksdb_stores in_files{files};
  static map_stores in_maps{files};
  if (which == tested_state::map) return in_maps;
  return in_files;
}

// Holds at most `most_bytes_in_memory` from one batch to the next, if its kind is one that spills.
inline std::unique_ptr<memory_backend> make_tested_backend(
    key_group_range groups, std::uint32_t max_parallelism,
    tested_state which = tested_state_of_this_run(), std::size_t most_bytes_in_memory = 0) {
  std::unique_ptr<cold_space> cold;
  if (which != tested_state::memory) {
    static const temporary_directory directory;
    cold = std::make_unique<cold_space>(
        tested_stores(which), entry_store_settings{directory.path(), std::uint64_t{16} << 20},
        most_bytes_in_memory, "tested (1/1)");
  }
  return std::make_unique<memory_backend>(groups, max_parallelism, std::move(cold));
}

}  // namespace weir
