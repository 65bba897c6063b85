// SPDX-License-Identifier: Apache-2.0
// The control group of one process of a job: what the kernel lets it and the processes that it
// starts take together, and what became of them. Version 2 has one directory for all controllers,
// version 1 one for memory and one for CPU (coordination/control_group_mounts.hpp).
//
// The node makes the group and removes it; the process is in it from its first instruction, and
// writes its own limits, as only it knows its settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

// The variable that tells a process which group it is in.
inline constexpr const char* control_group_variable = "WEIR_CONTROL_GROUP";

class control_group {
public:
  // Of version 2 and of version 1, by their directories. They need not exist yet.
  explicit control_group(std::string unified) : memory_{std::move(unified)} {}
  control_group(std::string memory, std::string cpu)
      : memory_{std::move(memory)}, cpu_{std::move(cpu)} {}

  // The group that the variable's value names; empty: none. Fails if it names no group.
  static result<std::optional<control_group>> read(const std::string& value);
  // What `read` reads.
  std::string variable() const;

  // The group of that name in this one.
  control_group below(const std::string& name) const;
  // Its directories, each once.
  std::vector<std::string> directories() const;
  bool is_unified() const { return cpu_.empty(); }  // Of version 2.

  // Makes the directories, whose parents exist. Fails if there is such a group.
  status make() const;
  // Kills what is left in these and in the groups below them, to a depth of 16, and removes their
  // directories; tries again every 10 ms while one is in use, for so long with all of them together
  // and at least once. Takes those that are gone off the list, also if they were so before; of each
  // other one says why, and which processes are in it.
  static std::vector<error> remove(std::vector<control_group>& groups, duration patience);
  // The same with this one, for up to a second. Succeeds if it is gone.
  status remove() const;

  // The most that it may take: memory of any kind in bytes, without swap, and the CPU time of so
  // many cores. Whoever needs more memory is killed, with version 2 all processes of the group
  // together; whoever needs more time waits. More cores than a group above has are no error: that
  // group's limit holds. Fails with version 1 if the group takes more memory already, and it cannot
  // be had back. REQUIRES: both are above 0.
  status limit_memory(std::uint64_t bytes) const;
  status limit_cores(std::uint32_t cores) const;

  // Why the kernel has killed a process of the group for its memory, and what to do about it; empty
  // if it has not. Kernels before 4.13 do not tell with version 1.
  std::string memory_death() const;

private:
  status try_to_remove() const;

  std::string memory_;  // Or all controllers.
  std::string cpu_{};   // Empty: version 2.
};

}  // namespace weir
