// SPDX-License-Identifier: Apache-2.0
// Jobs from topic to topic on real threads: every subtask uses the one log.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/log_sink.hpp"
#include "connectors/log_source.hpp"
#include "coordination/simulation/simulated_log.hpp"
#include "tests/support/job_runner.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr int count = 5000;

std::shared_ptr<simulated_log> log_of_numbers() {
  auto log = std::make_shared<simulated_log>();
  log->create_topic("in", 5).create_topic("out", 3);
  for (int i = 0; i < count; ++i) log->put("in", {.value = std::to_string(i)});
  return log;
}

template <class Sink>
void expect_all_numbers(const std::shared_ptr<simulated_log>& log, Sink sink, way_to_run way) {
  SCOPED_TRACE(to_string(way));
  job_run run{std::move(way)};
  run.env()
      .from(log_source(log, "in"))
      .uid("in")
      .filter([](const std::string&) { return true; })
      .sink(std::move(sink))
      .uid("out");
  finish(run);
  std::vector<std::string> expected;
  for (int i = 0; i < count; ++i) expected.push_back(std::to_string(i));
  std::vector<std::string> found;
  for (const auto& each : log->output_of("out")) found.push_back(*each.value);
  EXPECT_EQ(sorted_texts(found), sorted_texts(expected));
}

TEST(JobsLog, CopyATopicExactlyOnceWithCheckpoints) {
  const temporary_directory disk;
  for (const auto parallelism : {1U, 4U, 7U}) {
    auto way = on_threads(parallelism, parallelism != 4);
    way.options.checkpoint_interval = 2ms;
    way.options.checkpoint_directory = disk / ("checkpoints-" + std::to_string(parallelism));
    const auto log = log_of_numbers();
    // Calls that fail are made again.
    log->set_faults({.broker_error = 0.01, .unknown_commit = 0.2});
    way.options.initial_backoff = 1ms;
    expect_all_numbers(log, log_sink(log, "out"), way);
  }
}

TEST(JobsLog, CopyATopicWithoutCheckpoints) {
  const auto log = log_of_numbers();
  expect_all_numbers(log, log_sink(log, "out").at_least_once(), on_threads(4));
}

TEST(JobsLog, SayThatExactlyOnceNeedsCheckpoints) {
  const auto log = log_of_numbers();
  job_run run{on_threads(1)};
  run.env().from(log_source(log, "in")).sink(log_sink(log, "out"));
  EXPECT_NE(failure_of(run).find("exactly once needs checkpoints: set "
                                 "execution.checkpointing.interval, or choose .at_least_once()"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
