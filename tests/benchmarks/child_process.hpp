// SPDX-License-Identifier: Apache-2.0
// A part of a benchmark that needs a process of its own: to be killed, or to be measured alone. The
// child is this program again; which part it plays is in its environment.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>

namespace weir::benchmarks {

// Plays the part: gets what it was told, writes a double to the descriptor `answer` when it has
// something to say, and returns the exit status.
using child_role = std::function<int(const std::string& told, int answer)>;

// Makes a part known to children. Returns a value so that a namespace-scope constant can do it.
bool add_child_role(std::string name, child_role role);

// In a child: plays its part and returns the exit status.
std::optional<int> run_as_child();

class child_process {
public:
  // REQUIRES: the role was added.
  child_process(const std::string& role, const std::string& told);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  // Kills it if it still runs.
  ~child_process() { kill(); }

  pid_t process() const { return process_; }
  // Waits for the next number from the child. Stops the program if the child ends without one.
  double answer();
  // SIGKILL, and waits until it is gone.
  void kill();

private:
  pid_t process_ = 0;
  int answers_ = -1;
};

}  // namespace weir::benchmarks
