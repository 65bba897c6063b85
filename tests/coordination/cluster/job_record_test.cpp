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
  record.restores = 5;
  record.savepoints_ordered = {{.token = "7", .directory = "/mine", .stops = true}};
  record.savepoints_answered = {{"6", "/mine/savepoint-1", ""}};
  record.has_stopped = true;
  return record;
}

TEST(JobRecord, ComesBackAsItWasStored) {
  const auto text = stored_text(some_record());
  const auto read = read_stored(text);
  ASSERT_TRUE(read.ok()) << read.failure().message;
  EXPECT_EQ(stored_text(*read), text);
  EXPECT_EQ(read->failures, some_record().failures);
  EXPECT_EQ(read->places.at(1).node, "10.0.0.2:6123");
  EXPECT_EQ(read->restores, 5U);
  EXPECT_TRUE(read->has_stopped);
  EXPECT_EQ(read->savepoints_ordered, some_record().savepoints_ordered);
  EXPECT_EQ(read->savepoints_answered, some_record().savepoints_answered);
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
  EXPECT_NE(read_stored("weir job record 5\n").failure().message.find("versions 1 to 4"),
            std::string::npos);
}

// What version 1 has written; docs/formats/job_record.md.
constexpr std::string_view version_1 =
    "77656972206a6f62207265636f726420310a570abd3e040000003466313201000000000000000500000063"
    "6f756e7402000000616102000000020000002d5003000000613d620800000004000000020000002f630200"
    "00002f7380000000060000006c6174657374060000006661696c6564010300000001000000010000006e01"
    "0000000200000004000000060000006661696c6564010000006c020000000a000000000000000b00000000"
    "00000005000000000000000100000000000000010700000000000000080000000000000009000000000000"
    "0000000000000000000000000000000000000000000100000007000000000000000700000069742066656c"
    "6c010000000300000000010000006e";

// And version 2.
constexpr std::string_view version_2 =
    "77656972206a6f62207265636f726420320aee0b2da9040000003466313201000000000000000500000063"
    "6f756e7402000000616102000000020000002d5003000000613d620800000004000000020000002f630200"
    "00002f7380000000060000006c6174657374060000006661696c6564010300000001000000010000006e01"
    "0000000200000004000000060000006661696c6564010000006c020000000a000000000000000b00000000"
    "00000005000000000000000100000000000000010700000000000000080000000000000009000000000000"
    "0000000000000000000000000000000000000000000100000007000000000000000700000069742066656c"
    "6c010000000300000000010000006e050000000106000000070000000800000000000000";

// And version 3.
constexpr std::string_view version_3 =
    "77656972206a6f62207265636f726420330ac7cc9418040000003466313201000000000000000500000063"
    "6f756e7402000000616102000000020000002d5003000000613d620800000004000000020000002f630200"
    "00002f7380000000060000006c6174657374060000006661696c6564010300000001000000010000006e01"
    "0000000200000004000000060000006661696c6564010000006c020000000a000000000000000b00000000"
    "00000005000000000000000100000000000000010700000000000000080000000000000009000000000000"
    "0000000000000000000000000000000000000000000100000007000000000000000700000069742066656c"
    "6c010000000300000000010000006e05000000010600000007000000080000000000000001000000010000"
    "0037050000002f6d696e6501010000000100000036110000002f6d696e652f73617665706f696e742d3100"
    "000000";

std::string bytes_of(std::string_view digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    text.push_back(static_cast<char>(std::stoi(std::string{digits.substr(i, 2)}, nullptr, 16)));
  }
  return text;
}

TEST(JobRecord, ReadsWhatVersionThreeHasWritten) {
  const auto read = read_stored(bytes_of(version_3));
  ASSERT_TRUE(read.ok()) << read.failure().message;
  EXPECT_FALSE(read->has_stopped);
  EXPECT_EQ(read->savepoints_ordered, some_record().savepoints_ordered);
  EXPECT_EQ(read->savepoints_answered, some_record().savepoints_answered);
  EXPECT_EQ(read->next->savepoints_before, 8U);
  EXPECT_TRUE(stored_text(*read).starts_with("weir job record 4\n"));
}

TEST(JobRecord, ReadsWhatVersionTwoHasWritten) {
  const auto read = read_stored(bytes_of(version_2));
  ASSERT_TRUE(read.ok()) << read.failure().message;
  EXPECT_EQ(read->restores, 5U);
  ASSERT_TRUE(read->next);
  EXPECT_EQ(read->next->parallelism, 6U);
  EXPECT_EQ(read->next->savepoints_before, 8U);
  EXPECT_TRUE(read->savepoints_ordered.empty());
  EXPECT_TRUE(read->savepoints_answered.empty());
  EXPECT_TRUE(stored_text(*read).starts_with("weir job record 4\n"));
  EXPECT_EQ(read->submitted.arguments, (std::vector<std::string>{"-P", "a=b"}));
}

TEST(JobRecord, ReadsWhatVersionOneHasWritten) {
  const auto read = read_stored(bytes_of(version_1));
  ASSERT_TRUE(read.ok()) << read.failure().message;
  EXPECT_EQ(read->restores, 0U);
  EXPECT_TRUE(stored_text(*read).starts_with("weir job record 4\n"));
  EXPECT_EQ(read->submitted.arguments, (std::vector<std::string>{"-P", "a=b"}));
  EXPECT_EQ(read->restore, "latest");
  EXPECT_EQ(read->submitted.max_parallelism, 128U);
  EXPECT_TRUE(read->is_cancelled);
  EXPECT_EQ(read->last_process, 3U);
  EXPECT_EQ(read->slots_each, 4U);
  EXPECT_EQ(read->report.last_checkpoint->took, duration{9});
  EXPECT_EQ(read->failures.at(0).cause, "it fell");
}

TEST(JobRecord, NamesProcessesAsTheirLogs) {
  EXPECT_EQ(process_name({3, false, ""}), "task-manager-3");
  EXPECT_EQ(process_name({1, true, ""}), "job-manager-1");
}

TEST(JobRecord, HasRoomForAReportHoweverLongItsTextsAre) {
  const std::string fits(longest_reported_text, '/');
  const std::string too_long = fits + "/";
  full_report told{.job = {.state = too_long, .listens = fits, .last_savepoint = too_long}};
  told.job.failures.assign(most_failures + 1, {{}, too_long});
  told.job.savepoint_failure = too_long;
  told.answers = {{"1", fits, ""}, {"2", too_long, ""}};
  const auto kept = shortened(told);
  EXPECT_EQ(kept.job.state, fits);
  EXPECT_EQ(kept.job.listens, fits);
  EXPECT_EQ(kept.job.last_savepoint, "") << "half a path is none";
  EXPECT_EQ(kept.job.savepoint_failure.size(), longest_cause);
  EXPECT_EQ(kept.job.failures.size(), most_failures);
  EXPECT_EQ(kept.job.failures.back().cause.size(), longest_cause);
  EXPECT_EQ(kept.answers.at(0), told.answers.at(0));
  EXPECT_EQ(kept.answers.at(1), (savepoint_answer{"2", "", "its path has more than 8192 bytes"}));
  told.job.listens = too_long;
  EXPECT_EQ(shortened(told).job.listens, "");
}

TEST(JobRecord, NamesTheSavepointThatIsPlanned) {
  job_record record{.job_manager = 3};
  EXPECT_EQ(planned_token(record), "");
  record.next = planned_life{.parallelism = 2, .slots = 2, .savepoints_before = 5};
  EXPECT_EQ(planned_token(record), "plan3after5");
  EXPECT_TRUE(planned_token(record).starts_with(planned_token_prefix(3)));
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
            "submit a job: its arguments have more than 262144 bytes");
  EXPECT_EQ(why([](auto& job) { job.checkpoint_directory = "ck"; }),
            "submit a job: ck is no absolute path");
  EXPECT_EQ(why([](auto& job) { job.restore = "/" + std::string(4096, 'x'); }),
            "submit a job: a path has more than 4096 bytes");
}

}  // namespace
}  // namespace weir
