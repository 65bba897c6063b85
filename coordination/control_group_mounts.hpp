// SPDX-License-Identifier: Apache-2.0
// Where the control groups of this host are (man 7 cgroups): version 2, one hierarchy with all
// controllers, and version 1, a hierarchy for each controller. Both may be mounted at once; a
// controller is in one of them. Takes texts apart and touches no file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir {

// A mounted hierarchy of groups, whose groups are directories.
struct control_group_hierarchy {
  std::string root{};  // The directory where it is mounted.
  // The directory of the group that this process is in; empty: it is not below that mount, as a
  // container may have it.
  std::string own{};
};

struct control_group_mounts {
  std::optional<control_group_hierarchy> unified{};  // Version 2.
  std::optional<control_group_hierarchy> memory{};   // Version 1, of that controller.
  std::optional<control_group_hierarchy> cpu{};
};

// What /proc/self/mountinfo and /proc/self/cgroup say, whose texts are given. Of several mounts of
// a hierarchy the first counts. Lines that are not understood are left out.
control_group_mounts read_control_group_mounts(std::string_view mountinfo, std::string_view groups);

}  // namespace weir
