// SPDX-License-Identifier: Apache-2.0
// The rules of connectors/log_transactions.hpp: each record is in the log once, whoever commits it,
// however often, and whatever the log answers.
#include "connectors/log_transactions.hpp"

#include <string>

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "coordination/simulation/simulated_log.hpp"
#include "tests/connectors/sink_writing.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using commit_fate = simulated_log_faults::commit_fate;

class LogTransactions : public testing::Test {
protected:
  LogTransactions() { log->create_topic("out"); }

  static sink_context place(const std::string& attempt, std::uint32_t subtask,
                            bool has_checkpoints = true) {
    return {nullptr, {subtask}, 4, attempt, has_checkpoints};
  }
  log_transactions writer(const std::string& attempt, std::uint32_t subtask = 0) {
    auto opened =
        log_transactions::open(log, {.topic = "out", .sink = "sink"}, place(attempt, subtask));
    EXPECT_TRUE(opened) << opened.failure().message;
    return std::move(*opened);
  }
  static std::string prepare(log_transactions& by, const std::string& value) {
    by.add({.key = "k", .value = value, .time = event_time{5s}});
    return by.prepare();
  }
  static std::string commit(log_transactions& by, const std::string& prepared) {
    const auto committed = by.commit(prepared);
    return committed ? "" : committed.failure().message;
  }
  std::string output() {
    log->settle();
    std::string all;
    for (const auto& each : log->output_of("out")) all += *each.value + " ";
    return all;
  }

  std::shared_ptr<simulated_log> log = std::make_shared<simulated_log>();
};

TEST_F(LogTransactions, ShowsWhatWasPreparedOnceItIsCommitted) {
  auto by = writer("a");
  EXPECT_EQ(by.prepare(), "") << "nothing to commit";
  EXPECT_EQ(commit(by, ""), "");
  const auto first = prepare(by, "1");
  const auto second = prepare(by, "2");
  EXPECT_EQ(output(), "");
  EXPECT_EQ(commit(by, first), "");
  EXPECT_EQ(output(), "1 ");
  EXPECT_EQ(commit(by, second), "");
  EXPECT_EQ(commit(by, second), "") << "a second time changes nothing";
  EXPECT_EQ(commit(by, first), "");
  EXPECT_EQ(output(), "1 2 ");
  EXPECT_EQ(*log->metadata_of("sink-a-0"), "2");
  EXPECT_EQ(log->output_of("out")[0],
            (log_record{.key = "k", .value = "1", .time = event_time{5s}, .offset = 0}));
}

TEST_F(LogTransactions, AreRecoveredByAnyWriterWhetherTheyWereCommittedOrNot) {
  auto former = writer("a", 3);
  auto other = writer("a", 4);
  const auto done = prepare(former, "1");
  const auto open = prepare(former, "2");
  const auto others = prepare(other, "3");
  EXPECT_EQ(commit(former, done), "");
  auto later = writer("b");
  for (int times = 0; times < 2; ++times) {
    for (const auto& each : {done, open, others}) EXPECT_EQ(commit(later, each), "");
  }
  EXPECT_EQ(output(), "1 2 3 ");
  EXPECT_EQ(commit(later, prepare(later, "4")), "");
  EXPECT_EQ(output(), "1 2 3 4 ");
}

TEST_F(LogTransactions, FindOutWhatBecameOfACommitWithoutAnAnswer) {
  for (const auto fate : {commit_fate::applied, commit_fate::lost, commit_fate::late}) {
    log->restart(1);
    log->create_topic("out");
    auto by = writer("a");
    EXPECT_EQ(commit(by, prepare(by, "1")), "");
    const auto second = prepare(by, "2");
    log->fail_next_commit(fate);
    EXPECT_EQ(commit(by, second), "");
    EXPECT_EQ(commit(by, prepare(by, "3")), "");
    EXPECT_EQ(output(), "1 2 3 ");
  }
}

TEST_F(LogTransactions, GivesUpWhenTheLogDoesAndIsRecoveredLater) {
  auto by = writer("a");
  const auto prepared = prepare(by, "1");
  log->set_faults({.broker_error = 1});
  EXPECT_EQ(commit(by, prepared),
            "commit transaction 1 of sink-a-0 to out: make a producer sink-a-0: a partition has no "
            "leader; try again");
  log->set_faults({});
  auto later = writer("b");
  EXPECT_EQ(commit(later, prepared), "");
  EXPECT_EQ(output(), "1 ");
}

TEST_F(LogTransactions, AWriterThatDoesNotKnowItIsOverCannotRepeatAnything) {
  auto former = writer("a");
  const auto first = prepare(former, "1");
  const auto second = prepare(former, "2");
  EXPECT_EQ(commit(former, first), "");
  auto later = writer("b");
  EXPECT_EQ(commit(later, first), "");
  EXPECT_EQ(commit(later, second), "");
  EXPECT_NE(commit(former, second).find("the producer is fenced"), std::string::npos);
  EXPECT_EQ(commit(former, second), "") << "the marker says that it is there";
  EXPECT_EQ(output(), "1 2 ");
}

TEST_F(LogTransactions, AWriterFailsOnceItsOutputHasBeenRecovered) {
  auto former = writer("a");
  const auto first = prepare(former, "1");
  const auto second = prepare(former, "2");
  auto later = writer("b");
  EXPECT_EQ(commit(later, first), "");
  EXPECT_EQ(commit(later, second), "");
  EXPECT_NE(commit(former, first).find("somebody else has committed 2 for it: a later attempt"),
            std::string::npos);
  EXPECT_EQ(output(), "1 2 ");
}

TEST_F(LogTransactions, TwoSinksOfOneNameDoNotTakeEachOthersOutputForTheirOwn) {
  auto one = writer("a");
  auto other = writer("a");
  EXPECT_EQ(commit(one, prepare(one, "1")), "");
  EXPECT_NE(commit(other, prepare(other, "2")).find("give one of them .id(\"...\")"),
            std::string::npos);
  EXPECT_EQ(output(), "1 ");
}

TEST_F(LogTransactions, NoticeThatTheirMarkerIsGone) {
  auto by = writer("a");
  EXPECT_EQ(commit(by, prepare(by, "1")), "");
  const auto second = prepare(by, "2");
  log->restart(1);
  log->create_topic("out");
  auto later = writer("b");
  EXPECT_EQ(commit(later, second),
            "commit transaction 2 of sink-a-0 to out: the metadata of group sink-a-0 says 0, and 1 "
            "was committed: it was removed, or has expired. Whether this transaction is in the "
            "topic cannot be told; look there, and set the metadata to 2 if it is, else to 1");
  EXPECT_EQ(output(), "");
  const auto stranger = log->make_producer("stranger", {});
  ASSERT_TRUE((*stranger)->begin());
  ASSERT_TRUE((*stranger)->put_metadata("sink-a-0", "-7"));
  ASSERT_TRUE((*stranger)->commit());
  EXPECT_NE(commit(later, second).find("is '-7', which no sink has set"), std::string::npos);
}

TEST_F(LogTransactions, GoToTheTopicThatTheyWerePreparedFor) {
  auto former = writer("a");
  const auto prepared = prepare(former, "1");
  log->create_topic("elsewhere");
  auto later = log_transactions::open(log, {.topic = "elsewhere", .sink = "sink"}, place("b", 0));
  EXPECT_EQ(commit(*later, prepared), "");
  EXPECT_EQ(output(), "1 ");
}

TEST_F(LogTransactions, RefusesWhatCannotBe) {
  const auto refusal = [&](const log_output_options& options, bool has_checkpoints) {
    const auto opened = log_transactions::open(log, options, place("a", 0, has_checkpoints));
    return opened ? "" : opened.failure().message;
  };
  EXPECT_EQ(refusal({.topic = "out", .sink = "s"}, false),
            "exactly once needs checkpoints: set execution.checkpointing.interval, or choose "
            ".at_least_once()");
  EXPECT_EQ(refusal({.topic = "in", .sink = "s"}, true),
            "look up topic in: there is no topic 'in'; there are: out; create it first");
  EXPECT_EQ(refusal({.topic = "out", .sink = "s", .transaction_timeout = -1s}, true),
            "transaction_timeout(-1s): no transaction ends in no time; give it more than 0");
  log->set_faults({.broker_error = 1});
  EXPECT_EQ(refusal({.topic = "in", .sink = "s"}, true), "") << "a log that is away may come back";
}

TEST_F(LogTransactions, RefusesBytesThatAreNotTheirs) {
  auto by = writer("a");
  const auto prepared = prepare(by, "1");
  EXPECT_EQ(decode_transaction(prepared)->records.size(), 1U);
  for (std::size_t size = 1; size < prepared.size(); ++size) {
    EXPECT_EQ(decode_transaction(prepared.substr(0, size)).failure().code,
              error_code::corrupt_data);
  }
  EXPECT_EQ(by.commit(prepared + "x").failure().message,
            "commit to a log: what the checkpoint holds is damaged: 1 bytes too many; restore an "
            "older checkpoint");
  auto other = prepared;
  other[0] = 2;
  EXPECT_NE(by.commit(other).failure().message.find("it has version 2, known is 1"),
            std::string::npos);
  std::string zero;
  codec<prepared_transaction>::encode({.id = "sink-a-0", .topic = "out"}, zero);
  EXPECT_NE(by.commit(zero).failure().message.find("number 0 comes behind 0"), std::string::npos);
  EXPECT_EQ(output(), "");
}

TEST_F(LogTransactions, AppendsWithoutThemUntilSomebodyAnswers) {
  log->fail_next_commit(commit_fate::lost);
  EXPECT_TRUE(append_at_least_once(*log, "out", {{.value = "1"}}));
  log->fail_next_commit(commit_fate::applied);
  EXPECT_TRUE(append_at_least_once(*log, "out", {{.value = "2"}}));
  EXPECT_EQ(output(), "1 2 2 ");
  EXPECT_FALSE(append_at_least_once(*log, "in", {{.value = "3"}}));
  log->set_faults({.broker_error = 1});
  EXPECT_EQ(append_at_least_once(*log, "out", {{.value = "3"}}).failure().code,
            error_code::io_failure);
}

}  // namespace
}  // namespace weir
