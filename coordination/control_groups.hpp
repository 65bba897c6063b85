// SPDX-License-Identifier: Apache-2.0
// The group of a node below which each process of a job has its own, and what it takes to have it:
//
//   /sys/fs/cgroup/weir/             what --control-group weir names; with version 1 two of them
//   /sys/fs/cgroup/weir/weir-4f-2/   process 2 of job 4f
//   /sys/fs/cgroup/weir/node/        the node itself, with `own` and version 2: where groups below
//                                    have limits there may be no processes
//
// Everything that could keep a process from being limited is found when they are opened.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/error.hpp"
#include "coordination/control_group.hpp"
#include "coordination/control_group_mounts.hpp"

namespace weir {

// Says the group that the node is in, which may be anywhere.
inline constexpr const char* own_control_group = "own";

// Fails unless it is `own` or a path below the root of the cgroup file system: words with slashes
// between them, none of them "." or "..".
status check_control_group_name(const std::string& name);

class control_groups {
public:
  // Makes the group of that name, has the kernel limit memory and CPU time below it, removes the
  // groups that an earlier run of the node has left, with their processes, and sees that this
  // process may put others in such groups. With `own` and version 2 this process moves to `node`.
  // Fails, with what to do, if any of this cannot be, or if another node uses the group.
  // REQUIRES: check_control_group_name(name).
  static result<control_groups> open(const std::string& name, const control_group_mounts& host);
  control_groups(control_groups&& other) noexcept;
  control_groups& operator=(control_groups&&) = delete;
  // Leaves the group for others; `name` itself stays.
  ~control_groups();

  // Makes the group of a process. The caller removes it. Fails if there is one.
  result<control_group> make(const std::string& job, std::uint32_t number) const;

private:
  explicit control_groups(control_group all) : all_{std::move(all)} {}
  status lock();
  status remove_left() const;
  status try_one() const;

  control_group all_;
  int lock_ = -1;
};

// The same on this host.
result<control_groups> open_control_groups(const std::string& name);

}  // namespace weir
