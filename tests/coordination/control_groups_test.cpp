// SPDX-License-Identifier: Apache-2.0
// The groups of a node: what is refused, in directories that look like a cgroup file system, and on
// the real one what the kernel does to processes in them. Real groups need root, or a group that
// this user was given; else those tests are skipped and say why.
#include "coordination/control_groups.hpp"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>

#include <gtest/gtest.h>

#include "coordination/child_process.hpp"
#include "tests/support/real_control_groups.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

constexpr duration long_enough = std::chrono::seconds{60};

std::string problem_of(const std::string& name, const control_group_mounts& host) {
  const auto opened = control_groups::open(name, host);
  return opened ? "" : opened.failure().message;
}

bool begins(const std::string& text, const std::string& with) { return text.starts_with(with); }

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
                                            there_ / "weir/weir-probe" +
                                            ": No such file or directory");
  EXPECT_EQ(there_.read("cgroup.subtree_control"), "+memory +cpu");
  EXPECT_EQ(there_.read("weir/cgroup.subtree_control"), "+memory +cpu");
  EXPECT_FALSE(there_.has("weir/weir-probe"));
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
                                           there_ / "service/weir-probe" +
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
  there_.write("weir/weir-4f-2/cgroup.procs", "");
  const auto opened = control_groups::open("weir", host());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.failure().code, error_code::in_use);
  EXPECT_EQ(opened.failure().message, "another node uses the control group " + there_ / "weir" +
                                          "; give each node of a host its own");
  EXPECT_TRUE(there_.has("weir/weir-4f-2"));
  ::close(node);
  EXPECT_EQ(problem_of("weir", host()).find("another node"), std::string::npos);
}

// Whatever else is there is not this node's, least of all the processes in it.
TEST_F(ControlGroupsOfVersionTwo, RemoveOnlyWhatAnEarlierRunHasLeft) {
  const std::vector<std::string> others{"user-1000", "weir-4f",    "weir-4f-", "weir--2",
                                        "weir-4F-2", "weir-4f-2x", "4f-2",     "weir"};
  for (const auto& each : others) std::filesystem::create_directory(there_ / ("weir/" + each));
  for (const auto* each : {"weir-4f-2", "weir-4f5e-11", "weir-probe"}) {
    std::filesystem::create_directory(there_ / ("weir/" + std::string{each}));
  }
  problem_of("weir", host());
  for (const auto& each : others) EXPECT_TRUE(there_.has("weir/" + each)) << each;
  for (const auto* each : {"weir-4f-2", "weir-4f5e-11", "weir-probe"}) {
    EXPECT_FALSE(there_.has("weir/" + std::string{each})) << each;
  }
}

TEST_F(ControlGroupsOfVersionTwo, SayWhatTheyCannotRemove) {
  there_.write("weir/weir-4f-2/nested/file", "");
  EXPECT_EQ(problem_of("weir", host()),
            "remove the control group " + there_ / "weir/weir-4f-2" + ": Directory not empty");
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
                                            there / "memory/a/weir/weir-probe" +
                                            ": No such file or directory");
  EXPECT_FALSE(there.has("cpu/a/weir/weir-probe"));
  EXPECT_EQ(problem_of("own", host),
            "lock the control group " + there / "memory/jobs" + ": No such file or directory");
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

TEST(ControlGroupsWithoutPermission, SayHowToHaveIt) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may do everything";
  const auto mounts = read_control_group_mounts(*read_control_file("/proc/self/mountinfo"), "");
  const auto opened = control_groups::open("weir-test-refused", mounts);
  ASSERT_FALSE(opened.ok());
  if (opened.failure().code == error_code::not_found) GTEST_SKIP() << opened.failure().message;
  EXPECT_NE(opened.failure().message.find("Delegate=cpu memory"), std::string::npos);
}

class RealControlGroups : public ::testing::Test {
protected:
  void SetUp() override {
    if (const auto why = groups_.missing(); !why.empty()) GTEST_SKIP() << why;
  }
  control_group make(std::uint32_t number) const {
    auto made = (*groups_).make("4f", number);
    WEIR_ASSERT(made.ok());
    return *std::move(made);
  }
  child_process start(const std::string& script, const control_group& group) const {
    auto started = child_process::start("/bin/sh", {"sh", "-c", script}, {},
                                        child_place{.directory = there_.path(),
                                                    .output = there_ / "log",
                                                    .descriptor = -1,
                                                    .control_groups = group.directories()});
    WEIR_ASSERT(started.ok());
    return *std::move(started);
  }
  static std::string number_in(const control_group& group, const std::string& file,
                               const std::string& name) {
    for (const auto& each : group.directories()) {
      const auto text = read_control_file(each + "/" + file);
      if (const auto found = text ? control_number(*text, name) : std::nullopt) {
        return std::to_string(*found);
      }
    }
    return "none";
  }

  temporary_directory there_;
  real_control_groups groups_;
};

TEST_F(RealControlGroups, HaveTheirProcessInThemFromItsBeginning) {
  const auto group = make(2);
  auto started = start("cat /proc/self/cgroup", group);
  EXPECT_TRUE(started.end_within(long_enough)->is_success);
  const auto said = there_.read("log");
  const auto path = "/" + real_control_groups::name() + "/weir-4f-2\n";
  std::size_t times = 0;
  for (auto at = said.find(path); at != std::string::npos; at = said.find(path, at + 1)) ++times;
  EXPECT_EQ(times, group.directories().size()) << said;
  EXPECT_TRUE(group.remove().ok());
}

TEST_F(RealControlGroups, KillWhoNeedsMoreMemoryThanItsLimit) {
  const auto group = make(2);
  const auto neighbour = make(3);
  ASSERT_TRUE(group.limit_memory(std::uint64_t{32} << 20).ok());
  auto beside = start("exec sleep 1000", neighbour);
  // Keeps what has no line's end.
  auto started = start("exec tail /dev/zero", group);
  const auto end = started.end_within(long_enough);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->how, "was killed by signal 9 (Killed)");
  EXPECT_EQ(group.memory_death(),
            "it needed more memory than its limit of 32mb; raise taskmanager.memory.process.size");
  EXPECT_FALSE(beside.end());
  EXPECT_EQ(neighbour.memory_death(), "");
  EXPECT_TRUE(group.remove().ok());
  beside.kill();
  beside.end_within(long_enough);
  EXPECT_EQ(neighbour.memory_death(), "") << "somebody has killed it, and not for its memory";
  EXPECT_TRUE(neighbour.remove().ok());
}

TEST_F(RealControlGroups, TellAnotherLimitThanTheirOwn) {
  const auto above = make(2);
  const auto group = above.below("process");
  ASSERT_TRUE(above.limit_memory(std::uint64_t{32} << 20).ok());
  if (above.directories().size() == 1) {
    ASSERT_TRUE(
        write_control_file(above.directories()[0] + "/cgroup.subtree_control", "+memory").ok());
  }
  ASSERT_TRUE(group.make().ok());
  auto started = start("exec tail /dev/zero", group);
  ASSERT_TRUE(started.end_within(long_enough));
  EXPECT_TRUE(begins(group.memory_death(), "memory was short on its host or in a group above"))
      << group.memory_death();
  EXPECT_TRUE(group.remove().ok());
  EXPECT_TRUE(above.remove().ok());
}

// Whether a process gets its quota depends on who else is busy, that it is held back does not: the
// kernel counts it.
TEST_F(RealControlGroups, HoldBackWhoNeedsMoreTimeThanItsQuota) {
  const auto group = make(2);
  ASSERT_TRUE(group.limit_cores(1).ok());
  const auto directory = group.directories().back();
  const bool is_unified = group.directories().size() == 1;
  EXPECT_EQ(*read_control_file(directory + (is_unified ? "/cpu.max" : "/cpu.cfs_quota_us")),
            is_unified ? "100000 100000\n" : "100000\n");
  EXPECT_EQ(number_in(group, "cpu.stat", "nr_throttled"), "0");
  // The same file with less: one process alone may not need a core on a busy host.
  ASSERT_TRUE(is_unified ? write_control_file(directory + "/cpu.max", "2000 100000").ok()
                         : write_control_file(directory + "/cpu.cfs_quota_us", "2000").ok());
  auto started = start("while :; do :; done", group);
  while (number_in(group, "cpu.stat", "nr_throttled") == "0") {
    ASSERT_FALSE(started.end_within(std::chrono::milliseconds{10}));
  }
  started.kill();
  started.end_within(long_enough);
  EXPECT_TRUE(group.remove().ok());
}

TEST_F(RealControlGroups, AreRemovedWithWhatAProcessHasLeftInThem) {
  const auto group = make(2);
  auto started = start("sleep 1000 & sleep 1000 & exit 0", group);
  EXPECT_TRUE(started.end_within(long_enough)->is_success);
  EXPECT_NE(*read_control_file(group.directories()[0] + "/cgroup.procs"), "");
  const auto removed = group.remove();
  EXPECT_TRUE(removed.ok()) << removed.failure().message;
  for (const auto& each : group.directories()) EXPECT_FALSE(std::filesystem::exists(each));
}

TEST_F(RealControlGroups, OfAnEarlierRunAreRemovedWithTheirProcesses) {
  const auto group = make(2);
  auto left = start("exec sleep 1000", group);
  const auto name = real_control_groups::name();
  EXPECT_NE(open_control_groups(name).failure().message.find("another node uses"),
            std::string::npos);
  EXPECT_FALSE(left.end());
  { const auto ended = groups_.take(); }
  const auto again = open_control_groups(name);
  ASSERT_TRUE(again.ok()) << again.failure().message;
  EXPECT_EQ(left.end_within(long_enough)->how, "was killed by signal 9 (Killed)");
  EXPECT_FALSE(std::filesystem::exists(group.directories()[0]));
}

}  // namespace
}  // namespace weir
