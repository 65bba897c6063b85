// SPDX-License-Identifier: Apache-2.0
// The group of a node below which each process of a job has its own, and what it takes to have it:
//
//   /sys/fs/cgroup/weir/             what --control-group weir names; with version 1 two of them
//   /sys/fs/cgroup/weir/weir-job-4f5e6a7b8c9d-2/
//                              process 2 of that job
//   /sys/fs/cgroup/weir/node/  the node itself, with `own` and version 2: where groups below have
//                              limits there may be no processes
//
// Everything that could keep a process from being limited is found when they are opened.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "coordination/control_group.hpp"
#include "coordination/control_group_mounts.hpp"

namespace weir {

// Says the group that the node is in, which may be anywhere.
inline constexpr const char* own_control_group = "own";

// Fails unless it is `own` or a path below the root of the cgroup file system: words with slashes
// between them, none of them "." or "..", or of the kind that nodes give the groups of processes:
// those are removed with what is in them.
status check_control_group_name(const std::string& name);

class control_groups {
public:
  // Makes the group of that name, has the kernel limit memory and CPU time below it, removes the
  // groups that an earlier run of the node has left, with their processes, and sees that this
  // process may put others in such groups. With `own` and version 2 this process moves to `node`.
  // Fails, with what to do, if any of this cannot be, or if another node uses one of its
  // directories; not if groups of an earlier run stay (`left`), as none of their names comes again.
  // REQUIRES: check_control_group_name(name).
  static result<control_groups> open(const std::string& name, const control_group_mounts& host);
  control_groups(control_groups&& other) noexcept = default;
  control_groups& operator=(control_groups&&) = delete;
  // Leaves the group for others; `name` itself stays.
  ~control_groups();

  // Why groups of an earlier run are there still, one of each.
  const std::vector<error>& left() const { return left_; }

  // Makes the group of a process. The caller removes it. Fails if there is one, or if the id of the
  // job is not one that a client has drawn: 12 hexadecimal digits.
  result<control_group> make(const std::string& job, std::uint32_t number) const;

private:
  explicit control_groups(control_group all) : all_{std::move(all)} {}
  status lock();
  status remove_left();
  status try_one() const;

  control_group all_;
  std::vector<int> locks_{};  // Descriptors of its directories.
  std::vector<error> left_{};
};

// The same on this host.
result<control_groups> open_control_groups(const std::string& name);

}  // namespace weir
