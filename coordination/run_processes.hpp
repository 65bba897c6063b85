// SPDX-License-Identifier: Apache-2.0
// The `main` of a job whose tasks are in several processes: what the job manager's process does
// beside running the job, and all that the others do.
//
// A process that is started by the job manager's has the same arguments, and is told by its
// environment where to join: the arguments need not be taken apart again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/environment.hpp"
#include "coordination/command_line.hpp"
#include "coordination/given_secret.hpp"
#include "coordination/process_cluster.hpp"
#include "coordination/report_writer.hpp"

namespace weir {

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
