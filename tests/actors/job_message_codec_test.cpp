// SPDX-License-Identifier: Apache-2.0
// Every message that leaves a process comes out as it went in; bytes that are none are refused.
#include "actors/job_message_codec.hpp"

#include <memory>
#include <string>

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "actors/caf_control_messages.hpp"
#include "actors/caf_messages.hpp"

namespace weir {
namespace {

const job_message_codec codec_of_jobs;

std::string encoded(const caf::message& message) {
  std::string bytes;
  const auto done = codec_of_jobs.encode(message, bytes);
  EXPECT_TRUE(done.ok()) << done.failure().message;
  return bytes;
}

// Encoding is a function of all fields: what gives the same bytes again has the same fields.
template <class Message>
Message there_and_back(Message sent) {
  const auto bytes = encoded(caf::make_message(std::move(sent)));
  const auto decoded = codec_of_jobs.decode(bytes);
  EXPECT_TRUE(decoded.ok()) << decoded.failure().message;
  EXPECT_EQ(encoded(*decoded), bytes);
  return decoded->template get_as<Message>(0);
}

std::shared_ptr<const attempt_terms> some_terms() {
  attempt_terms terms;
  terms.token = {.directory = 5, .life = 2, .attempt = {3}, .claim = 17};
  terms.checkpoint_directory = "file:///checkpoints";
  terms.is_incremental = false;
  terms.allows_non_restored_state = true;
  terms.spilling = {true, 1024, {"/scratch", 4096}};
  terms.restored = {9};
  terms.snapshot_files = {{"chk-9/a.snap", 7}, {"chk-9/b.snap", 8}};
  terms.stops = true;
  terms.poison = {{"record", error_policy::dead_letter}};
  terms.seed = 99;
  return std::make_shared<const attempt_terms>(std::move(terms));
}

TEST(JobMessageCodec, BringsADeploymentWithItsTerms) {
  const auto got = there_and_back(
      deploy_task{{3}, {7}, 2, {{"orders.csv[0,10)", "5"}, {"b", ""}}, {{1}, 42}, some_terms()});
  EXPECT_EQ(got.attempt, attempt_number{3});
  EXPECT_EQ(got.task, task_index{7});
  EXPECT_EQ(got.slot, 2U);
  ASSERT_EQ(got.splits.size(), 2U);
  EXPECT_EQ(got.splits[0], (source_split{"orders.csv[0,10)", "5"}));
  EXPECT_EQ(got.job_manager, (actor_address{{1}, 42}));
  EXPECT_EQ(got.terms->token,
            (attempt_token{.directory = 5, .life = 2, .attempt = {3}, .claim = 17}));
  EXPECT_EQ(got.terms->spilling.store.directory, "/scratch");
  EXPECT_EQ(got.terms->snapshot_files.back(), (snapshot_place{"chk-9/b.snap", 8}));
  EXPECT_EQ(got.terms->poison.at("record"), error_policy::dead_letter);
  EXPECT_TRUE(got.terms->stops);
  EXPECT_EQ(got.terms->seed, 99U);
}

TEST(JobMessageCodec, BringsAFrameWithItsEncodedRecordsAndMarks) {
  auto content = std::make_shared<frame>();
  content->sequence = 12;
  content->encoded = "records";
  content->idle = false;
  content->watermark = event_time{duration{99}};
  content->barrier = checkpoint_id{4};
  content->base = {{3}, true};
  content->end = true;
  const auto got = there_and_back(frame_sent{{3}, {1}, content});
  EXPECT_EQ(got.channel, channel_index{1});
  EXPECT_EQ(got.content->sequence, 12U);
  EXPECT_EQ(got.content->encoded, "records");
  EXPECT_EQ(got.content->idle, false);
  EXPECT_EQ(got.content->watermark, event_time{duration{99}});
  EXPECT_EQ(got.content->barrier, checkpoint_id{4});
  EXPECT_EQ(got.content->base, (snapshot_base{{3}, true}));
  EXPECT_TRUE(got.content->end);
}

TEST(JobMessageCodec, BringsCredit) {
  const auto got = there_and_back(
      credit_granted{{3}, {1}, std::make_shared<credit_grant>(credit_grant{77, nullptr})});
  EXPECT_EQ(got.content->limit, 77U);
}

TEST(JobMessageCodec, BringsWhatTasksReport) {
  const failed_record record{{5}, "parse (2/4)", "x;y", "no number", "a.csv: line 7", "",
                             {},  false};
  EXPECT_EQ(there_and_back(record_failed{{3}, {7}, record}).record, record);
  const snapshot_facts facts{.file = "chk-1/t.snap",
                             .bytes = 5,
                             .alignment = duration{6},
                             .writing = duration{7},
                             .operators = {{1}, {2}},
                             .shared = {{{1}, "s", 8}}};
  EXPECT_EQ(there_and_back(checkpoint_acknowledged{{3}, {1}, {7}, facts}).facts, facts);
  const error cause{error_code::io_failure, "write x: no space"};
  EXPECT_EQ(there_and_back(checkpoint_declined{{3}, {1}, {7}, cause}).cause, cause);
  const auto ended = there_and_back(task_ended{{3}, {7}, false, true, cause});
  EXPECT_TRUE(ended.cancelled);
  EXPECT_EQ(ended.cause, cause);
  task_report report;
  report.records_in = 11;
  report.watermark = event_time{duration{5}};
  const auto reported = there_and_back(task_reported{{3}, report});
  EXPECT_EQ(reported.report.records_in, 11U);
  EXPECT_EQ(reported.report.watermark, event_time{duration{5}});
}

TEST(JobMessageCodec, BringsOrdersAndSmallFacts) {
  EXPECT_TRUE(there_and_back(trigger_checkpoint{{3}, {5}, true, {{4}, false}}).stops);
  EXPECT_EQ(there_and_back(resume_source{{3}, {5}}).checkpoint, checkpoint_id{5});
  EXPECT_EQ(there_and_back(end_input{{3}}).attempt, attempt_number{3});
  EXPECT_EQ(there_and_back(stop_task{{3}, {5}}).checkpoint, checkpoint_id{5});
  EXPECT_EQ(there_and_back(checkpoint_completed{{3}, {5}}).checkpoint, checkpoint_id{5});
  EXPECT_EQ(there_and_back(commit_output{{3}}).attempt, attempt_number{3});
  EXPECT_EQ(there_and_back(cancel_attempt{{3}}).attempt, attempt_number{3});
  EXPECT_EQ(there_and_back(request_report{{3}}).attempt, attempt_number{3});
  EXPECT_EQ(there_and_back(task_manager_registered{{{1}, 2}, 4}).slots, 4U);
  EXPECT_EQ(there_and_back(task_deployed{{3}, {7}, {{1}, 2}}).address, (actor_address{{1}, 2}));
  const auto started = there_and_back(task_started{{3}, {7}, {10, 20}, {"a copy is damaged"}});
  EXPECT_EQ(started.task, task_index{7});
  EXPECT_EQ(started.restored, (restored_bytes{10, 20}));
  EXPECT_EQ(started.warnings, (std::vector<std::string>{"a copy is damaged"}));
  EXPECT_EQ(there_and_back(task_drained{{3}, {7}}).task, task_index{7});
  EXPECT_EQ(there_and_back(control_sent{"bytes"}).bytes, "bytes");
  const auto joins = there_and_back(join_cluster{{{5}, "10.0.0.5:6"}, {{5}, 7}});
  EXPECT_EQ(joins.member.endpoint, "10.0.0.5:6");
  EXPECT_EQ(joins.root, (actor_address{{5}, 7}));
  const auto told = there_and_back(cluster_told{{{0}, 9}, {{{5}, "a"}, {{6}, "b"}}});
  EXPECT_EQ(told.job_manager, (actor_address{{0}, 9}));
  EXPECT_EQ(told.members.back().process, process_id{6});
  EXPECT_TRUE(there_and_back(leave_cluster{true}).succeeded);
  const auto wiring = there_and_back(connect_task{{3}, {{{1}, 2}}, {{{1}, 3}, {{2}, 4}}});
  EXPECT_EQ(wiring.downstream.back(), (actor_address{{2}, 4}));
}

std::string refusal(const caf::message& message) {
  std::string bytes;
  const auto done = codec_of_jobs.encode(message, bytes);
  return done ? "" : done.failure().message;
}

TEST(JobMessageCodec, RefusesWhatMustNotLeaveItsProcess) {
  EXPECT_NE(refusal(caf::make_message(resume_task{})).find("no such message leaves its process"),
            std::string::npos);
  auto content = std::make_shared<frame>();
  content->batch = std::make_unique<batch_of<int>>();
  EXPECT_EQ(refusal(caf::make_message(frame_sent{{1}, {0}, content})),
            "encode a frame: it has no content, or records that are not encoded");
  EXPECT_EQ(refusal(caf::make_message(frame_sent{{1}, {0}, nullptr})),
            "encode a frame: it has no content, or records that are not encoded");
}

std::string fault_of(std::string_view bytes) {
  const auto decoded = codec_of_jobs.decode(bytes);
  return decoded ? "" : decoded.failure().message;
}

TEST(JobMessageCodec, RefusesBytesThatAreNoMessage) {
  EXPECT_EQ(fault_of(""), "decode a message: there are no bytes");
  EXPECT_EQ(fault_of("\x7f"), "decode a message: there is no kind 127");
  const auto bytes = encoded(caf::make_message(task_started{{3}, {7}}));
  EXPECT_EQ(fault_of(bytes + "xy"), "decode a message: 2 bytes are left over");
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    EXPECT_NE(fault_of(bytes.substr(0, length)), "") << length;
  }
}

}  // namespace
}  // namespace weir
