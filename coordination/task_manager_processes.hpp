// SPDX-License-Identifier: Apache-2.0
// Keeps a number of processes for task managers alive: one that ends is replaced. How often one
// that took part in the job may end is for the job's restart strategy to say; those that end before
// they have joined it, as a program does that cannot run here, are given up when there are too
// many.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "api/time.hpp"
#include "coordination/child_process.hpp"
#include "coordination/restart_intensity.hpp"

namespace weir {

struct process_command {
  std::string program;
  std::vector<std::string> arguments{};  // The first is the program's name.
  std::vector<std::string> variables{};  // "NAME=value". The process's number is added.
};

// The variable that says which process of the job one is.
inline constexpr const char* process_number_variable = "WEIR_PROCESS";

// Used by the thread that made it, but for `kill`: the processes end with that thread.
class task_manager_processes {
public:
  // `report` is told, in a sentence, of every end that was not wanted.
  task_manager_processes(process_command command, std::function<void(const std::string&)> report);

  // Starts one more, under a number that none had before.
  status start();
  // The process of that number, if there is one, takes part in the job. Safe to call from any
  // thread.
  void has_joined(std::uint32_t number);
  // Some child has ended, or may have. Fails when too many ended that had not joined, or no new one
  // can be started; then no more are.
  status on_child_signal(processing_time now);
  // Kills the process of that number, if there is one: it may stand still, or be out of reach. Then
  // it is replaced like any other. Safe to call from any thread.
  void kill(std::uint32_t number);
  // Waits until all have ended, but no longer than that for each. Those that have not are killed
  // with this.
  void wait_for_all(duration span);
  // None is replaced any more.
  void stop_replacing() { is_stopping_ = true; }
  // Those that run.
  std::size_t count() const;

private:
  struct running_process {
    child_process process;
    bool has_joined = false;
  };
  struct ended_process {
    std::string what;  // "process 3 (4711) exited with 1".
    bool had_joined = false;
  };
  std::vector<ended_process> take_ended();

  process_command command_;
  std::function<void(const std::string&)> report_;
  mutable std::mutex guard_;
  std::map<std::uint32_t, running_process> running_;
  std::uint32_t last_number_ = 0;
  restart_intensity intensity_;
  bool is_stopping_ = false;
};

}  // namespace weir
