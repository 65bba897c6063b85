// SPDX-License-Identifier: Apache-2.0
// What a user gives to a program reaches its processes, and what the cluster decides wins.
#include "coordination/cluster/job_arguments.hpp"

#include <gtest/gtest.h>

#include "coordination/command_line.hpp"

namespace weir {
namespace {

using words = std::vector<std::string>;

command_line understood(words given) {
  given.insert(given.begin(), "job");
  std::vector<const char*> pointers;
  for (const auto& each : given) pointers.push_back(each.c_str());
  const auto line = parse_command_line(static_cast<int>(pointers.size()), pointers.data(), {},
                                       [](const std::string&) { return std::string{}; });
  EXPECT_TRUE(line.ok()) << (line ? "" : line.failure().message);
  return line ? *line : command_line{};
}

job_record some_job() {
  job_record job;
  job.id = "4f";
  job.submitted.arguments = {"-P", "--restore=x", "-D", "taskmanager.count=7"};
  job.submitted.parallelism = 6;
  job.submitted.checkpoint_directory = "/shared";
  job.restore = "latest";
  job.task_managers = 2;
  job.slots_each = 3;
  return job;
}

TEST(JobArguments, LeaveOutWhatDecidesWhereAJobRuns) {
  EXPECT_EQ(passed_on(words{"--submit", "h:1", "-P", "a=b", "--detach", "--secret-file=f", "-p4"}),
            (words{"-P", "a=b"}));
  EXPECT_EQ(passed_on(words{"-p", "4", "--submit=h:1", "--no-progress", "--restore", "latest"}),
            words{"--no-progress"});
  EXPECT_EQ(passed_on(words{"--parallelism=4", "-c", "f", "-Da=b", "--submit"}),
            (words{"-c", "f", "-Da=b"}));
}

TEST(JobArguments, LeaveOutByWhatTheSubmitterConnects) {
  EXPECT_EQ(passed_on(words{"--tls-cert", "me.pem", "-P", "a=b", "--tls-key=me.key", "--job-tls",
                            "none", "--tls-ca", "ca.pem"}),
            (words{"-P", "a=b", "--job-tls", "none"}));
}

TEST(JobArguments, AreCompletedByTheNode) {
  const tls_paths node{"/n/c", "/n/k", "/n/a"};
  const words with_node{"-P", "a=b", "--tls-cert", "/n/c", "--tls-key", "/n/k", "--tls-ca", "/n/a"};
  const words without{"-P", "a=b"};
  EXPECT_EQ(*arguments_on_node(without, node), with_node);
  EXPECT_EQ(*arguments_on_node(without, {}), without);
  EXPECT_EQ(*arguments_on_node(words{"--job-tls=node", "-P", "a=b"}, node), with_node);
  EXPECT_EQ(*arguments_on_node(words{"--job-tls", "none", "-P", "a=b"}, node), without);
  EXPECT_EQ(*arguments_on_node(words{"--job-tls=/j/c,/j/k,/j/a"}, {}),
            (words{"--tls-cert", "/j/c", "--tls-key", "/j/k", "--tls-ca", "/j/a"}));
  // A parameter of the job is nothing of ours.
  EXPECT_EQ(*arguments_on_node(words{"-P", "--job-tls=none"}, {}), (words{"-P", "--job-tls=none"}));
  EXPECT_TRUE(arguments_on_node(words{"--job-tls=maybe"}, node)
                  .failure()
                  .message.starts_with("--job-tls: 'maybe' is not node, none or "));
  const auto line = understood(*arguments_on_node(job_manager_arguments(some_job(), "::1"), node));
  EXPECT_EQ(line.processes.tls, node);
}

TEST(JobArguments, TakeAValueForNoOption) {
  EXPECT_EQ(passed_on(words{"-P", "--submit", "--define", "-p", "x"}),
            (words{"-P", "--submit", "--define", "-p", "x"}));
}

TEST(JobArguments, MakeAJobManager) {
  const auto line = understood(job_manager_arguments(some_job(), "10.0.0.1"));
  EXPECT_EQ(line.options.parallelism, 6U);
  EXPECT_EQ(line.options.task_managers, 2U);
  EXPECT_EQ(line.options.slots_per_task_manager, 3U);
  EXPECT_EQ(line.options.checkpoint_directory, "/shared/4f");
  EXPECT_EQ(line.options.restore, "latest");
  EXPECT_EQ(line.processes.listen, "10.0.0.1:0");
  EXPECT_EQ(line.parameters.at("--restore"), "x");
}

TEST(JobArguments, LetAJobWaitForItsSlotsAsLongAsItsUserDoes) {
  auto job = some_job();
  EXPECT_EQ(understood(job_manager_arguments(job, "10.0.0.1")).options.slot_request_timeout,
            duration::zero());
  job.submitted.arguments = {"-D", "slot.request.timeout=5m"};
  EXPECT_EQ(understood(job_manager_arguments(job, "10.0.0.1")).options.slot_request_timeout,
            std::chrono::minutes{5});
}

TEST(JobArguments, NumberTheWishForACheckpoint) {
  auto job = some_job();
  job.restores = 3;
  EXPECT_FALSE(understood(job_manager_arguments(job, "10.0.0.1")).options.restore_request);
  job.restore = "/savepoints/savepoint-1";
  const auto line = understood(job_manager_arguments(job, "10.0.0.1"));
  EXPECT_EQ(line.options.restore, "/savepoints/savepoint-1");
  EXPECT_EQ(line.options.restore_request, 3U);
  EXPECT_EQ(
      understood(task_manager_arguments(job, "10.0.0.1", "10.0.0.1:7")).options.restore_request,
      3U);
  job.restores = 0;  // By a record of version 1.
  EXPECT_FALSE(understood(job_manager_arguments(job, "10.0.0.1")).options.restore_request);
}

TEST(JobArguments, MakeATaskManager) {
  auto job = some_job();
  job.restore.clear();
  job.submitted.checkpoint_directory.clear();
  const auto line = understood(task_manager_arguments(job, "::1", "10.0.0.1:77"));
  EXPECT_EQ(line.processes.join, "10.0.0.1:77");
  EXPECT_EQ(line.processes.listen, "[::1]:0");
  EXPECT_EQ(line.options.task_managers, 2U);
  EXPECT_EQ(line.options.checkpoint_directory, "");
  EXPECT_EQ(line.options.restore, "");
}

}  // namespace
}  // namespace weir
