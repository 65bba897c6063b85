// SPDX-License-Identifier: Apache-2.0
// The rules of api/replayable_log.hpp, one by one, and what goes wrong when asked to.
#include "coordination/simulation/simulated_log.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;
using commit_fate = simulated_log_faults::commit_fate;

class SimulatedLog : public testing::Test {
protected:
  SimulatedLog() {
    log.create_topic("out", 1);
    log.set_clock([this] { return now; });
  }

  std::unique_ptr<log_producer> producer(const std::string& id = "sink", duration timeout = 1min) {
    auto made = log.make_producer(id, {.timeout = timeout});
    EXPECT_TRUE(made) << made.failure().message;
    return std::move(*made);
  }
  // One record and the marker of one transaction, which stays open.
  static void write(log_producer& by, const std::string& value) {
    ASSERT_TRUE(by.begin());
    ASSERT_TRUE(by.append("out", {{.value = value}}));
    ASSERT_TRUE(by.put_metadata("group", value));
  }
  std::string output() {
    std::string all;
    for (const auto& each : log.output_of("out")) all += *each.value + " ";
    return all;
  }
  std::string metadata() {
    const auto found = log.metadata_of("group");
    return !found ? found.failure().message : found->value_or("none");
  }
  static log_failure failure_of(const log_status& of) {
    EXPECT_FALSE(of);
    return of.failure().what;
  }

  simulated_log log;
  processing_time now;
};

TEST_F(SimulatedLog, CommitsRecordsAndMetadataTogether) {
  const auto by = producer();
  write(*by, "a");
  EXPECT_EQ(output(), "");
  EXPECT_EQ(metadata(),
            "read the metadata of group group: an open transaction of sink sets it; try again");
  ASSERT_TRUE(by->commit());
  EXPECT_EQ(output(), "a ");
  EXPECT_EQ(metadata(), "a");
  write(*by, "b");
  ASSERT_TRUE(by->abort());
  EXPECT_EQ(output(), "a ");
  EXPECT_EQ(metadata(), "a");
}

TEST_F(SimulatedLog, CommitsATransactionWithNothingInIt) {
  const auto by = producer();
  ASSERT_TRUE(by->begin());
  EXPECT_TRUE(by->commit());
}

TEST_F(SimulatedLog, FencesTheFormerProducerAndAbortsItsTransaction) {
  const auto former = producer();
  write(*former, "a");
  const auto other = producer("another sink");
  EXPECT_EQ(output(), "");
  const auto later = producer();
  EXPECT_EQ(metadata(), "none");
  EXPECT_EQ(failure_of(former->commit()), log_failure::fenced);
  EXPECT_EQ(failure_of(former->begin()), log_failure::fenced);
  write(*later, "b");
  ASSERT_TRUE(later->commit());
  EXPECT_TRUE(other->begin()) << "another transactional id is not concerned";
  EXPECT_EQ(output(), "b ");
}

TEST_F(SimulatedLog, AbortsWhatTakesTooLongAndFencesItsProducer) {
  const auto by = producer("sink", 10s);
  write(*by, "a");
  const auto other = producer("other");
  ASSERT_TRUE(other->begin());
  ASSERT_TRUE(other->append("out", {{.value = "b"}}));
  ASSERT_TRUE(other->commit());
  now += 10s - 1us;
  EXPECT_EQ(output(), "") << "b lies behind the last stable offset";
  now += 1us;
  EXPECT_EQ(output(), "b ");
  EXPECT_EQ(failure_of(by->commit()), log_failure::fenced);
}

TEST_F(SimulatedLog, LeavesTheTransactionOfADroppedProducerToItsTimeout) {
  {
    const auto by = producer("sink", 1s);
    write(*by, "a");
  }
  EXPECT_EQ(log.offsets_of({"out", 0})->end, 0U);
  now += 1s;
  EXPECT_EQ(log.offsets_of({"out", 0})->end, 2U);
  EXPECT_EQ(output(), "");
}

TEST_F(SimulatedLog, MayNotKnowWhatHasBecomeOfACommit) {
  for (const auto& [fate, expected] :
       {std::pair{commit_fate::applied, "a "}, std::pair{commit_fate::lost, ""}}) {
    log.restart(1);
    log.create_topic("out", 1);
    const auto by = producer();
    write(*by, "a");
    log.fail_next_commit(fate);
    EXPECT_EQ(failure_of(by->commit()), log_failure::unknown_result);
    EXPECT_EQ(failure_of(by->begin()), log_failure::unknown_result) << "it is of no use any more";
    const auto next = producer();
    EXPECT_EQ(output(), expected);
    EXPECT_EQ(metadata(), fate == commit_fate::applied ? "a" : "none");
  }
}

TEST_F(SimulatedLog, LetsACommitArriveLateUnlessItsProducerIsFenced) {
  auto by = producer();
  write(*by, "a");
  log.fail_next_commit(commit_fate::late);
  EXPECT_EQ(failure_of(by->commit()), log_failure::unknown_result);
  EXPECT_EQ(output(), "");
  now += 1s;
  EXPECT_EQ(output(), "a ");

  by = producer();
  write(*by, "b");
  log.fail_next_commit(commit_fate::late);
  EXPECT_EQ(failure_of(by->commit()), log_failure::unknown_result);
  const auto next = producer();
  log.settle();
  EXPECT_EQ(output(), "a ") << "what a fenced producer has sent has no effect";
}

TEST_F(SimulatedLog, FailsCallsWithoutAnEffect) {
  const auto by = producer();
  write(*by, "a");
  log.set_faults({.broker_error = 1});
  EXPECT_EQ(failure_of(by->append("out", {{.value = "b"}})), log_failure::retriable);
  EXPECT_EQ(failure_of(by->commit()), log_failure::retriable);
  EXPECT_EQ(log.partitions_of("out").failure(),
            (log_error{log_failure::retriable,
                       "look up topic out: a partition has no leader; try again"}));
  EXPECT_FALSE(log.fetch({"out", 0}, 0, 1));
  EXPECT_FALSE(log.make_producer("sink", {})) << "and fences nobody";
  log.set_faults({});
  ASSERT_TRUE(by->commit());
  EXPECT_EQ(output(), "a ");
}

TEST_F(SimulatedLog, IsAwayForAWhileAndThenNobodyKnowsOfCommits) {
  const auto by = producer();
  write(*by, "a");
  std::string told;
  log.set_fault_listener([&](const std::string& what, processing_time) { told += what + "; "; });
  log.set_faults({.outage = 1, .shortest_outage = 1s, .longest_outage = 1s});
  EXPECT_EQ(failure_of(by->commit()), log_failure::unknown_result);
  log.set_faults({});
  EXPECT_EQ(log.partitions_of("out").failure().message,
            "look up topic out: the brokers are away; try again later");
  now += 1s;
  EXPECT_TRUE(log.partitions_of("out"));
  EXPECT_EQ(
      told,
      "the brokers are away for 1s; the result of a commit by sink is unknown; it was lost; ");
}

TEST_F(SimulatedLog, MayNotAnswerAnAppendWithoutATransaction) {
  ASSERT_TRUE(log.append("out", {{.value = "a"}}));
  log.fail_next_commit(commit_fate::applied);
  EXPECT_EQ(failure_of(log.append("out", {{.value = "b"}})), log_failure::unknown_result);
  log.fail_next_commit(commit_fate::lost);
  EXPECT_EQ(failure_of(log.append("out", {{.value = "c"}})), log_failure::unknown_result);
  EXPECT_EQ(output(), "a b ");
}

TEST_F(SimulatedLog, RefusesWhatCannotBe) {
  EXPECT_EQ(log.fetch({"out", 0}, 1, 1).failure(),
            (log_error{log_failure::out_of_range,
                       "fetch from out/0: there is no offset 1; it has 0 to 0"}));
  EXPECT_EQ(log.fetch({"out", 1}, 0, 1).failure().message,
            "fetch from out/1: the topic has only 1 partitions");
  EXPECT_EQ(log.make_producer("sink", {.timeout = 0s}).failure().message,
            "make a producer sink: the timeout 0s of its transactions; give it more than 0");
  const auto by = producer();
  ASSERT_TRUE(by->begin());
  EXPECT_EQ(by->append("in", {}).failure(),
            (log_error{log_failure::permanent,
                       "append to in: there is no topic 'in'; there are: out; create it first"}));
  EXPECT_EQ(failure_of(by->commit()), log_failure::permanent) << "it is of no use any more";
}

TEST_F(SimulatedLog, FetchesWhatIsThereAndForgetsWhatItIsToldTo) {
  for (int i = 0; i < 10; ++i) log.put("in", {.value = std::to_string(i)});
  std::string read;
  for (std::uint64_t next = 0; next < 10;) {
    const auto fetched = log.fetch({"in", 0}, next, 3);
    ASSERT_TRUE(fetched);
    EXPECT_LE(fetched->records.size(), 3U);
    for (const auto& each : fetched->records) read += *each.value;
    next = fetched->next;
  }
  EXPECT_EQ(read, "0123456789");
  log.remove_before({"in", 0}, 4);
  EXPECT_EQ(log.offsets_of({"in", 0})->begin, 4U);
  EXPECT_EQ(log.fetch({"in", 0}, 3, 1).failure().what, log_failure::out_of_range);
}

TEST_F(SimulatedLog, BeginsAnewAndFencesWhoeverWasThere) {
  const auto by = producer();
  write(*by, "a");
  log.restart(2);
  EXPECT_TRUE(log.topics().empty());
  const auto next = producer();
  EXPECT_EQ(failure_of(by->commit()), log_failure::fenced);
  EXPECT_EQ(metadata(), "none");
}

}  // namespace
}  // namespace weir
