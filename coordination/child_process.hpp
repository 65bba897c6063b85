// SPDX-License-Identifier: Apache-2.0
// A process that this one has started and that does not outlive it: the one place that forks.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

// How a process ended: "exited with 1", "was killed by signal 9 (Killed)".
struct process_end {
  bool is_success = false;
  std::string how{};
  std::optional<int> status{};  // What it exited with; none: a signal has killed it.
  int signal = 0;               // That signal; 0: none.
};

// Where a process runs that is to have nothing of this one's terminal, and is not to hear its
// signals.
struct child_place {
  std::string directory{};  // In which it runs.
  std::string output{};     // The file to whose end its output and its errors go.
  // A descriptor that it inherits under the same number; -1: none.
  int descriptor = -1;
  // The directories of the control groups in which it begins.
  std::vector<std::string> control_groups{};
};

class child_process {
public:
  // Runs the program with these arguments, the first of which is its name, and with these variables
  // ("NAME=value") in place of those of the same name in the environment. No signal is blocked in
  // it but it inherits what this process ignores. The system kills it when the calling thread ends.
  // Without a place it shares this process's terminal and process group.
  static result<child_process> start(const std::string& program,
                                     const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& variables,
                                     const std::optional<child_place>& place = {});
  // Whether processes that this one starts can begin in these control groups: tries it with one.
  static status try_to_join(const std::vector<std::string>& control_groups);
  child_process(child_process&& other) noexcept
      : process_{std::exchange(other.process_, 0)}, end_{std::move(other.end_)} {}
  child_process& operator=(child_process&&) = delete;
  // Kills it, if it still runs, and waits for its end.
  ~child_process();

  pid_t process() const { return process_; }
  // SIGKILL, if it still runs. Does not wait.
  void kill();
  // Any other signal, if it still runs.
  void send(int signal);
  // How it ended; none while it runs. Does not wait.
  std::optional<process_end> end();
  // The same, but waits for it for so long.
  std::optional<process_end> end_within(duration span);

private:
  explicit child_process(pid_t process) : process_{process} {}

  pid_t process_ = 0;
  std::optional<process_end> end_;
};

}  // namespace weir
