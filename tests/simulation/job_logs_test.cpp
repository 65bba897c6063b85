// SPDX-License-Identifier: Apache-2.0
// Each run begins with the same logs, and only what the job has written is its output.
#include "coordination/testing/job_logs.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

TEST(JobLogs, AreFilledAnewForEachRun) {
  const auto log = std::make_shared<simulated_log>();
  const auto other = std::make_shared<simulated_log>();
  const std::vector<filled_log> logs{
      {log, [](simulated_log& to) { to.create_topic("out").put("in", {.value = "given"}); }},
      {other, nullptr}};
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    job_logs run{logs, seed, nullptr, nullptr};
    EXPECT_TRUE(log->append("out", {{.key = "k", .value = "v"}, {.value = "v"}, {.key = "gone"}}));
    EXPECT_TRUE(log->append("in", {{.value = "v"}}));
    committed_output output{{"file", {{"line", 1}}}};
    run.add_to(output);
    EXPECT_EQ(output, (committed_output{{"file", {{"line", 1}}},
                                        {"in", {{"v", 1}}},
                                        {"out", {{"k=v", 1}, {"v", 1}, {"gone=", 1}}}}));
    EXPECT_EQ(run.records_of("out")->size(), 3U);
    EXPECT_FALSE(run.records_of("no such topic"));
  }
}

TEST(JobLogs, HaveTheClockAndTheFaultsOfTheRun) {
  const auto log = std::make_shared<simulated_log>();
  processing_time now{1s};
  std::string told;
  {
    job_logs run{{{log, [](simulated_log& to) { to.create_topic("out"); }}},
                 1,
                 [&now] { return now; },
                 [&](const std::string& what, processing_time) { told += what; }};
    run.set_faults({.outage = 1, .shortest_outage = 1s, .longest_outage = 1s});
    EXPECT_FALSE(log->partitions_of("out"));
    run.set_faults({});
    EXPECT_FALSE(log->partitions_of("out"));
    now += 1s;
    EXPECT_TRUE(log->partitions_of("out"));
    EXPECT_EQ(told, "the brokers are away for 1s");
    auto by = log->make_producer("sink", {});
    ASSERT_TRUE((*by)->begin());
    ASSERT_TRUE((*by)->append("out", {{.value = "v"}}));
    EXPECT_TRUE(log->append("out", {{.value = "w"}}));
    EXPECT_TRUE(run.records_of("out")->empty());
    run.settle();
    EXPECT_EQ(run.records_of("out")->size(), 1U) << "the open transaction has timed out";
  }
  now += 1h;
  EXPECT_EQ(log->offsets_of({"out", 0}).failure().what, log_failure::retriable)
      << "no clock of a run that is over: it is before the end of the outage again";
}

}  // namespace
}  // namespace weir
