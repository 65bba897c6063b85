// SPDX-License-Identifier: Apache-2.0
// What people and programs read of a cluster.
#include "coordination/cluster/cluster_tables.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

const event_time now{std::chrono::hours{3}};

listed_job some_job() {
  listed_job job{.state = "running", .remark = "", .record = {}, .processes = {}};
  auto& record = job.record;
  record.id = "4f12";
  record.submitted = {.name = "count", .program = "aa", .slots = 8, .parallelism = 4};
  record.submitted.checkpoint_directory = "/shared";
  record.job_managers = 2;
  record.report = {.state = "running", .attempts = 3, .records_read = 100, .checkpoints = 5};
  record.report.last_checkpoint = {.id = 7, .bytes = 80, .took = std::chrono::milliseconds{20}};
  record.report.last_savepoint = "/s/1";
  record.report.failures = {{event_time{std::chrono::hours{2}}, "newer"}};
  record.failures = {{event_time{std::chrono::hours{1}}, "older"}};
  job.processes = {{{1, true, "10.0.0.1:6123"}, 4711, 0}, {{2, false, "10.0.0.2:6123"}, 0, 8}};
  job.tasks = {{.name = "read (1/2)", .state = "running", .process = 2, .records_in = 100},
               {.name = "count (1/2)", .state = "deploying", .process = 3, .records_in = 0}};
  return job;
}

TEST(ClusterTables, ListJobs) {
  auto failed = some_job();
  failed.state = "failed";
  failed.record.failures = {{{}, "it fell\nand more"}};
  EXPECT_EQ(jobs_table({some_job(), failed}, now),
            "ID    NAME   STATE    AGE  SLOTS  RECORDS IN  CHECKPOINTS  REMARK\n"
            "4f12  count  running  3h   8      100         5\n"
            "4f12  count  failed   3h   8      100         5            it fell\n");
}

TEST(ClusterTables, ShowAJobWithTheLastFailureFirst) {
  EXPECT_EQ(job_page(some_job(), now),
            "job 4f12 (count) is running\n"
            "  1970-01-01T02:00:00Z newer\n"
            "  1970-01-01T01:00:00Z older\n"
            "\n"
            "submitted    1970-01-01T00:00:00Z, 3h ago\n"
            "program      aa\n"
            "parallelism  4, in 8 slots\n"
            "attempts     3, of job manager 2\n"
            "records      100 in, 0 out\n"
            "checkpoints  5 completed, 0 failed, in /shared/4f12\n"
            "last         7, 80 bytes in 20ms\n"
            "savepoint    /s/1\n"
            "\n"
            "PROCESS         NODE           PID   SLOTS\n"
            "job-manager-1   10.0.0.1:6123  4711  -\n"
            "task-manager-2  10.0.0.2:6123  -     8\n"
            "\n"
            "TASK         STATE      RECORDS IN  PROCESS\n"
            "read (1/2)   running    100         task-manager-2\n"
            "count (1/2)  deploying  0           -\n");
  auto waits = some_job();
  waits.state = "waiting";
  waits.remark = "needs 8 slots";
  EXPECT_TRUE(job_page(waits, now).starts_with("job 4f12 (count) is waiting: needs 8 slots\n"));
}

TEST(ClusterTables, ListNodes) {
  EXPECT_EQ(nodes_table({{.name = "10.0.0.1:6123",
                          .slots = 4,
                          .free_slots = 1,
                          .processes = 2,
                          .is_leader = true,
                          .is_draining = true},
                         {.name = "10.0.0.2:6123", .slots = 8, .free_slots = 8}}),
            "NODE           SLOTS  FREE  PROCESSES  REMARK\n"
            "10.0.0.1:6123  4      1     2          leads, draining\n"
            "10.0.0.2:6123  8      8     0\n");
}

TEST(ClusterTables, AreJsonForPrograms) {
  EXPECT_EQ(json_lines(std::vector<listed_node>{{.name = "n", .slots = 4}}),
            "{\"name\":\"n\",\"slots\":4,\"free_slots\":0,\"processes\":0,\"is_leader\":false,"
            "\"is_draining\":false}\n");
  const auto job = json_lines({some_job()});
  EXPECT_NE(job.find("{\"state\":\"running\",\"remark\":\"\",\"record\":{\"id\":\"4f12\","),
            std::string::npos);
  EXPECT_NE(job.find("\"failures\":[{\"at\":\"1970-01-01T02:00:00Z\",\"cause\":\"newer\"}]"),
            std::string::npos);
  EXPECT_NE(job.find("\"took\":\"20ms\""), std::string::npos);
  EXPECT_EQ(json_lines(std::vector<listed_job>{}), "");
}

}  // namespace
}  // namespace weir
