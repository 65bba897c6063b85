// SPDX-License-Identifier: Apache-2.0
// The command lines of a submitted job's processes: what its user has given, without what decides
// where it runs, and with what the cluster has decided about that.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/cluster/job_record.hpp"
#include "coordination/tls_options.hpp"

namespace weir {

// The words without those options of a job's program, given by their long names, and their values.
std::vector<std::string> without_options(std::span<const std::string> words,
                                         std::span<const std::string_view> names);

// What is passed on to the processes of a submitted job, as it was given: not `--submit` and by
// what its user connects to the cluster, nor what the cluster gives itself.
std::vector<std::string> passed_on(std::span<const std::string> words);

// The words of an order as the process is given them by a node with these files of TLS: options of
// TLS in place of `--job-tls`. Fails if that says nothing that can be understood.
result<std::vector<std::string>> arguments_on_node(std::span<const std::string> words,
                                                   const tls_paths& node);

// Where the checkpoints of that job are; empty: it takes none.
std::string checkpoint_directory_of(const job_record& job);

// Behind the name of the program. `host`: the address by which others reach the process.
std::vector<std::string> job_manager_arguments(const job_record& job, const std::string& host);
std::vector<std::string> task_manager_arguments(const job_record& job, const std::string& host,
                                                const std::string& job_manager);

}  // namespace weir
