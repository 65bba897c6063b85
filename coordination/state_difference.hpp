// SPDX-License-Identifier: Apache-2.0
// What has changed from one checkpoint to another, as lines of JSON in the order of operators,
// tables and keys:
//
//   {"change":"added","operator":"number","table":"seen","key":7,"value":1}
//   {"change":"removed","operator":"number","table":"seen","key":8,"value":1}
//   {"change":"changed","operator":"number","table":"seen","key":9,"before":1,"after":2}
#pragma once

#include "api/error.hpp"
#include "coordination/state_command.hpp"
#include "state/stored_state.hpp"

namespace weir {

// Compares values by their bytes where the schemas are equal, else by their JSON. Holds all entries
// of both in memory. Remarks on how many there are of each change, and fails, after everything else
// was written, if there are tables that cannot be decoded.
status write_difference(const stored_state& before, const stored_state& after,
                        const state_output& output);

}  // namespace weir
