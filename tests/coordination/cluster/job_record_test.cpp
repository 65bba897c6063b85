// SPDX-License-Identifier: Apache-2.0
// What is kept of a job comes back whole or not at all, and does not grow.
#include "coordination/cluster/job_record.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

job_record some_record() {
  job_record record;
  record.id = "4f12";
  record.submitted.arguments = {"-P", "a=b"};
  record.report.last_savepoint = "/savepoints/savepoint-1";
  record.failures = {{event_time{duration{7}}, "it fell"}};
  record.places = {{3, false, "10.0.0.1:6123"}, {1, true, "10.0.0.2:6123"}};
  return record;
}

TEST(JobRecord, ComesBackAsItWasStored) {
  const auto text = stored_text(some_record());
  const auto read = read_stored(text);
  ASSERT_TRUE(read.ok()) << read.failure().message;
  EXPECT_EQ(stored_text(*read), text);
  EXPECT_EQ(read->failures, some_record().failures);
  EXPECT_EQ(read->places.at(1).node, "10.0.0.2:6123");
}

TEST(JobRecord, IsRefusedWhenItIsDamagedOrOfAnotherVersion) {
  const auto text = stored_text(some_record());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(read_stored(damaged).ok()) << i;
    EXPECT_FALSE(read_stored(text.substr(0, i)).ok()) << i;
  }
  EXPECT_EQ(read_stored(text + "x").failure().code, error_code::corrupt_data);
  EXPECT_NE(read_stored("weir job record 2\n").failure().message.find("version 1"),
            std::string::npos);
}

TEST(JobRecord, NamesProcessesAsTheirLogs) {
  EXPECT_EQ(process_name({3, false, ""}), "task-manager-3");
  EXPECT_EQ(process_name({1, true, ""}), "job-manager-1");
}

TEST(JobRecord, KeepsTheNewestFailures) {
  std::vector<failure_seen> failures;
  for (int i = 0; i < 15; ++i) note_failure(failures, {{}, std::to_string(i)});
  EXPECT_EQ(failures.size(), most_failures);
  EXPECT_EQ(failures.front().cause, "14");
  note_failure(failures, {{}, std::string(longest_cause + 1, 'x')});
  EXPECT_EQ(failures.front().cause.size(), longest_cause);
}

TEST(JobSubmission, IsCheckedBeforeItIsTaken) {
  const job_submission fine{.name = "count", .program = std::string(64, 'a'), .slots = 4};
  EXPECT_TRUE(check(fine).ok());
  const auto why = [&](const auto& change) {
    auto job = fine;
    change(job);
    const auto checked = check(job);
    return checked ? "" : checked.failure().message;
  };
  EXPECT_EQ(why([](auto& job) { job.name.clear(); }), "submit a job: its name has 1 to 100 bytes");
  EXPECT_EQ(why([](auto& job) { job.program = "x"; }), "submit a job: its program is no SHA-256");
  EXPECT_EQ(why([](auto& job) { job.slots = 0; }),
            "submit a job: slots and parallelism are between 1 and 32768");
  EXPECT_EQ(why([](auto& job) { job.parallelism = 40'000; }),
            "submit a job: slots and parallelism are between 1 and 32768");
  EXPECT_EQ(why([](auto& job) { job.arguments = {std::string("a\0b", 3)}; }),
            "submit a job: an argument contains a zero byte");
  EXPECT_EQ(why([](auto& job) { job.arguments = {std::string(2'000'000, 'x')}; }),
            "submit a job: its arguments have more than 1048576 bytes");
  EXPECT_EQ(why([](auto& job) { job.checkpoint_directory = "ck"; }),
            "submit a job: ck is no absolute path");
}

}  // namespace
}  // namespace weir
