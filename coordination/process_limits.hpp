// SPDX-License-Identifier: Apache-2.0
// What this process may take of its host: so that a job that goes wrong does so alone.
#pragma once

#include <cstdint>
#include <optional>

#include "api/error.hpp"
#include "api/job_options.hpp"
#include "coordination/control_group.hpp"

namespace weir {

struct process_limits {
  // Bytes of heap, stacks and anonymous memory; 0: no limit. What would take more fails: in a
  // function of the user it is std::bad_alloc, which fails the task and says so. In a control group
  // it is the most of memory of any kind, too: whoever needs more is killed.
  std::uint64_t memory = 0;
  // 0: on all cores. It runs on so many of the cores that it may use now; in a control group on
  // all of them, but has no more CPU time than so many have.
  std::uint32_t cores = 0;
};

// taskmanager.memory.process.size, taskmanager.cpu.cores.
process_limits limits_of(const job_options& options);

// For good, and for the processes that it starts: a limit can be lowered and not raised. Call it
// before other threads are started, which keep the cores that they have. `group` is the control
// group that this process is in and no other. Without one, which cores it takes depends on its
// process id. Asking for more cores than there are is no error.
status limit_this_process(const process_limits& limits,
                          const std::optional<control_group>& group = {});

// How many worker threads a process in a control group has that was told to have `asked`, of which
// 0 is as many as there are cores: beyond its limit they would only wait for each other.
std::uint32_t threads_within(const process_limits& limits, std::uint32_t asked);

}  // namespace weir
