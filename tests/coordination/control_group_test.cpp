// SPDX-License-Identifier: Apache-2.0
// What is written to the files of a group and read from them, in a directory that looks like one.
// What the kernel makes of it is shown in real_control_groups_test.cpp.
#include "coordination/control_group.hpp"

#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include "coordination/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class ControlGroup : public ::testing::Test {
protected:
  // Empty files of those names.
  void has(const std::vector<std::string>& names) const {
    for (const auto& each : names) there_.write(each, "");
  }
  static std::string problem(const status& done) { return done ? "" : done.failure().message; }

  temporary_directory there_;
  control_group unified_{there_ / "g"};
  control_group split_{there_ / "memory/g", there_ / "cpu/g"};
};

TEST_F(ControlGroup, IsToldToAProcessByAVariable) {
  has({"g/cgroup.procs", "memory/g/cgroup.procs", "cpu/g/cgroup.procs"});
  for (const auto& group : {unified_, split_}) {
    const auto read = control_group::read(group.variable());
    ASSERT_TRUE(read.ok()) << read.failure().message;
    ASSERT_TRUE(*read);
    EXPECT_EQ((*read)->directories(), group.directories());
    EXPECT_EQ((*read)->variable(), group.variable());
  }
  EXPECT_EQ(unified_.directories(), (std::vector{there_ / "g"}));
  EXPECT_EQ(split_.directories(), (std::vector{there_ / "memory/g", there_ / "cpu/g"}));
  EXPECT_FALSE(*control_group::read(""));
}

TEST_F(ControlGroup, MayHaveBothControllersOfVersionOneInOneDirectory) {
  has({"g/cgroup.procs"});
  const control_group both{there_ / "g", there_ / "g"};
  EXPECT_EQ(both.directories(), (std::vector{there_ / "g"}));
  EXPECT_EQ((*control_group::read(both.variable()))->variable(), both.variable());
  EXPECT_NE(both.variable(), unified_.variable());
}

TEST_F(ControlGroup, IsNothingThatSomebodyElseMayMakeUp) {
  has({"memory/g/cgroup.procs"});
  const auto wrong = [](const std::string& value) {
    const auto read = control_group::read(value);
    return read ? "" : read.failure().message;
  };
  EXPECT_EQ(wrong("4f"),
            "WEIR_CONTROL_GROUP: '4f' is no control group; only weir node sets this variable");
  EXPECT_EQ(wrong(split_.variable()), "WEIR_CONTROL_GROUP: '" + there_ / "cpu/g" +
                                          "' is no control group; only weir node sets this "
                                          "variable");
  EXPECT_NE(wrong("\n"), "");
}

TEST_F(ControlGroup, LimitsWithVersionTwo) {
  has({"g/memory.max", "g/memory.swap.max", "g/memory.oom.group", "g/cpu.max"});
  EXPECT_EQ(problem(unified_.limit_memory(512 << 20)), "");
  EXPECT_EQ(problem(unified_.limit_cores(3)), "");
  EXPECT_EQ(there_.read("g/memory.max"), "536870912");
  EXPECT_EQ(there_.read("g/memory.swap.max"), "0");
  EXPECT_EQ(there_.read("g/memory.oom.group"), "1");
  EXPECT_EQ(there_.read("g/cpu.max"), "300000 100000");
}

TEST_F(ControlGroup, LimitsWithVersionOne) {
  has({"memory/g/memory.limit_in_bytes", "memory/g/memory.memsw.limit_in_bytes",
       "cpu/g/cpu.cfs_quota_us", "cpu/g/cpu.cfs_period_us"});
  EXPECT_EQ(problem(split_.limit_memory(512 << 20)), "");
  EXPECT_EQ(problem(split_.limit_cores(3)), "");
  EXPECT_EQ(there_.read("memory/g/memory.limit_in_bytes"), "536870912");
  EXPECT_EQ(there_.read("memory/g/memory.memsw.limit_in_bytes"), "536870912");
  EXPECT_EQ(there_.read("cpu/g/cpu.cfs_period_us"), "100000");
  EXPECT_EQ(there_.read("cpu/g/cpu.cfs_quota_us"), "300000");
}

TEST_F(ControlGroup, NeedsNoFilesOfSwapWhereTheKernelDoesNotCountIt) {
  has({"g/memory.max", "memory/g/memory.limit_in_bytes"});
  EXPECT_EQ(problem(unified_.limit_memory(4096)), "");
  EXPECT_EQ(problem(split_.limit_memory(4096)), "");
  EXPECT_FALSE(there_.has("g/memory.swap.max"));
}

TEST_F(ControlGroup, IsNotSwappedWithVersionOneWhereSwapIsNotCounted) {
  has({"memory/g/memory.limit_in_bytes", "memory/g/memory.swappiness"});
  EXPECT_EQ(problem(split_.limit_memory(4096)), "");
  EXPECT_EQ(there_.read("memory/g/memory.swappiness"), "0");
  there_.write("memory/g/memory.swappiness", "60");
  there_.write("memory/g/memory.memsw.limit_in_bytes", "");
  EXPECT_EQ(problem(split_.limit_memory(4096)), "");
  EXPECT_EQ(there_.read("memory/g/memory.swappiness"), "60")
      << "it may be swapped: that is counted";
}

TEST_F(ControlGroup, SaysWhichLimitCannotBeWritten) {
  EXPECT_EQ(problem(unified_.limit_memory(4096)),
            "limit the memory of this process (taskmanager.memory.process.size): write '4096' to " +
                there_ / "g/memory.max" + ": No such file or directory");
  EXPECT_EQ(problem(split_.limit_cores(2)),
            "limit the CPU time of this process (taskmanager.cpu.cores): write '100000' to " +
                there_ / "cpu/g/cpu.cfs_period_us" + ": No such file or directory");
}

TEST_F(ControlGroup, TellsWhoseMemoryLimitAProcessWasKilledAt) {
  const auto own =
      "it needed more memory than its limit of 512mb; raise taskmanager.memory.process.size";
  const auto above = [](const std::string& group) {
    return "memory was short on its host or in a group above " + group +
           "; give the node more, or its jobs less (taskmanager.memory.process.size)";
  };
  there_.write("g/memory.max", "536870912\n");
  there_.write("g/memory.events", "low 0\nhigh 0\nmax 71\noom 1\noom_kill 1\n");
  EXPECT_EQ(unified_.memory_death(), own);
  there_.write("g/memory.events", "low 0\nhigh 0\nmax 71\noom 0\noom_kill 1\n");
  EXPECT_EQ(unified_.memory_death(), above(there_ / "g"));
  there_.write("memory/g/memory.limit_in_bytes", "536870912\n");
  there_.write("memory/g/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
  // Files were read, for which others had to go.
  there_.write("memory/g/memory.failcnt", "9\n");
  EXPECT_EQ(split_.memory_death(), above(there_ / "memory/g"));
  there_.write("memory/g/memory.max_usage_in_bytes", "536866816\n");
  EXPECT_EQ(split_.memory_death(), above(there_ / "memory/g"));
  there_.write("memory/g/memory.max_usage_in_bytes", "536870912\n");
  EXPECT_EQ(split_.memory_death(), own);
  // Part of it was swapped.
  there_.write("memory/g/memory.max_usage_in_bytes", "4096\n");
  there_.write("memory/g/memory.memsw.limit_in_bytes", "536870912\n");
  there_.write("memory/g/memory.memsw.max_usage_in_bytes", "536866816\n");
  EXPECT_EQ(split_.memory_death(), above(there_ / "memory/g"));
  there_.write("memory/g/memory.memsw.max_usage_in_bytes", "536870912\n");
  EXPECT_EQ(split_.memory_death(), own);
}

TEST_F(ControlGroup, SaysNothingOfAProcessThatEndedOtherwise) {
  EXPECT_EQ(unified_.memory_death(), "");
  EXPECT_EQ(split_.memory_death(), "");
  // It was at its limit, and could do with less.
  there_.write("g/memory.events", "low 0\nhigh 0\nmax 71\noom 0\noom_kill 0\n");
  EXPECT_EQ(unified_.memory_death(), "");
  there_.write("memory/g/memory.failcnt", "9\n");
  there_.write("memory/g/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
  EXPECT_EQ(split_.memory_death(), "");
  there_.write("memory/g/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
  EXPECT_EQ(split_.memory_death(), "");
}

TEST_F(ControlGroup, IsMadeWholeOrNotAtAll) {
  EXPECT_EQ(problem(split_.make()),
            "make the control group " + there_ / "memory/g" + ": No such file or directory");
  there_.write("memory/other", "");
  EXPECT_NE(problem(split_.make()), "");
  EXPECT_FALSE(there_.has("memory/g"));
  there_.write("cpu/other", "");
  EXPECT_EQ(problem(split_.make()), "");
  const auto again = split_.make();
  EXPECT_EQ(problem(again), "make the control group " + there_ / "memory/g" + ": File exists");
  EXPECT_EQ(again.failure().code, error_code::in_use);
  EXPECT_EQ(problem(split_.remove()), "");
  EXPECT_FALSE(there_.has("memory/g") || there_.has("cpu/g"));
  EXPECT_EQ(problem(split_.remove()), "");
  has({"cpu/g/nested"});
  EXPECT_EQ(problem(split_.remove()),
            "remove the control group " + there_ / "cpu/g" + ": Directory not empty");
}

// A file that the kernel would not have there keeps the directory.
TEST_F(ControlGroup, KillsWhoIsInItAndSaysSoWhereItStays) {
  auto inside = child_process::start("/bin/sleep", {"sleep", "1000"}, {});
  ASSERT_TRUE(inside.ok());
  there_.write("g/cgroup.procs", "0\n" + std::to_string(inside->process()) + "\n");
  EXPECT_TRUE(problem(unified_.remove())
                  .starts_with("remove the control group " + there_ / "g" +
                               ": Directory not empty; in it: process " +
                               std::to_string(inside->process()) + " ("));
  const auto end = inside->end_within(std::chrono::seconds{60});
  ASSERT_TRUE(end);
  EXPECT_EQ(end->signal, SIGKILL);
}

TEST_F(ControlGroup, IsRemovedWithGroupsBelowItToADepthOfSixteen) {
  std::string deep = "g";
  for (int i = 0; i < 16; ++i) deep += "/a";
  std::filesystem::create_directories(there_ / deep);
  EXPECT_EQ(problem(unified_.remove()), "");
  std::filesystem::create_directories(there_ / (deep + "/a"));
  EXPECT_EQ(problem(unified_.remove()),
            "remove the control group " + there_ / deep + ": Directory not empty");
  // Nothing outside is in it.
  std::filesystem::remove_all(there_ / "g");
  there_.write("other/kept/file", "");
  std::filesystem::create_directory(there_ / "g");
  std::filesystem::create_directory_symlink(there_ / "other", there_ / "g/link");
  EXPECT_NE(problem(unified_.remove()), "");
  EXPECT_TRUE(there_.has("other/kept/file"));
}

TEST_F(ControlGroup, IsRemovedWithOthersOfWhichThoseThatStayAreTold) {
  has({"g/file"});
  there_.write("memory/other", "");
  there_.write("cpu/other", "");
  ASSERT_EQ(problem(split_.make()), "");
  std::vector<control_group> all{unified_, split_};
  const auto problems = control_group::remove(all, std::chrono::seconds{1});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message,
            "remove the control group " + there_ / "g" + ": Directory not empty");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].variable(), unified_.variable());
  EXPECT_FALSE(there_.has("memory/g"));
}

}  // namespace
}  // namespace weir
