// SPDX-License-Identifier: Apache-2.0
// What a checkpoint holds, as `weir state ls` shows it: for people in aligned columns, for programs
// as one JSON object.
#pragma once

#include <string>
#include <vector>

#include "state/checkpoint_manifest.hpp"
#include "state/stored_state.hpp"

namespace weir {

// Ends with a line end, as does the next.
std::string state_listing(const checkpoint_manifest& manifest,
                          const std::vector<stored_operator>& operators);

// {"job":...,"checkpoint":17,"created":...,"max_parallelism":...,"operators":[...]}
std::string state_listing_json(const checkpoint_manifest& manifest,
                               const std::vector<stored_operator>& operators);

}  // namespace weir
