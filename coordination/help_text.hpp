// SPDX-License-Identifier: Apache-2.0
// What `--help` and `--version` show. Lines are at most 100 columns long.
#pragma once

#include <string>
#include <string_view>

#include "api/job_options.hpp"

namespace weir {

// The options and the settings of `program`, with what each setting is if nobody gives it.
std::string help_text(std::string_view program, const job_options& defaults);

// "word_count (Weir 0.1.0)" and the end of the line.
std::string version_text(std::string_view program);

}  // namespace weir
