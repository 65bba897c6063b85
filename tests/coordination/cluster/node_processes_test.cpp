// SPDX-License-Identifier: Apache-2.0
// Real processes: what a node gives them, what it learns of them, and where they write.
#include "coordination/cluster/node_processes.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <pthread.h>

#include <gtest/gtest.h>

#include "coordination/hexadecimal.hpp"
#include "state/posix_file_system.hpp"
#include "tests/support/real_control_groups.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

cluster_secret some_secret() { return *cluster_secret::make("a secret that is long enough"); }

constexpr int most_waits = 6000;  // Of 10 ms.

class NodeProcesses : public ::testing::Test {
protected:
  NodeProcesses() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGIO);
    sigaddset(&signals, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  }

  process_order order(std::uint32_t number, std::uint32_t slots) const {
    return {.job = "4f",
            .number = number,
            .job_manager = 1,
            .slots = slots,
            .name = "count",
            .program = "",
            .arguments = {"-p", "4"}};
  }
  std::string program(const std::string& script) const {
    return there_.write("program", "#!/bin/bash\n" + script);
  }
  // Until a process has ended: the wait is for its signal.
  process_ended ended() { return ended(processes_); }
  process_ended ended(node_processes& processes) {
    for (int waited = 0; waited < most_waits; ++waited) {
      auto found = processes.look();
      for (auto& each : found.reports) reports_.push_back(std::move(each));
      for (auto& each : found.problems) problems_.push_back(each.message);
      if (!found.ends.empty()) return found.ends.front();
      sigset_t signals;
      sigemptyset(&signals);
      sigaddset(&signals, SIGCHLD);
      constexpr timespec soon{.tv_sec = 0, .tv_nsec = 10'000'000};
      sigtimedwait(&signals, nullptr, &soon);
    }
    ADD_FAILURE() << "no process has ended";
    return {};
  }

  temporary_directory there_;
  posix_file_system files_;
  node_processes processes_{files_, {there_.path(), "127.0.0.1:6123", some_secret()}};
  std::vector<process_reported> reports_;
  std::vector<std::string> problems_;
};

TEST_F(NodeProcesses, HaveAPlaceALogANumberAndTheSecretOfTheirJob) {
  const auto started = processes_.start(
      order(2, 4), program("echo $0 $@ $WEIR_PROCESS $WEIR_CLUSTER_SECRET; pwd; exit 3"));
  ASSERT_TRUE(started.ok()) << started.failure().message;
  ASSERT_EQ(processes_.running().size(), 1U);
  EXPECT_EQ(processes_.running()[0].pid, *started);
  EXPECT_EQ(processes_.running()[0].slots, 4U);
  const auto end = ended();
  EXPECT_EQ(end.job, "4f");
  EXPECT_EQ(end.number, 2U);
  EXPECT_EQ(end.exit_status, 3);
  EXPECT_TRUE(processes_.running().empty());
  const auto log = processes_.read_log("4f", {2, false, ""}, 0);
  ASSERT_TRUE(log.ok());
  EXPECT_EQ(log->text, there_ / "program" + " -p 4 2 " + job_secret(some_secret(), "4f") + "\n" +
                           there_ / "jobs/4f" + "\n");
  EXPECT_EQ(log->next, log->text.size());
  EXPECT_EQ(processes_.read_log("4f", {2, false, ""}, log->next)->text, "");
}

TEST_F(NodeProcesses, ConnectAsTheirNodeDoesUnlessTheirJobSaysOtherwise) {
  node_processes with_tls{
      files_, {there_.path(), "127.0.0.1:6123", some_secret(), {"/n/c", "/n/k", "/n/a"}}};
  const auto echo = program("echo $@");
  auto plain = order(3, 4);
  plain.arguments.push_back("--job-tls=none");
  ASSERT_TRUE(with_tls.start(order(2, 4), echo).ok());
  ASSERT_TRUE(with_tls.start(plain, echo).ok());
  while (!with_tls.running().empty()) with_tls.look();
  EXPECT_EQ(with_tls.read_log("4f", {2, false, ""}, 0)->text,
            "-p 4 --tls-cert /n/c --tls-key /n/k --tls-ca /n/a\n");
  EXPECT_EQ(with_tls.read_log("4f", {3, false, ""}, 0)->text, "-p 4\n");
  plain.arguments = {"--job-tls=maybe"};
  EXPECT_NE(with_tls.start(plain, echo).failure().message.find("start a process: --job-tls: "),
            std::string::npos);
}

TEST_F(NodeProcesses, AreHeardWhenTheyReportEvenIfTheyEndAtOnce) {
  // A report of version 1 that says nothing, in bytes.
  auto bytes = encode_report({});
  std::string escaped;
  for (const char each : bytes) {
    escaped += "\\x" + hexadecimal(static_cast<unsigned char>(each)).substr(14);
  }
  ASSERT_TRUE(processes_
                  .start(order(1, 0), program("printf '" + escaped +
                                              "' >&$WEIR_NODE_REPORTS\n"
                                              "printf what >&$WEIR_NODE_REPORTS\nkill -9 $$\n"))
                  .ok());
  EXPECT_EQ(ended().exit_status, std::nullopt);
  ASSERT_EQ(reports_.size(), 1U);
  EXPECT_EQ(reports_[0].number, 1U);
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_NE(problems_[0].find("job 4f: read a report"), std::string::npos);
}

TEST_F(NodeProcesses, ObeySignals) {
  const auto waits = program("trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_TRUE(processes_.start(order(2, 4), waits).ok());
  while (processes_.read_log("4f", {2, false, ""}, 0)->text.empty()) {
  }
  processes_.signal("4f", 7, process_signal::terminate);
  processes_.kill_job_managers();
  processes_.signal("4f", 2, process_signal::terminate);
  EXPECT_EQ(ended().exit_status, 9);
  ASSERT_TRUE(processes_.start(order(3, 0), waits).ok());
  processes_.kill_job_managers();
  EXPECT_EQ(ended().how, "was killed by signal 9 (Killed)");
}

TEST_F(NodeProcesses, LeaveNothingBehindWhenTheirJobIsForgotten) {
  const auto directory = there_ / "jobs/4f";
  EXPECT_TRUE(processes_.forget("4f")) << "there is nothing yet";
  ASSERT_TRUE(processes_.start(order(2, 4), program("echo it runs; exec sleep 1000")).ok());
  EXPECT_TRUE(processes_.forget("4f"));
  EXPECT_TRUE(processes_.read_log("4f", {2, false, ""}, 0).ok()) << "it still runs";
  processes_.signal("4f", 2, process_signal::kill);
  ended();
  EXPECT_TRUE(processes_.forget("4f"));
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST_F(NodeProcesses, KeepFilesThatAreNoLogsOfTheirs) {
  for (const auto* each : {"job-manager-1.log", "task-manager-20.log", "job-manager-.log",
                           "job-manager-x.log", "job-manager-1.log.gz", "output", ".log"}) {
    there_.write("jobs/4f/" + std::string{each}, "");
  }
  EXPECT_TRUE(processes_.forget("4f"));
  EXPECT_EQ(*files_.list(there_ / "jobs/4f"),
            (std::vector<std::string>{".log", "job-manager-.log", "job-manager-1.log.gz",
                                      "job-manager-x.log", "output"}));
  EXPECT_EQ(processes_.forget("../4f").failure().code, error_code::invalid_argument);
}

TEST_F(NodeProcesses, FollowNoLinksWhenTheirJobIsForgotten) {
  const auto elsewhere = there_.write("elsewhere/job-manager-1.log", "of somebody else");
  there_.write("jobs/4e/task-manager-2.log", "");
  std::filesystem::create_directory_symlink(there_ / "elsewhere", there_ / "jobs/4f");
  std::filesystem::create_symlink(elsewhere, there_ / "jobs/4e/job-manager-1.log");
  EXPECT_TRUE(processes_.forget("4f"));
  EXPECT_TRUE(processes_.forget("4e"));
  EXPECT_TRUE(std::filesystem::exists(elsewhere));
  EXPECT_FALSE(std::filesystem::exists(there_ / "jobs/4e"));
}

TEST_F(NodeProcesses, AreToldWhichSavepointsToTake) {
  const savepoint_order savepoint{.token = "5df1", .directory = "/mine", .stops = false};
  ASSERT_TRUE(processes_
                  .start(order(1, 0), program("until dd bs=8192 count=1 <&$WEIR_NODE_REPORTS "
                                              ">order 2>/dev/null && [[ -s order ]]\n"
                                              "do sleep 0.01; done\ntr -d '\\0' <order\n"))
                  .ok());
  processes_.order("4f", 7, savepoint);
  processes_.order("4f", 1, savepoint);
  EXPECT_EQ(ended().exit_status, 0);
  const auto text = processes_.read_log("4f", {1, true, ""}, 0)->text;
  EXPECT_NE(text.find("5df1"), std::string::npos) << text;
  EXPECT_NE(text.find("/mine"), std::string::npos) << text;
}

TEST_F(NodeProcesses, AreRefusedWhereTheyCannotBe) {
  const auto nothing = there_.write("nothing", std::string("\0\1\2\3", 4));
  EXPECT_NE(processes_.start(order(2, 4), nothing).failure().message.find("Exec format error"),
            std::string::npos);
  EXPECT_NE(processes_.start(order(2, 4), there_ / "none").failure().message.find("No such file"),
            std::string::npos);
  auto wrong = order(2, 4);
  wrong.job = "../etc";
  EXPECT_NE(processes_.start(wrong, nothing).failure().message.find("proper id"),
            std::string::npos);
  EXPECT_NE(processes_.read_log("../etc", {2, false, ""}, 0).failure().message.find("proper id"),
            std::string::npos);
  EXPECT_EQ(processes_.read_log("4f", {9, false, ""}, 0).failure().code, error_code::not_found);
  EXPECT_TRUE(processes_.running().empty());
}

class NodeProcessesInRealControlGroups : public NodeProcesses {
protected:
  void SetUp() override {
    if (const auto why = groups_.missing(); !why.empty()) GTEST_SKIP() << why;
    in_groups_.emplace(files_,
                       node_processes_settings{
                           there_.path(), "127.0.0.1:6123", some_secret(), {}, groups_.take()});
  }
  process_order grouped(std::uint32_t number, std::uint32_t slots) const {
    auto one = order(number, slots);
    one.job = "4f5e6a7b8c9d";
    return one;
  }
  static bool is_left(const std::string& group) {
    const auto all = real_control_groups::directories();
    return std::any_of(all.begin(), all.end(), [&](const std::string& each) {
      return std::filesystem::exists(each + "/" + group);
    });
  }

  real_control_groups groups_;
  std::optional<node_processes> in_groups_;
};

// In the words of the first line of the variable, which is all of them with version 2.
TEST_F(NodeProcessesInRealControlGroups, AreKilledAtTheirLimitAndSoItIsSaid) {
  const auto hungry = program(
      "read -r memory <<<\"$WEIR_CONTROL_GROUP\"\n"
      "file=$memory/memory.max\n"
      "[[ -e $file ]] || file=$memory/memory.limit_in_bytes\n"
      "echo 32M >$file && exec tail /dev/zero\n");
  ASSERT_TRUE(in_groups_->start(grouped(2, 4), hungry).ok());
  EXPECT_TRUE(is_left("weir-job-4f5e6a7b8c9d-2"));
  const auto end = ended(*in_groups_);
  EXPECT_TRUE(end.is_explained);
  EXPECT_EQ(end.job, "4f5e6a7b8c9d");
  EXPECT_EQ(end.number, 2U);
  EXPECT_EQ(end.exit_status, std::nullopt);
  EXPECT_EQ(end.how,
            "was killed by signal 9 (Killed): it needed more memory than its limit of 32mb; raise "
            "taskmanager.memory.process.size");
  EXPECT_FALSE(is_left("weir-job-4f5e6a7b8c9d-2"));
  ASSERT_TRUE(in_groups_->start(grouped(3, 4), program("kill -9 $$")).ok());
  const auto other = ended(*in_groups_);
  EXPECT_EQ(other.how, "was killed by signal 9 (Killed)");
  EXPECT_FALSE(other.is_explained);
  EXPECT_TRUE(problems_.empty());
}

// Another signal than that of the kernel is nobody's want of memory, whatever was killed before.
TEST_F(NodeProcessesInRealControlGroups, WereNotKilledForTheirMemoryByAnotherSignal) {
  const auto survivor = program(
      "read -r memory <<<\"$WEIR_CONTROL_GROUP\"\n"
      "file=$memory/memory.max\n"
      "[[ -e $file ]] || file=$memory/memory.limit_in_bytes\n"
      "[[ ! -e $memory/memory.oom.group ]] || echo 0 >$memory/memory.oom.group\n"
      "echo 32M >$file; tail /dev/zero; kill -ABRT $$\n");
  ASSERT_TRUE(in_groups_->start(grouped(2, 4), survivor).ok());
  const auto end = ended(*in_groups_);
  EXPECT_EQ(end.how, "was killed by signal 6 (Aborted)");
  EXPECT_FALSE(end.is_explained);
}

// A group that is deeper than a node looks is in use, as a process would be that does not end.
TEST_F(NodeProcessesInRealControlGroups, WhoseGroupsStayAreToldOfOnceAndTriedAgain) {
  const auto digger = program(
      "read -r memory <<<\"$WEIR_CONTROL_GROUP\"\n"
      "for ((n = 0; n < 17; ++n)); do memory+=/a; mkdir $memory || exit 1; done\n"
      "echo $memory >deep\n");
  ASSERT_TRUE(in_groups_->start(grouped(2, 4), digger).ok());
  EXPECT_EQ(ended(*in_groups_).exit_status, 0);
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_TRUE(problems_[0].starts_with("remove the control group ")) << problems_[0];
  EXPECT_TRUE(problems_[0].ends_with("; the node will try again")) << problems_[0];
  EXPECT_TRUE(is_left("weir-job-4f5e6a7b8c9d-2"));
  EXPECT_TRUE(in_groups_->look().problems.empty());
  auto deep = there_.read("jobs/4f5e6a7b8c9d/deep");
  deep.pop_back();
  ASSERT_TRUE(std::filesystem::remove(deep));
  EXPECT_TRUE(in_groups_->look().problems.empty());
  EXPECT_FALSE(is_left("weir-job-4f5e6a7b8c9d-2"));
}

TEST_F(NodeProcessesInRealControlGroups, LeaveNoneWhenTheyEndWithTheirNodeOrCannotBegin) {
  EXPECT_FALSE(in_groups_->start(grouped(2, 4), there_.write("nothing", "\1\2\3")).ok());
  EXPECT_FALSE(is_left("weir-job-4f5e6a7b8c9d-2"));
  ASSERT_TRUE(in_groups_->start(grouped(3, 0), program("sleep 1000 & sleep 1000")).ok());
  EXPECT_TRUE(is_left("weir-job-4f5e6a7b8c9d-3"));
  EXPECT_NE(in_groups_->start(grouped(3, 0), there_ / "program")
                .failure()
                .message.find("start a process: make the control group"),
            std::string::npos);
  in_groups_.reset();
  EXPECT_FALSE(is_left("weir-job-4f5e6a7b8c9d-3"));
}

TEST_F(NodeProcesses, AreToldOfNoControlGroupUnlessTheyAreInOne) {
  ::setenv("WEIR_CONTROL_GROUP", "/somebody/elses", 1);
  ASSERT_TRUE(processes_.start(order(2, 4), program("exit ${#WEIR_CONTROL_GROUP}")).ok());
  ::unsetenv("WEIR_CONTROL_GROUP");
  EXPECT_EQ(ended().exit_status, 0);
}

TEST(JobSecret, IsAnotherForEachJobAndCluster) {
  const auto other = *cluster_secret::make("another secret, long enough");
  EXPECT_EQ(job_secret(some_secret(), "4f").size(), 64U);
  EXPECT_NE(job_secret(some_secret(), "4f"), job_secret(some_secret(), "4e"));
  EXPECT_NE(job_secret(some_secret(), "4f"), job_secret(other, "4f"));
}

}  // namespace
}  // namespace weir
