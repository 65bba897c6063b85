// SPDX-License-Identifier: Apache-2.0
// Processes that end are replaced, but not for ever.
#include "coordination/task_manager_processes.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr duration long_enough = std::chrono::seconds{20};

class TaskManagerProcesses : public ::testing::Test {
protected:
  task_manager_processes make(const std::string& script) {
    return {{.program = "/bin/sh", .arguments = {"sh", "-c", script}},
            [this](const std::string& what) { reports_.push_back(what); }};
  }
  static processing_time at_second(int second) {
    return processing_time{std::chrono::seconds{second}};
  }

  std::vector<std::string> reports_;
};

TEST_F(TaskManagerProcesses, NumbersThem) {
  auto processes = make("exit $WEIR_PROCESS");
  ASSERT_TRUE(processes.start().ok());
  ASSERT_TRUE(processes.start().ok());
  EXPECT_EQ(processes.count(), 2U);
  processes.wait_for_all(long_enough);
  ASSERT_TRUE(processes.on_child_signal(at_second(0)).ok());
  ASSERT_EQ(reports_.size(), 2U);
  EXPECT_TRUE(reports_[0].starts_with("process 1 ("));
  EXPECT_TRUE(reports_[0].ends_with(") exited with 1; another takes its place"));
  EXPECT_TRUE(reports_[1].ends_with(") exited with 2; another takes its place"));
}

TEST_F(TaskManagerProcesses, AreReplacedUnderANewNumber) {
  auto processes = make("[ $WEIR_PROCESS -gt 1 ] && exec sleep 1000; kill -9 $$");
  ASSERT_TRUE(processes.start().ok());
  processes.wait_for_all(long_enough);
  ASSERT_TRUE(processes.on_child_signal(at_second(0)).ok());
  ASSERT_EQ(reports_.size(), 1U);
  EXPECT_TRUE(reports_[0].ends_with(") was killed by signal 9 (Killed); another takes its place"));
  EXPECT_EQ(processes.count(), 1U);
  ASSERT_TRUE(processes.on_child_signal(at_second(1)).ok());
  EXPECT_EQ(processes.count(), 1U);
}

TEST_F(TaskManagerProcesses, AreKilledAndReplacedWhenTheyAreOutOfReach) {
  auto processes = make("kill -STOP $$; exec sleep 1000");
  ASSERT_TRUE(processes.start().ok());
  processes.kill(2);  // There is none.
  ASSERT_TRUE(processes.on_child_signal(at_second(0)).ok());
  EXPECT_TRUE(reports_.empty());
  processes.kill(1);
  processes.wait_for_all(long_enough);
  ASSERT_TRUE(processes.on_child_signal(at_second(0)).ok());
  ASSERT_EQ(reports_.size(), 1U);
  EXPECT_TRUE(reports_[0].starts_with("process 1 ("));
  EXPECT_EQ(processes.count(), 1U);
}

TEST_F(TaskManagerProcesses, AreGivenUpWhenTheyEndTooOftenBeforeTheyHaveJoined) {
  auto processes = make("exit 3");
  ASSERT_TRUE(processes.start().ok());
  status so_far;
  for (int n = 0; n < 20 && so_far; ++n) {
    processes.wait_for_all(long_enough);
    so_far = processes.on_child_signal(at_second(0));
  }
  ASSERT_FALSE(so_far.ok());
  EXPECT_EQ(reports_.size(), 10U);
  EXPECT_TRUE(so_far.failure().message.starts_with(
      "processes for task managers ended too often before they joined the job: process"));
  EXPECT_TRUE(so_far.failure().message.ends_with(") exited with 3 was the last"));
  EXPECT_EQ(processes.count(), 0U);
}

// Whoever kills one after the other has a job that goes on.
TEST_F(TaskManagerProcesses, MayEndAsOftenAsTheRestartStrategyAllowsWhenTheyHaveJoined) {
  auto processes = make("exit 3");
  ASSERT_TRUE(processes.start().ok());
  for (std::uint32_t n = 1; n <= 30; ++n) {
    processes.has_joined(n);
    processes.has_joined(n + 1);  // There is none yet.
    processes.wait_for_all(long_enough);
    const auto replaced = processes.on_child_signal(at_second(0));
    ASSERT_TRUE(replaced.ok()) << replaced.failure().message;
  }
  EXPECT_EQ(reports_.size(), 30U);
  EXPECT_EQ(processes.count(), 1U);
}

// As when the host has stood still, and all of them are out of reach.
TEST_F(TaskManagerProcesses, MayAllEndAtOnce) {
  auto processes = make("[ $WEIR_PROCESS -gt 20 ] && exec sleep 1000; exit 0");
  for (int n = 0; n < 20; ++n) ASSERT_TRUE(processes.start().ok());
  processes.wait_for_all(long_enough);
  const auto replaced = processes.on_child_signal(at_second(0));
  ASSERT_TRUE(replaced.ok()) << replaced.failure().message;
  EXPECT_EQ(processes.count(), 20U);
}

TEST_F(TaskManagerProcesses, AreNotReplacedAnyMoreAtTheEnd) {
  auto processes = make("exit 0");
  ASSERT_TRUE(processes.start().ok());
  processes.stop_replacing();
  processes.wait_for_all(long_enough);
  ASSERT_TRUE(processes.on_child_signal(at_second(0)).ok());
  EXPECT_TRUE(reports_.empty());
  EXPECT_EQ(processes.count(), 0U);
}

TEST_F(TaskManagerProcesses, SayWhyNoneCanBeStarted) {
  task_manager_processes processes{{.program = "/nowhere"}, [](const std::string&) {}};
  EXPECT_EQ(processes.start().failure().message,
            "start a process for task managers: start /nowhere: No such file or directory");
}

}  // namespace
}  // namespace weir
