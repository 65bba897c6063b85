// SPDX-License-Identifier: Apache-2.0
// Who makes the stores of a process: named by whoever starts it, so that a process without tasks
// is not linked with RocksDB, and neither loads it nor pays for its pages.
#pragma once

#include <memory>

#include "api/entry_store.hpp"
#include "api/file_system.hpp"

namespace weir {

// Makes what opens stores on `files`, which outlives it.
using entry_stores_maker = std::unique_ptr<entry_stores> (*)(file_system& files);

// Those of a process that has no tasks: each store is refused with error_code::internal.
std::unique_ptr<entry_stores> no_stores(file_system& files);

}  // namespace weir
