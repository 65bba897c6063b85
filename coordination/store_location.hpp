// SPDX-License-Identifier: Apache-2.0
// The high-availability store that a location names: a directory that all participants share, or
// zookeeper://host:2181,host2:2181/path.
#pragma once

#include <memory>
#include <string>

#include "api/file_system.hpp"
#include "coordination/high_availability_store.hpp"
#include "coordination/zookeeper_client.hpp"

namespace weir {

// Nothing is asked yet: whether it can be reached is told by the store's first call. `files`
// outlives the store. Fails with error_code::invalid_argument: no such location, or one in
// ZooKeeper where Weir was built without it.
result<std::unique_ptr<high_availability_store>> open_store(file_system& files,
                                                            const std::string& location,
                                                            const zookeeper_options& options = {});

}  // namespace weir
