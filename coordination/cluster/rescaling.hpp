// SPDX-License-Identifier: Apache-2.0
// What has become of a wish to rescale a job, as whoever waits for it sees by looking at the job
// again and again. The wish is carried out with a savepoint that the job stops with, and may be
// given up meanwhile: the savepoint fails, the job manager ends before it, or somebody stops the
// job for good.
#pragma once

#include <cstdint>
#include <optional>

#include "api/error.hpp"
#include "coordination/cluster/control_messages.hpp"

namespace weir {

// None: it is to be looked at again. Otherwise success once the job goes on with that parallelism,
// or why it will not. `job_manager` is the number of the one that the job had when it was asked
// for.
std::optional<status> rescaling_ended(const listed_job& job, std::uint32_t parallelism,
                                      std::uint32_t job_manager);

}  // namespace weir
