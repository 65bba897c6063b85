// SPDX-License-Identifier: Apache-2.0
// Records in a vector, and records that are forgotten.
#include "connectors/collect_sink.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/discard_sink.hpp"
#include "state/posix_file_system.hpp"
#include "tests/connectors/sink_writing.hpp"

namespace weir {
namespace {

static_assert(sink_for<collect_sink<int, int>, int>);
static_assert(!sink_for<collect_sink<int, int>, std::string>);
static_assert(sink_for<discard_sink, std::string>);

posix_file_system files;

TEST(CollectSink, KeepsTheRecordsInOrder) {
  std::vector<std::string> results{"before"};
  EXPECT_EQ(write_all<std::string>(collect_into(results), sink_context_for(files), {"a", "b"}), "");
  EXPECT_EQ(results, (std::vector<std::string>{"before", "a", "b"}));
}

TEST(CollectSink, KeepsTheTimesWhenAsked) {
  std::vector<std::pair<int, event_time>> results;
  const auto sink = collect_with_times_into(results);
  auto writer = sink.open<int>(sink_context_for(files));
  const event_time early{std::chrono::seconds{1}};
  const event_time late{std::chrono::seconds{2}};
  batch_of<int> batch;
  batch.push(7, late);
  batch.push(8, early);
  ASSERT_TRUE((*writer)->write(batch));
  EXPECT_EQ(results, (std::vector<std::pair<int, event_time>>{{7, late}, {8, early}}));
}

TEST(CollectSink, TakesBooleans) {
  std::vector<bool> results;
  EXPECT_EQ(write_all<bool>(collect_into(results), sink_context_for(files), {true, false}), "");
  EXPECT_EQ(results, (std::vector<bool>{true, false}));
}

TEST(CollectSink, CollectsFromSeveralThreads) {
  std::vector<int> results;
  const auto sink = collect_into(results);
  std::vector<std::thread> subtasks;
  for (int i = 0; i < 4; ++i) {
    // Copies of the sink share the lock.
    subtasks.emplace_back([copy = sink] {
      auto writer = copy.open<int>(sink_context_for(files));
      for (int round = 0; round < 500; ++round) {
        ASSERT_TRUE(write_values<int>(**writer, {1, 2}));
      }
    });
  }
  for (auto& subtask : subtasks) subtask.join();
  EXPECT_EQ(results.size(), 4000U);
}

TEST(DiscardSink, TakesRecordsAndForgetsThem) {
  EXPECT_EQ(write_all<int>(discard(), sink_context_for(files), {1, 2, 3}), "");
}

}  // namespace
}  // namespace weir
