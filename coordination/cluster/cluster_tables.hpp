// SPDX-License-Identifier: Apache-2.0
// What a cluster says of itself, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "coordination/cluster/control_messages.hpp"

namespace weir {

// For people: a table, or lines with what matters most first.
std::string jobs_table(const std::vector<listed_job>& jobs, event_time now);
std::string job_page(const listed_job& job, event_time now);
std::string nodes_table(const std::vector<listed_node>& nodes);

// For programs: one line of JSON for each, with the names of the fields in
// coordination/cluster/control_messages.hpp and job_record.hpp.
std::string json_lines(const std::vector<listed_job>& jobs);
std::string json_lines(const std::vector<listed_node>& nodes);

// Rows of cells, each column as wide as its widest; the first row is the heading.
std::string aligned_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace weir
