// SPDX-License-Identifier: Apache-2.0
// Every message comes out as it went in; what is no message, or too much, is refused.
#include "coordination/cluster/control_messages.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace weir {
namespace {

// Encoding is a function of all fields: what gives the same bytes again has the same fields.
template <class Message>
Message there_and_back(const Message& sent) {
  const auto bytes = encode_control(sent);
  const auto got = decode_control(bytes);
  EXPECT_TRUE(got.ok()) << (got ? "" : got.failure().message);
  if (!got || !std::holds_alternative<Message>(*got)) return {};
  EXPECT_EQ(encode_control(*got), bytes);
  return std::get<Message>(*got);
}

job_submission some_job() {
  return {.name = "word_count",
          .program = std::string(64, 'a'),
          .arguments = {"-P", "input=/book.txt"},
          .slots = 8,
          .parallelism = 4,
          .checkpoint_directory = "/shared/checkpoints",
          .restore = "/shared/savepoint-1"};
}

TEST(ControlMessages, BringQuestions) {
  const auto got = there_and_back(asked_question{7, submit_job{"5df15b516e7d", some_job()}});
  EXPECT_EQ(got.number, 7U);
  EXPECT_EQ(std::get<submit_job>(got.what).job.arguments, some_job().arguments);
  EXPECT_EQ(std::get<submit_job>(got.what).job.restore, "/shared/savepoint-1");
  const savepoint_order order{.token = "7", .directory = "/mine", .stops = true};
  const auto asked = there_and_back(asked_question{8, ask_savepoint{"j", order}});
  EXPECT_EQ(std::get<ask_savepoint>(asked.what).order, order);
  for (const question& each :
       {question{list_jobs{"j"}}, question{list_nodes{"n"}}, question{end_job{"j"}},
        question{restart_job{"j", "latest"}}, question{rescale_job{"j", 4}},
        question{drain_node{"n"}}, question{undrain_node{"n"}},
        question{read_log{"j", {1, true, "n"}, 9}}, question{blob_chunk{"h", 3, 1, "xy"}}}) {
    EXPECT_EQ(there_and_back(asked_question{9, each}).what.index(), each.index());
  }
}

TEST(ControlMessages, BringReplies) {
  listed_job job{.state = "running", .remark = "", .record = {}, .processes = {}};
  job.record.id = "4f";
  job.record.report.last_checkpoint = {.id = 5, .bytes = 6, .took = duration{7}};
  job.processes.push_back({{2, false, "10.0.0.1:6123"}, 4711, 4});
  const auto got = there_and_back(given_answer{7, jobs_listed{{job}}});
  const auto& listed = std::get<jobs_listed>(got.what).jobs.at(0);
  EXPECT_EQ(listed.record.report.last_checkpoint->took, duration{7});
  EXPECT_EQ(listed.processes.at(0).place.node, "10.0.0.1:6123");
  for (const reply& each :
       {reply{refused{error_code::not_found, "no such job"}}, reply{ask_leader{"10.0.0.1:6123"}},
        reply{chunk_taken{5}}, reply{accepted{"4f", "but"}}, reply{node_undrained{true}},
        reply{nodes_listed{{{"n", 4, 2, 1, true}}}}, reply{log_read{"text", 4}}}) {
    EXPECT_EQ(there_and_back(given_answer{1, each}).what.index(), each.index());
  }
}

TEST(ControlMessages, BringWhatNodesTellEachOther) {
  const running_process process{.job = "4f", .place = {2, false, "n"}, .job_manager = 1};
  const auto joining = there_and_back(node_joining{
      .name = "n", .session = 3, .slots = 4, .processes = {process}, .may_lead = true});
  EXPECT_EQ(joining.processes.at(0).place.number, 2U);
  process_reported reported{.job = "4f", .number = 2};
  reported.report.failures = {{event_time{duration{5}}, "it fell"}};
  EXPECT_EQ(there_and_back(reported).report.failures, reported.report.failures);
  const auto order = there_and_back(
      start_process{"n", {"4f", 2, 1, 4, "word_count", std::string(64, 'a'), {"-p", "4"}}});
  EXPECT_EQ(order.order.arguments.at(1), "4");
  EXPECT_EQ(there_and_back(signal_process{"n", "4f", 2, process_signal::kill}).what,
            process_signal::kill);
  const savepoint_order savepoint{.token = "7", .directory = "/mine"};
  EXPECT_EQ(there_and_back(order_savepoint{"n", "4f", 2, savepoint, 3}).order, savepoint);
  const savepoint_answer answer{"7", "/mine/savepoint-1", ""};
  EXPECT_EQ(there_and_back(process_reported{.job = "4f", .answers = {answer}}).answers.at(0),
            answer);
  EXPECT_EQ(there_and_back(process_started{"4f", 2, 4711}).pid, 4711);
  EXPECT_EQ(there_and_back(process_ended{"4f", 2, "exited with 1", 1, true}).exit_status, 1);
  EXPECT_TRUE(there_and_back(process_ended{"4f", 2, "was killed", {}, true, true}).is_explained);
  EXPECT_EQ(there_and_back(process_reported{"4f", 2, {.state = "running"}}).report.state,
            "running");
  EXPECT_EQ(there_and_back(want_blob{"h", 5}).offset, 5U);
  EXPECT_EQ(there_and_back(blob_chunk{"h", 3, 1, "xy"}).bytes, "xy");
  EXPECT_EQ(joining.session, 3U);
  EXPECT_TRUE(joining.may_lead);
  EXPECT_EQ(there_and_back(node_welcomed{"n", 3, {"m"}}).nodes.at(0), "m");
  EXPECT_EQ(there_and_back(node_redirected{"n", "m"}).leader, "m");
  EXPECT_EQ(there_and_back(leader_beats{3, {"m"}}).nodes.at(0), "m");
  EXPECT_EQ(there_and_back(keep_programs{{"h"}}).hashes.at(0), "h");
  EXPECT_EQ(there_and_back(programs_kept{"n", {"h"}}).hashes.at(0), "h");
  EXPECT_EQ(there_and_back(forget_jobs{3, {"4f"}, {"h"}}).programs.at(0), "h");
}

TEST(ControlMessages, RefuseWhatIsNone) {
  EXPECT_EQ(decode_control("").failure().code, error_code::corrupt_data);
  EXPECT_EQ(decode_control("\xff\xff\xff\xff").failure().code, error_code::corrupt_data);
  const auto whole = encode_control(asked_question{7, submit_job{"5df15b516e7d", some_job()}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_control(std::string_view{whole}.substr(0, size)).ok()) << size;
  }
  EXPECT_NE(decode_control(whole + "x").failure().message.find("1 bytes are left over"),
            std::string::npos);
  const auto much = decode_control(std::string(most_control_bytes + 1, '\0'));
  EXPECT_NE(much.failure().message.find("at most"), std::string::npos);
}

TEST(ControlMessages, RefuseSignalsThatThereAreNot) {
  const auto known = encode_control(signal_process{"n", "4f", 2, process_signal::kill});
  const auto other = encode_control(signal_process{"n", "4f", 2, process_signal::terminate});
  const auto place = std::mismatch(known.begin(), known.end(), other.begin()).first;
  auto bytes = known;
  bytes[static_cast<std::size_t>(place - known.begin())] = '\x7';
  EXPECT_NE(decode_control(bytes).failure().message.find("no such signal"), std::string::npos);
}

TEST(OrdersOfSavepoints, ComeOutAsTheyWentInOrAreRefused) {
  const savepoint_order order{.token = "7", .directory = "/mine", .stops = true};
  const auto bytes = encode_order(order);
  EXPECT_EQ(*decode_order(bytes), order);
  EXPECT_NE(decode_order("").failure().message.find("none of version 1"), std::string::npos);
  EXPECT_NE(decode_order("\x02").failure().message.find("another version"), std::string::npos);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_order(std::string_view{bytes}.substr(0, size)).failure().code,
              error_code::corrupt_data)
        << size;
  }
  EXPECT_FALSE(decode_order(bytes + "x").ok());
  EXPECT_EQ(decode_order(encode_order({.token = "7", .directory = "mine"})).failure().message,
            "read an order to take a savepoint: the directory for a savepoint, 'mine', is no "
            "absolute path: it is one on the hosts of the job, not here");
  EXPECT_NE(decode_order(encode_order({})).failure().message.find("no proper token"),
            std::string::npos);
}

TEST(ReportsOfJobs, ComeOutAsTheyWentInOrAreRefused) {
  const auto bytes =
      encode_report({.job = {.state = "running", .listens = "127.0.0.1:5", .attempts = 3},
                     .tasks = {{.name = "read (1/1)", .process = 2}}});
  EXPECT_EQ(decode_report(bytes)->job.listens, "127.0.0.1:5");
  EXPECT_EQ(decode_report(bytes)->job.attempts, 3U);
  EXPECT_EQ(decode_report(bytes)->tasks.at(0).name, "read (1/1)");
  EXPECT_NE(decode_report("").failure().message.find("version 3"), std::string::npos);
  EXPECT_NE(decode_report("\x01").failure().message.find("another version"), std::string::npos);
  EXPECT_FALSE(decode_report(bytes.substr(0, bytes.size() - 1)).ok());
  EXPECT_FALSE(decode_report(bytes + "x").ok());
}

TEST(LongestMessages, FitIntoTheirBounds) {
  full_report report;
  for (int i = 0; i < 20; ++i) note_failure(report.job.failures, {{}, std::string(10'000, 'x')});
  report.job.savepoint_failure.assign(longest_cause, 'x');
  const listed_task longest{.name = std::string(longest_task_name, 'x'), .state = "deploying"};
  report.tasks.assign(most_listed_tasks, longest);
  for (std::size_t i = 0; i < most_savepoint_orders; ++i) {
    note_answer(report.answers, {.token = std::string(64, '7'),
                                 .path = std::string(4096 + 100, 'x'),
                                 .failure = std::string(longest_savepoint_failure, 'x')});
  }
  EXPECT_LE(encode_report(report).size(), most_report_bytes);
  const savepoint_order order{.token = std::string(64, '7'),
                              .directory = "/" + std::string(4095, 'x')};
  EXPECT_TRUE(check(order).ok());
  EXPECT_LE(encode_order(order).size(), most_order_bytes);
  // More than a host can run.
  node_joining joining{.name = std::string(259, 'n')};
  joining.processes.assign(10'000, {.job = "4ec5af4294cc", .place = {1, true, joining.name}});
  EXPECT_LE(encode_control(joining).size(), most_control_bytes);
  EXPECT_LE(encode_control(blob_chunk{.bytes = std::string(most_chunk_bytes, 'x')}).size(),
            most_control_bytes);
}

}  // namespace
}  // namespace weir
