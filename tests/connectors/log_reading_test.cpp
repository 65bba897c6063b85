// SPDX-License-Identifier: Apache-2.0
// Partitions are read side by side, to their ends if there are any, past whatever cannot be read.
#include "connectors/log_reading.hpp"

#include <string>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_log.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class LogReading : public testing::Test {
protected:
  LogReading() { log->create_topic("in", 2); }

  void put(std::uint32_t partition, int count) {
    for (int i = 0; i < count; ++i) log->put_in({"in", partition}, {.value = "v"});
  }
  log_reading reading(log_start start = log_start::at_the_beginning, bool is_bounded = true) {
    const auto splits = discover_log_splits(*log, "in", start, is_bounded);
    EXPECT_TRUE(splits);
    std::vector<log_cursor> cursors;
    for (const auto& each : *splits) cursors.push_back(*parse_log_cursor("in", each));
    return {log, std::move(cursors)};
  }
  // "0:2 1:1$": a split and how many records, '$' where it ends.
  static std::string read_on(log_reading& from, std::size_t max_records = 1) {
    std::string read;
    while (true) {
      const auto polled = from.poll({}, max_records);
      EXPECT_TRUE(polled);
      if (!polled || polled->what != poll_status::more_available) return read;
      read += std::to_string(polled->split) + ":" + std::to_string(polled->records.size()) +
              (polled->has_ended ? "$ " : " ");
    }
  }

  std::shared_ptr<simulated_log> log = std::make_shared<simulated_log>();
};

TEST_F(LogReading, TakesTurnsAndComesToTheEndOfEachPartition) {
  put(0, 3);
  put(1, 1);
  auto from = reading();
  EXPECT_EQ(from.positions(), (std::vector<source_split>{{"in/0", "0..3"}, {"in/1", "0..1"}}));
  put(1, 5);
  EXPECT_EQ(read_on(from), "0:1 1:1$ 0:1 0:1$ ") << "what came later is not read";
  EXPECT_EQ(from.positions(), (std::vector<source_split>{{"in/0", "3..3"}, {"in/1", "1..1"}}));
  EXPECT_EQ(from.poll({}, 1)->what, poll_status::end_of_input);
}

TEST_F(LogReading, EndsPartitionsWithoutRecords) {
  auto from = reading();
  EXPECT_EQ(read_on(from), "0:0$ 1:0$ ");
}

TEST_F(LogReading, StopsAtItsEndWhateverAFetchBrings) {
  put(0, 2);
  auto from = reading();
  put(0, 5);
  const auto all = [&] {
    std::size_t count = 0;
    for (auto polled = from.poll({}, 100); polled->what == poll_status::more_available;
         polled = from.poll({}, 100)) {
      count += polled->records.size();
    }
    return count;
  };
  EXPECT_EQ(all(), 2U);
}

TEST_F(LogReading, WaitsForMoreWithoutAnEnd) {
  put(0, 2);
  auto from = reading(log_start::at_the_end, false);
  EXPECT_EQ(from.positions()[0], (source_split{"in/0", "2"}));
  const auto waiting = from.poll(processing_time{1s}, 1);
  EXPECT_EQ(waiting->what, poll_status::nothing_available);
  EXPECT_GT(waiting->retry_at, processing_time{1s});
  put(0, 1);
  EXPECT_EQ(read_on(from), "0:1 ");
}

TEST_F(LogReading, PassesWhatWasAborted) {
  const auto by = log->make_producer("sink", {});
  ASSERT_TRUE((*by)->begin());
  ASSERT_TRUE((*by)->append("in", {{.value = "v"}, {.value = "v"}}));
  ASSERT_TRUE((*by)->abort());
  auto from = reading();
  EXPECT_EQ(read_on(from, 100), "0:0$ 1:0$ ");
}

TEST_F(LogReading, GoesBackToWhatWasNotTaken) {
  put(0, 1);
  auto from = reading();
  EXPECT_TRUE(from.poll({}, 1)->has_ended);
  from.go_back(0);
  EXPECT_EQ(from.positions()[0].position, "0..1");
  EXPECT_EQ(read_on(from), "1:0$ 0:1$ ");
}

TEST_F(LogReading, AsksAPartitionThatDoesNotAnswerAgainForTwoMinutes) {
  put(0, 1);
  put(1, 1);
  auto from = reading();
  log->set_faults({.broker_error = 1});
  EXPECT_EQ(from.poll(processing_time{0s}, 1)->what, poll_status::nothing_available);
  EXPECT_EQ(from.poll(processing_time{120s}, 1)->retry_at, processing_time{120s} + 100ms);
  const auto given_up = from.poll(processing_time{121s}, 1);
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.failure().message.substr(0, 36), "no answer for 2m1s: fetch from in/0:");
  log->set_faults({});
  EXPECT_EQ(read_on(from), "1:1$ 0:1$ ");
}

TEST_F(LogReading, SaysThatRecordsWereRemoved) {
  put(0, 3);
  auto from = reading();
  log->remove_before({"in", 0}, 2);
  EXPECT_EQ(from.poll({}, 1).failure().message,
            "records were removed before they were read, keep them for longer: fetch from in/0: "
            "there is no offset 0; it has 2 to 3");
}

TEST_F(LogReading, RefusesSplitsThatAreNotItsOwn) {
  const auto refusal = [](const source_split& split) {
    const auto parsed = parse_log_cursor("in", split);
    return parsed ? "" : parsed.failure().message;
  };
  EXPECT_EQ(refusal({"other/0", "1"}),
            "read in: the split 'other/0' at '1' is not of that topic; was the job changed since "
            "its positions were stored?");
  EXPECT_NE(refusal({"in", "1"}), "");
  EXPECT_NE(refusal({"in/x", "1"}), "");
  EXPECT_NE(refusal({"in/0", ""}).find("has no offset"), std::string::npos);
  EXPECT_NE(refusal({"in/0", "-1"}).find("has no offset"), std::string::npos);
  EXPECT_NE(refusal({"in/0", "1.."}).find("has no end"), std::string::npos);
  for (const log_cursor& each :
       {log_cursor{{"in", 3}, 17, std::nullopt}, log_cursor{{"in", 3}, 17, 120}}) {
    EXPECT_EQ(*parse_log_cursor("in", to_source_split(each)), each);
  }
}

TEST_F(LogReading, SaysWhatIsNotThere) {
  const auto discover = [&](const std::string& topic) {
    return discover_log_splits(*log, topic, log_start::at_the_beginning, true);
  };
  EXPECT_EQ(discover("out").failure().message,
            "look up topic out: there is no topic 'out'; there are: in; create it first");
  log->set_faults({.broker_error = 0.5});
  EXPECT_TRUE(discover("in")) << "it insists";
  log->set_faults({.broker_error = 1});
  EXPECT_EQ(discover("in").failure().code, error_code::io_failure);
}

}  // namespace
}  // namespace weir
