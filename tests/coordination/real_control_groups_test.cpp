// SPDX-License-Identifier: Apache-2.0
// What the kernel does to processes in the groups of a node (coordination/control_groups.hpp). That
// needs root, or a group that this user was given; else these tests are skipped and say why.
#include "tests/support/real_control_groups.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

constexpr duration long_enough = std::chrono::seconds{60};
constexpr int most_waits = 6000;  // Of 10 ms.

bool begins(const std::string& text, const std::string& with) { return text.starts_with(with); }

class RealControlGroups : public ::testing::Test {
protected:
  void SetUp() override {
    if (const auto why = groups_.missing(); !why.empty()) GTEST_SKIP() << why;
  }
  control_group make(std::uint32_t number) const {
    auto made = (*groups_).make("4f5e6a7b8c9d", number);
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
  const auto path = "/" + real_control_groups::name() + "/weir-job-4f5e6a7b8c9d-2\n";
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
  for (int waited = 0; number_in(group, "cpu.stat", "nr_throttled") == "0"; ++waited) {
    ASSERT_LT(waited, most_waits);
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

TEST_F(RealControlGroups, AreRemovedWithTheGroupsThatAProcessHasMadeInThem) {
  const auto group = make(2);
  auto started = start(
      "for each in " + group.directories()[0] + " " + group.directories().back() +
          "; do mkdir -p $each/a/b; sleep 1000 & echo $! >$each/a/b/cgroup.procs; done; exit 0",
      group);
  EXPECT_TRUE(started.end_within(long_enough)->is_success);
  EXPECT_NE(*read_control_file(group.directories()[0] + "/a/b/cgroup.procs"), "");
  const auto removed = group.remove();
  EXPECT_TRUE(removed.ok()) << removed.failure().message;
  for (const auto& each : group.directories()) EXPECT_FALSE(std::filesystem::exists(each));
}

// What is deeper than a node looks is in use, as a process would be that does not end.
TEST_F(RealControlGroups, AreTriedAgainWhileTheyAreInUse) {
  const auto group = make(2);
  std::vector<std::string> deep{group.directories()[0]};
  for (int i = 0; i < 18; ++i) deep.push_back(deep.back() + "/a");
  for (const auto& each : deep) std::filesystem::create_directory(each);
  auto inside = start("exec sleep 1000", make(3));
  ASSERT_TRUE(write_control_file(deep.back() + "/cgroup.procs", std::to_string(inside.process())));
  std::vector<control_group> all{group};
  const auto problems = control_group::remove(all, std::chrono::milliseconds{50});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(all.size(), 1U);
  EXPECT_EQ(problems[0].code, error_code::in_use);
  EXPECT_TRUE(begins(problems[0].message, "remove the control group " + deep[16]))
      << problems[0].message;
  EXPECT_FALSE(inside.end());
  inside.kill();
  inside.end_within(long_enough);
  EXPECT_EQ(control_group::remove(all, duration::zero()).size(), 1U);
  auto remover = child_process::start(
      "/bin/sh", {"sh", "-c", "sleep 0.1; rmdir " + deep[18] + " " + deep[17]}, {});
  ASSERT_TRUE(remover.ok());
  EXPECT_TRUE(control_group::remove(all, long_enough).empty());
  EXPECT_TRUE(all.empty());
  EXPECT_TRUE(remover->end_within(long_enough)->is_success);
  EXPECT_FALSE(std::filesystem::exists(deep[0]));
}

TEST_F(RealControlGroups, OfAnEarlierRunThatStayAreToldOf) {
  std::vector<std::string> deep{make(2).directories()[0]};
  for (int i = 0; i < 17; ++i) deep.push_back(deep.back() + "/a");
  for (const auto& each : deep) std::filesystem::create_directory(each);
  EXPECT_TRUE((*groups_).left().empty());
  { const auto ended = groups_.take(); }
  const auto again = open_control_groups(real_control_groups::name());
  ASSERT_TRUE(again.ok()) << again.failure().message;
  ASSERT_EQ(again->left().size(), 1U);
  EXPECT_TRUE(begins(again->left()[0].message,
                     "what an earlier run has left: remove the control group " + deep[16]))
      << again->left()[0].message;
  EXPECT_TRUE(again->left()[0].message.ends_with("; the next start of the node tries again"));
  std::filesystem::remove(deep[17]);
}

TEST_F(RealControlGroups, MayAskForMoreCoresThanAGroupAboveHas) {
  const auto above = make(2);
  const auto group = above.below("process");
  ASSERT_TRUE(above.limit_cores(1).ok());
  const bool is_unified = above.is_unified();
  if (is_unified) {
    ASSERT_TRUE(
        write_control_file(above.directories()[0] + "/cgroup.subtree_control", "+cpu").ok());
  }
  ASSERT_TRUE(group.make().ok());
  const auto limited = group.limit_cores(2);
  EXPECT_TRUE(limited.ok()) << limited.failure().message;
  EXPECT_EQ(*read_control_file(group.directories().back() +
                               (is_unified ? "/cpu.max" : "/cpu.cfs_quota_us")),
            is_unified ? "200000 100000\n" : "-1\n");
}

TEST_F(RealControlGroups, SayThatALimitIsBelowWhatIsTakenAlready) {
  const auto group = make(2);
  if (group.is_unified()) return;  // Whoever takes it is killed then.
  auto started = start("exec tail -n 1 | sleep 1000", group);
  ASSERT_FALSE(started.end_within(std::chrono::milliseconds{100}));
  const auto limited = group.limit_memory(4096);
  ASSERT_FALSE(limited.ok());
  EXPECT_TRUE(limited.failure().message.ends_with(
      ": Device or resource busy: it takes more than that before it has begun; raise that setting"))
      << limited.failure().message;
}

// A hierarchy that is not for CPU time takes processes, and no quota.
TEST_F(RealControlGroups, AreTriedWithLimits) {
  const auto mounts = read_control_group_mounts(*read_control_file("/proc/self/mountinfo"),
                                                *read_control_file("/proc/self/cgroup"));
  if (!mounts.memory || !mounts.cpu) return;  // With version 2 controllers are asked for before.
  const auto& memory = *mounts.memory;
  const auto name = real_control_groups::name() + "/limits";
  const auto opened = control_groups::open(name, {.memory = memory, .cpu = memory});
  ASSERT_FALSE(opened.ok());
  EXPECT_TRUE(begins(opened.failure().message, "try a control group: limit the CPU time"));
  EXPECT_NE(opened.failure().message.find("/cpu.cfs_period_us: No such file or directory"),
            std::string::npos)
      << opened.failure().message;
}

TEST_F(RealControlGroups, AreOnlyOfJobsWhoseIdsWereDrawn) {
  for (const auto* wrong : {"4f", "manager", "probe", "4f5e6a7b8c9g", "../a7b8c9d00"}) {
    const auto made = (*groups_).make(wrong, 2);
    ASSERT_FALSE(made.ok()) << wrong;
    EXPECT_EQ(made.failure().message, "make a control group: the job's id '" + std::string{wrong} +
                                          "' is not 12 hexadecimal digits");
  }
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
