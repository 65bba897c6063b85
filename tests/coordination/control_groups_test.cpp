// SPDX-License-Identifier: Apache-2.0
// The groups of a node: what is refused, locked and removed, in directories that look like a cgroup
// file system. What the kernel does to processes in them is shown in real_control_groups_test.cpp.
#include "coordination/control_groups.hpp"

#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/file.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/control_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

std::string problem_of(const std::string& name, const control_group_mounts& host) {
  const auto opened = control_groups::open(name, host);
  return opened ? "" : opened.failure().message;
}

TEST(ControlGroupName, IsOwnOrAPathBelowTheRoot) {
  for (const auto* right : {"own", "weir", "services/weir", "weir-node.service", "a..b", "..."}) {
    EXPECT_TRUE(check_control_group_name(right).ok()) << right;
  }
  for (const auto* wrong : {"", "/", "/weir", "weir/", "a//b", "..", "../weir", "weir/..", "a/../b",
                            ".", "a/./b", "a\nb"}) {
    const auto checked = check_control_group_name(wrong);
    ASSERT_FALSE(checked.ok()) << wrong;
    EXPECT_EQ(checked.failure().message,
              "'" + std::string{wrong} +
                  "' is neither own nor a path below the root of the cgroup file system, such as "
                  "weir or services/weir");
  }
}

TEST(ControlGroupName, IsNoneThatIsRemovedWithWhatIsInIt) {
  for (const auto* wrong : {"weir-job-4f5e6a7b8c9d-2", "services/weir-job-probe-0/weir"}) {
    const auto checked = check_control_group_name(wrong);
    ASSERT_FALSE(checked.ok()) << wrong;
    const std::string word = wrong[0] == 'w' ? wrong : "weir-job-probe-0";
    EXPECT_EQ(checked.failure().message,
              "'" + std::string{wrong} + "': nodes name groups like " + word +
                  " for the processes of jobs, and remove them with what is in them; take another");
  }
  for (const auto* right : {"weir-job", "weir-job-1", "weir-job-4f-2", "weir-probe"}) {
    EXPECT_TRUE(check_control_group_name(right).ok()) << right;
  }
}

// A directory that looks like a hierarchy of version 2: only that new groups have no files in it.
class ControlGroupsOfVersionTwo : public ::testing::Test {
protected:
  ControlGroupsOfVersionTwo() {
    looks_like_a_group("");
    looks_like_a_group("weir/");
  }
  void looks_like_a_group(const std::string& group, const std::string& controllers = "cpu memory\n",
                          const std::string& enabled = "\n") const {
    there_.write(group + "cgroup.controllers", controllers);
    there_.write(group + "cgroup.subtree_control", enabled);
    there_.write(group + "cgroup.procs", "");
  }
  control_group_mounts host() const {
    return {.unified = control_group_hierarchy{there_.path(), there_ / "service"}};
  }

  temporary_directory there_;
};

TEST_F(ControlGroupsOfVersionTwo, HaveTheirControllersEnabledFromTheRootDown) {
  // How far it comes: the kernel would have made that file.
  EXPECT_EQ(problem_of("weir", host()), "put a process into the control group " +
                                            there_ / "weir/weir-job-probe-0" +
                                            ": No such file or directory");
  EXPECT_EQ(there_.read("cgroup.subtree_control"), "+memory +cpu");
  EXPECT_EQ(there_.read("weir/cgroup.subtree_control"), "+memory +cpu");
  EXPECT_FALSE(there_.has("weir/weir-job-probe-0"));
}

TEST_F(ControlGroupsOfVersionTwo, EnableNoMoreThanIsMissing) {
  looks_like_a_group("", "cpuset cpu io memory\n", "cpu memory\n");
  looks_like_a_group("weir/", "cpu memory\n", "memory\n");
  problem_of("weir", host());
  EXPECT_EQ(there_.read("cgroup.subtree_control"), "cpu memory\n");
  EXPECT_EQ(there_.read("weir/cgroup.subtree_control"), "+cpu");
}

TEST_F(ControlGroupsOfVersionTwo, NeedBothControllers) {
  looks_like_a_group("weir/", "cpuset memory pids\n");
  EXPECT_EQ(problem_of("weir", host()),
            "the control group " + there_ / "weir" +
                " does not have the controller cpu; let the group above pass it on "
                "(cgroup.subtree_control; with systemd Delegate=cpu memory), and see that no "
                "hierarchy of version 1 has it");
}

TEST_F(ControlGroupsOfVersionTwo, AreNotTakenForThoseOfAnotherFileSystem) {
  const temporary_directory other;
  EXPECT_EQ(problem_of("weir", {.unified = control_group_hierarchy{other.path(), ""}}),
            "read " + other / "cgroup.controllers" + ": No such file or directory");
}

TEST_F(ControlGroupsOfVersionTwo, OfTheNodeItselfHaveItInALeaf) {
  looks_like_a_group("service/");
  looks_like_a_group("service/node/");
  EXPECT_EQ(problem_of("own", host()), "put a process into the control group " +
                                           there_ / "service/weir-job-probe-0" +
                                           ": No such file or directory");
  EXPECT_EQ(there_.read("service/node/cgroup.procs"), "0");
  EXPECT_EQ(there_.read("service/cgroup.subtree_control"), "+memory +cpu");
  EXPECT_EQ(there_.read("cgroup.subtree_control"), "\n");
}

TEST_F(ControlGroupsOfVersionTwo, OfTheNodeItselfMustBeInSight) {
  auto elsewhere = host();
  elsewhere.unified->own = "";
  EXPECT_EQ(problem_of("own", elsewhere),
            "the control group of this process is not below " + there_.path() +
                ", as /proc/self/cgroup and /proc/self/mountinfo say; name another");
}

TEST_F(ControlGroupsOfVersionTwo, BelongToOneNode) {
  const int node = ::open((there_ / "weir").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(node, LOCK_EX), 0);
  there_.write("weir/weir-job-4f5e6a7b8c9d-2/cgroup.procs", "");
  const auto opened = control_groups::open("weir", host());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.failure().code, error_code::in_use);
  EXPECT_EQ(opened.failure().message, "another node uses the control group " + there_ / "weir" +
                                          "; give each node of a host its own");
  EXPECT_TRUE(there_.has("weir/weir-job-4f5e6a7b8c9d-2"));
  ::close(node);
  EXPECT_EQ(problem_of("weir", host()).find("another node"), std::string::npos);
}

// Whatever else is there is not this node's, least of all the processes in it.
TEST_F(ControlGroupsOfVersionTwo, RemoveOnlyWhatAnEarlierRunHasLeft) {
  const std::vector<std::string> others{"user-1000",
                                        "weir",
                                        "weir-node-1",
                                        "weir-test-4711",
                                        "weir-4f5e6a7b8c9d-2",
                                        "weir-probe",
                                        "weir-job-4f-2",
                                        "weir-job-4f5e6a7b8c9d",
                                        "weir-job-4f5e6a7b8c9d-",
                                        "weir-job-4f5e6a7b8c9d-2x",
                                        "weir-job-4f5e6a7b8c9dd-2",
                                        "weir-job-4F5E6A7B8C9D-2",
                                        "weir-job-manager-1",
                                        "weir-job-probe",
                                        "weir-job--2"};
  for (const auto& each : others) std::filesystem::create_directory(there_ / ("weir/" + each));
  for (const auto* each :
       {"weir-job-4f5e6a7b8c9d-2", "weir-job-0123456789ab-11", "weir-job-probe-0"}) {
    std::filesystem::create_directory(there_ / ("weir/" + std::string{each}));
  }
  // Of a job: gone with those of its process.
  std::filesystem::create_directories(there_ / "weir/weir-job-4f5e6a7b8c9d-2/a/b");
  problem_of("weir", host());
  for (const auto& each : others) EXPECT_TRUE(there_.has("weir/" + each)) << each;
  for (const auto* each :
       {"weir-job-4f5e6a7b8c9d-2", "weir-job-0123456789ab-11", "weir-job-probe-0"}) {
    EXPECT_FALSE(there_.has("weir/" + std::string{each})) << each;
  }
}

// How far it comes with what stays there: as far as without.
TEST_F(ControlGroupsOfVersionTwo, GoOnWithoutWhatTheyCannotRemove) {
  there_.write("weir/weir-job-4f5e6a7b8c9d-2/nested/file", "");
  there_.write("weir/weir-job-probe-0/file", "");
  EXPECT_EQ(problem_of("weir", host()), "put a process into the control group " +
                                            there_ / "weir/weir-job-probe-1" +
                                            ": No such file or directory");
}

TEST_F(ControlGroupsOfVersionTwo, TryNoMoreThanSixteen) {
  for (int i = 0; i < 16; ++i) {
    there_.write("weir/weir-job-probe-" + std::to_string(i) + "/file", "");
  }
  EXPECT_EQ(problem_of("weir", host()),
            "make the control group " + there_ / "weir/weir-job-probe-15" + ": File exists");
}

TEST(ControlGroupsOfVersionOne, AreOneForMemoryAndOneForCpu) {
  const temporary_directory there;
  std::filesystem::create_directories(there / "memory");
  const control_group_mounts host{
      .memory = control_group_hierarchy{there / "memory", there / "memory/jobs"},
      .cpu = control_group_hierarchy{there / "cpu", there / "cpu"}};
  EXPECT_EQ(problem_of("a/weir", host),
            "make the control group " + there / "cpu/a" + ": No such file or directory");
  EXPECT_TRUE(there.has("memory/a/weir"));
  std::filesystem::create_directories(there / "cpu");
  EXPECT_EQ(problem_of("a/weir", host), "put a process into the control group " +
                                            there / "memory/a/weir/weir-job-probe-0" +
                                            ": No such file or directory");
  EXPECT_FALSE(there.has("cpu/a/weir/weir-job-probe-0"));
  EXPECT_EQ(problem_of("own", host),
            "lock the control group " + there / "memory/jobs" + ": No such file or directory");
}

TEST(ControlGroupsOfVersionOne, BelongToOneNodeEvenIfTheyShareOnlyOneOfTheTwo) {
  const temporary_directory there;
  const auto host_of = [&](const std::string& memory) {
    std::filesystem::create_directories(there / memory + "/weir-job-4f5e6a7b8c9d-2");
    return control_group_mounts{.memory = control_group_hierarchy{there.path(), there / memory},
                                .cpu = control_group_hierarchy{there / "cpu", there / "cpu"}};
  };
  std::filesystem::create_directories(there / "cpu/weir-job-4f5e6a7b8c9d-2");
  const int node = ::open((there / "cpu").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(node, LOCK_EX), 0);
  EXPECT_EQ(problem_of("own", host_of("second")), "another node uses the control group " +
                                                      there / "cpu" +
                                                      "; give each node of a host its own");
  EXPECT_TRUE(there.has("second/weir-job-4f5e6a7b8c9d-2"));
  EXPECT_TRUE(there.has("cpu/weir-job-4f5e6a7b8c9d-2"));
  ::close(node);
  EXPECT_EQ(problem_of("own", host_of("second")).find("another node"), std::string::npos);
  EXPECT_FALSE(there.has("second/weir-job-4f5e6a7b8c9d-2"));
  EXPECT_FALSE(there.has("cpu/weir-job-4f5e6a7b8c9d-2"));
}

TEST(ControlGroupsOfNoVersion, AreRefused) {
  for (const auto& host :
       {control_group_mounts{}, control_group_mounts{.memory = control_group_hierarchy{"/m", "/m"}},
        control_group_mounts{.cpu = control_group_hierarchy{"/c", "/c"}}}) {
    EXPECT_EQ(problem_of("weir", host),
              "no cgroup file system with memory and cpu is mounted here, as /proc/self/mountinfo "
              "says; mount one (mount -t cgroup2 none /sys/fs/cgroup)");
  }
}

// Root may do everything: as long as this lives, this process is a user's.
class user_process {
public:
  user_process() { WEIR_ASSERT(!was_root_ || ::seteuid(nobody) == 0); }
  user_process(const user_process&) = delete;
  user_process& operator=(const user_process&) = delete;
  ~user_process() { WEIR_ASSERT(!was_root_ || ::seteuid(0) == 0); }

private:
  static constexpr uid_t nobody = 65534;
  const bool was_root_ = ::geteuid() == 0;
};

TEST(ControlGroupsWithoutPermission, SayHowToHaveIt) {
  const user_process user;
  const auto mounts = read_control_group_mounts(*read_control_file("/proc/self/mountinfo"), "");
  const auto opened = control_groups::open("weir-test-refused", mounts);
  ASSERT_FALSE(opened.ok());
  if (opened.failure().code == error_code::not_found) GTEST_SKIP() << opened.failure().message;
  const bool is_split = mounts.memory && mounts.cpu;
  const auto* hint = is_split ? "nobody else may do this with version 1" : "Delegate=cpu memory";
  EXPECT_NE(opened.failure().message.find(hint), std::string::npos) << opened.failure().message;
}

}  // namespace
}  // namespace weir
