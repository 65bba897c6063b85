// SPDX-License-Identifier: Apache-2.0
// Records in a topic as a job writes them.
#include "connectors/log_sink.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_log.hpp"
#include "state/posix_file_system.hpp"
#include "tests/connectors/sink_writing.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

class LogSink : public testing::Test {
protected:
  LogSink() { log->create_topic("out"); }

  sink_context place(const std::string& attempt) {
    return sink_context_with_checkpoints(files, attempt);
  }
  std::string output() {
    std::string all;
    for (const auto& each : log->output_of("out")) {
      all += each.key.value_or("") + "=" + each.value.value_or("none") + " ";
    }
    return all;
  }

  std::shared_ptr<simulated_log> log = std::make_shared<simulated_log>();
  posix_file_system files;
};

TEST_F(LogSink, WritesValuesAsTextUnlessToldOtherwise) {
  EXPECT_EQ(write_all<int>(log_sink(log, "out"), place("a"), {1, 2}), "");
  const auto by_parity = [](int value) {
    return log_record{.key = value % 2 == 0 ? "even" : "odd", .value = std::to_string(value)};
  };
  EXPECT_EQ(write_all<int>(log_sink(log, "out", by_parity), place("b"), {3, 4}), "");
  const auto erase = [](int value) { return log_record{.key = std::to_string(value)}; };
  EXPECT_EQ(write_all<int>(log_sink(log, "out", erase), place("c"), {5}), "");
  EXPECT_EQ(output(), "=1 =2 odd=3 even=4 5=none ");
  EXPECT_EQ(log_sink(log, "out").name(), "log_sink(out)");
}

TEST_F(LogSink, GivesRecordsTheTimesOfTheirValuesUnlessTheyHaveTheirOwn) {
  const auto write = [&](const auto& sink) {
    auto writer = sink.template open<int>(place("a"));
    batch_of<int> batch;
    batch.push(1, event_time{7s});
    EXPECT_TRUE((*writer)->write(batch));
    EXPECT_TRUE((*writer)->commit(*(*writer)->prepare()));
    return log->output_of("out").back().time;
  };
  EXPECT_EQ(write(log_sink(log, "out")), event_time{7s});
  const auto own = [](int) { return log_record{.value = "v", .time = event_time{1s}}; };
  EXPECT_EQ(write(log_sink(log, "out", own).id("other")), event_time{1s});
}

TEST_F(LogSink, ShowsNothingThatIsNotCommittedAndLeavesNothingBehind) {
  auto writer = log_sink(log, "out").open<int>(place("a"));
  ASSERT_TRUE(write_values<int>(**writer, {1}));
  const auto prepared = (*writer)->prepare();
  ASSERT_TRUE(write_values<int>(**writer, {2}));
  (*writer)->abandon();
  EXPECT_EQ(output(), "");
  auto next = log_sink(log, "out").open<int>(place("b"));
  ASSERT_TRUE((*next)->recover({*prepared}));
  EXPECT_EQ(output(), "=1 ");
}

TEST_F(LogSink, HasAnIdWhereTwoWriteToOneTopic) {
  EXPECT_EQ(write_all<int>(log_sink(log, "out"), place("a"), {1}), "");
  EXPECT_NE(write_all<int>(log_sink(log, "out"), place("a"), {2}), "");
  EXPECT_EQ(write_all<int>(log_sink(log, "out").id("second"), place("a"), {2}), "");
  EXPECT_EQ(output(), "=1 =2 ");
}

TEST_F(LogSink, WritesAtOnceWithoutTransactions) {
  auto writer = log_sink(log, "out").at_least_once().open<int>(sink_context_for(files));
  ASSERT_TRUE(writer);
  ASSERT_TRUE(write_values<int>(**writer, {1, 2}));
  EXPECT_EQ(output(), "=1 =2 ");
  EXPECT_EQ(*(*writer)->prepare(), "");
}

TEST_F(LogSink, NamesItselfInErrors) {
  EXPECT_EQ(write_all<int>(log_sink(log, "in"), place("a"), {1}),
            "log_sink(in): look up topic in: there is no topic 'in'; there are: out; create it "
            "first");
  EXPECT_EQ(write_all<int>(log_sink(log, "out"), sink_context_for(files), {1}),
            "log_sink(out): exactly once needs checkpoints: set execution.checkpointing.interval, "
            "or choose .at_least_once()");
  EXPECT_EQ(write_all<int>(log_sink(log, "out").transaction_timeout(0s), place("a"), {1}),
            "log_sink(out): transaction_timeout(0s): no transaction ends in no time; give it more "
            "than 0");
}

}  // namespace
}  // namespace weir
