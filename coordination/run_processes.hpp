// SPDX-License-Identifier: Apache-2.0
// The `main` of a job whose tasks are in several processes: what the job manager's process does
// beside running the job, and all that the others do.
//
// A process that is started by the job manager's has the same arguments, and is told by its
// environment where to join: the arguments need not be taken apart again.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/environment.hpp"
#include "coordination/command_line.hpp"
#include "coordination/process_cluster.hpp"
#include "network/cluster_secret.hpp"

namespace weir {

// The variable that holds the secret of a cluster or of a job's processes.
inline constexpr const char* secret_variable = "WEIR_CLUSTER_SECRET";

// Gives the whole text of the file of a secret or of TLS, or an error that names it.
using secret_reader = std::function<result<std::string>(const std::string& path)>;
using text_writer = std::function<void(std::string_view)>;

// Writes "WHO: MESSAGE" and a line's end, but not the same twice in a row: what keeps failing is
// told once. Thread-safe, if `write` is called by nobody else.
std::function<void(const std::string&)> reporter(std::string who, text_writer write);

// The secret that was asked for, or that the variable holds; fails if there is none.
result<cluster_secret> secret_of(const std::string& secret_file, const secret_reader& read);

// Starts the job in the processes that were asked for. `arguments` are those of this program.
// REQUIRES: asked.processes.is_distributed().
result<std::unique_ptr<process_cluster>> start_processes(
    const environment& env, const command_line& asked, std::vector<std::string> arguments,
    job_listener& listener, const secret_reader& read, const text_writer& write);

// Where this process is to join that was started by a job manager's; empty: by nobody.
std::string place_to_join();

// Is a task manager until the job has ended, or SIGINT or SIGTERM comes. The exit status.
int run_task_manager(const environment& env, const command_line& asked, const secret_reader& read,
                     const text_writer& write);

}  // namespace weir
