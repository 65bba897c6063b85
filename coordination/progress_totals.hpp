// SPDX-License-Identifier: Apache-2.0
// The sums over the reports of all tasks of a job.
#pragma once

#include <map>

#include "actors/task.hpp"
#include "coordination/job_listener.hpp"

namespace weir {

job_totals totals_of(const std::map<task_index, task_report>& reports);

}  // namespace weir
