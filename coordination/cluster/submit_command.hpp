// SPDX-License-Identifier: Apache-2.0
// `./job --submit HOST:PORT`: uploads this program to a cluster, has it run there, and shows the
// job as if it ran here until it has ended, or until nobody wants to see it any more.
#pragma once

#include <string>
#include <vector>

#include "api/environment.hpp"
#include "coordination/command_line.hpp"
#include "coordination/given_secret.hpp"
#include "coordination/job_listener.hpp"
#include "coordination/report_writer.hpp"

namespace weir {

// The exit status: of the job, as if it had run here; exit_cancelled, too, if SIGINT or SIGTERM
// leaves it alone; exit_usage if it could not be submitted. `print` gets the job's id, `shown` what
// becomes of the job, `complain` everything else. `arguments` are those of this program.
// REQUIRES: called from the main thread, before the program has started others;
// !asked.processes.submit.empty().
int submit_and_follow(const environment& env, const command_line& asked,
                      const std::vector<std::string>& arguments, const secret_reader& read,
                      job_listener& shown, const text_writer& print, const text_writer& complain);

}  // namespace weir
