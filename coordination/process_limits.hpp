// SPDX-License-Identifier: Apache-2.0
// What this process may take of its host: so that a job that goes wrong does so alone.
#pragma once

#include <cstdint>

#include "api/error.hpp"
#include "api/job_options.hpp"

namespace weir {

struct process_limits {
  // Bytes of heap, stacks and anonymous memory; 0: no limit. What would take more fails: in a
  // function of the user it is std::bad_alloc, which fails the task and says so.
  std::uint64_t memory = 0;
  // It runs on so many of the cores that it may use now; 0: on all of them.
  std::uint32_t cores = 0;
};

// taskmanager.memory.process.size, taskmanager.cpu.cores.
process_limits limits_of(const job_options& options);

// For good, and for the processes that it starts: a limit can be lowered and not raised. Call it
// before other threads are started, which keep the cores that they have. Which cores it takes
// depends on its process id. Asking for more cores than there are is no error.
status limit_this_process(const process_limits& limits);

}  // namespace weir
