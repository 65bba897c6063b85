// SPDX-License-Identifier: Apache-2.0
// What hosts and containers of several kinds say of themselves.
#include "coordination/control_group_mounts.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(ControlGroupMounts, OfVersionTwoAreOne) {
  const auto found = read_control_group_mounts(
      "22 1 0:21 / /proc rw,relatime shared:5 - proc proc rw\n"
      "29 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 "
      "rw,nsdelegate,memory_recursiveprot\n",
      "0::/system.slice/weir-node.service\n");
  ASSERT_TRUE(found.unified);
  EXPECT_EQ(found.unified->root, "/sys/fs/cgroup");
  EXPECT_EQ(found.unified->own, "/sys/fs/cgroup/system.slice/weir-node.service");
  EXPECT_FALSE(found.memory);
  EXPECT_FALSE(found.cpu);
}

TEST(ControlGroupMounts, OfVersionOneAreOneForEachController) {
  const auto found = read_control_group_mounts(
      "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:1 master:2 - cgroup cgroup "
      "rw,cpu,cpuacct\n"
      "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
      "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
      "5:memory:/jobs/a:b\n3:cpuset:/elsewhere\n2:cpu,cpuacct:/\n0::/\n");
  ASSERT_TRUE(found.memory && found.cpu && found.unified);
  EXPECT_EQ(found.memory->root, "/sys/fs/cgroup/memory");
  EXPECT_EQ(found.memory->own, "/sys/fs/cgroup/memory/jobs/a:b");
  EXPECT_EQ(found.cpu->root, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(found.cpu->own, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(found.unified->own, "/sys/fs/cgroup/unified");
}

TEST(ControlGroupMounts, MayShowAPartOfTheHierarchyOnly) {
  const auto own = [](const std::string& group) {
    return read_control_group_mounts(
               "35 31 0:32 /docker/4f /sys/fs/cgroup/my\\040memory rw - cgroup "
               "cgroup rw,memory\n",
               "5:memory:" + group + "\n")
        .memory->own;
  };
  EXPECT_EQ(own("/docker/4f"), "/sys/fs/cgroup/my memory");
  EXPECT_EQ(own("/docker/4f/node"), "/sys/fs/cgroup/my memory/node");
  EXPECT_EQ(own("/docker/4f5e"), "");
  EXPECT_EQ(own("/"), "");
  EXPECT_EQ(own("/../other"), "");
}

TEST(ControlGroupMounts, AreNoneWhereNothingIsUnderstood) {
  for (const std::string text :
       {"", "\n\n", "35 31 0:32", "35 31 0:32 / /there rw -", "35 31 0:32 / /there rw - cgroup",
        "- cgroup2 cgroup2 rw", "35 31 0:32 / /there rw - cgroup cgroup rw,memoryless,cpuset"}) {
    const auto found = read_control_group_mounts(text, "0::/\n");
    EXPECT_FALSE(found.unified || found.memory || found.cpu) << text;
  }
  const auto found =
      read_control_group_mounts("29 23 0:26 / /there rw - cgroup2 none rw\n", "wrong\n0:\n");
  ASSERT_TRUE(found.unified);
  EXPECT_EQ(found.unified->own, "");
}

}  // namespace
}  // namespace weir
