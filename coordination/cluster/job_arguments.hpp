// SPDX-License-Identifier: Apache-2.0
// The command lines of a submitted job's processes: what its user has given, without what decides
// where it runs, and with what the cluster has decided about that.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/cluster/job_record.hpp"

namespace weir {

// The words without those options of a job's program, given by their long names, and their values.
std::vector<std::string> without_options(std::span<const std::string> words,
                                         std::span<const std::string_view> names);

// What is not passed on to the processes of a submitted job, as it was given: `--submit` and what
// belongs to it, and what the cluster gives itself.
std::vector<std::string> passed_on(std::span<const std::string> words);

// Where the checkpoints of that job are; empty: it takes none.
std::string checkpoint_directory_of(const job_record& job);

// Behind the name of the program. `host`: the address by which others reach the process.
std::vector<std::string> job_manager_arguments(const job_record& job, const std::string& host);
std::vector<std::string> task_manager_arguments(const job_record& job, const std::string& host,
                                                const std::string& job_manager);

}  // namespace weir
