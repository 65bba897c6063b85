// SPDX-License-Identifier: Apache-2.0
// What --check-restore prints: a table of operators and their state, and a last line that says
// whether the job can go on from the checkpoint.
#pragma once

#include <string>

#include "coordination/restore_check.hpp"

namespace weir {

std::string restore_report_text(const restore_report& report);

}  // namespace weir
