// SPDX-License-Identifier: Apache-2.0
// The way out of a task: edges own their channels, marks reach all of them, credit holds them back.
#include "actors/output_gate.hpp"

#include <gtest/gtest.h>

#include "tests/support/hooked_operator.hpp"

namespace weir {
namespace {

constexpr std::uint32_t window = 2;

hooked_task two_edges() {
  hooked_task made;
  made.map("map").window(window);
  made.leave(0, partitioning::rebalance, 2).leave(0, partitioning::broadcast, 3);
  return made;
}

class OutputGate : public ::testing::Test {
protected:
  struct sent_frame {
    std::uint32_t channel;
    frame content;
  };

  void emit(std::uint32_t edge, number first, std::size_t count) {
    gate_.edge(edge).emit(*batch_of_numbers(first, count));
  }
  std::vector<sent_frame> send() {
    std::vector<sent_frame> sent;
    gate_.send([&](channel_index channel, frame leaving) {
      sent.push_back({channel.value, std::move(leaving)});
    });
    return sent;
  }

  hooked_task task_ = two_edges();
  output_gate gate_{task_.description()};
};

TEST_F(OutputGate, NumbersTheChannelsOfOneEdgeAfterThoseOfTheEdgeBefore) {
  emit(0, 0, 2);
  auto sent = send();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].channel, 0U);
  EXPECT_EQ(sent[1].channel, 1U);
  emit(1, 0, 2);
  sent = send();
  ASSERT_EQ(sent.size(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sent[i].channel, 2 + i);
    EXPECT_EQ(sent[i].content.batch->size(), 2U);
  }
}

TEST_F(OutputGate, DropsAnEmptyBatch) {
  emit(1, 0, 0);
  EXPECT_TRUE(send().empty());
  EXPECT_TRUE(gate_.is_drained());
}

TEST_F(OutputGate, GivesAMarkToEveryChannelOfItsEdgeAndToNoOther) {
  gate_.emit_watermark(0, time_of_number(5));
  auto sent = send();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[1].content.watermark, time_of_number(5));
  gate_.emit_idle(1, true);
  sent = send();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0].content.idle, std::optional<bool>{true});
}

TEST_F(OutputGate, EndsEveryChannel) {
  gate_.emit_end();
  EXPECT_FALSE(gate_.is_drained());
  const auto sent = send();
  ASSERT_EQ(sent.size(), 5U);
  for (const auto& each : sent) EXPECT_TRUE(each.content.end);
  EXPECT_TRUE(gate_.is_drained());
}

TEST_F(OutputGate, IsBlockedWhileOneChannelWaitsForCredit) {
  const auto full = records_per_batch<number>();
  emit(0, 0, 2 * full);
  EXPECT_EQ(send().size(), 2U);
  emit(0, 0, 4 * full);
  EXPECT_EQ(send().size(), 2U);
  EXPECT_TRUE(gate_.is_blocked());
  gate_.on_granted({0}, {1 + window, nullptr});
  EXPECT_EQ(send().size(), 1U);
  EXPECT_TRUE(gate_.is_blocked());
  gate_.on_granted({1}, {1 + window, nullptr});
  EXPECT_EQ(send().size(), 1U);
  EXPECT_FALSE(gate_.is_blocked());
}

}  // namespace
}  // namespace weir
