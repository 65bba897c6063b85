// SPDX-License-Identifier: Apache-2.0
// The contract of what runs the processes of jobs for a node.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "coordination/cluster/control_messages.hpp"

namespace weir {

class process_host {
public:
  struct news {
    std::vector<process_reported> reports{};
    std::vector<process_ended> ends{};  // After the reports of the same processes.
    std::vector<error> problems{};
  };

  // Its processes have ended when it has.
  virtual ~process_host() = default;

  // Fails if the program at that path cannot be started.
  virtual result<pid_t> start(const process_order& order, const std::string& program) = 0;
  // Nothing happens if there is none of that number.
  virtual void signal(const std::string& job, std::uint32_t number, process_signal what) = 0;
  // The same. It may be lost on its way to the process, so it is told until it is answered.
  virtual void order(const std::string& job, std::uint32_t number, const savepoint_order& what) = 0;
  virtual void kill_job_managers() = 0;
  // What has happened since the last look.
  virtual news look() = 0;
  virtual std::vector<running_process> running() const = 0;
  // Up to 256 KiB of a process's log from `offset` on. Fails if there is no such log.
  virtual result<log_read> read_log(const std::string& job, const process_place& process,
                                    std::uint64_t offset) = 0;
  // Removes what the processes of a job have written here. Nothing happens while one of them runs,
  // or if there is nothing.
  virtual status forget(const std::string& job) = 0;
};

}  // namespace weir
