// SPDX-License-Identifier: Apache-2.0
// An input channel queues what credit allows, notices what is missing, and gives batches back.
#include "network/input_channel.hpp"

#include <gtest/gtest.h>

#include "api/batch_codec.hpp"
#include "tests/support/test_operators.hpp"

namespace weir {
namespace {

constexpr std::uint32_t window = 4;

frame numbered(std::uint64_t sequence, number value) {
  frame made;
  made.sequence = sequence;
  made.batch = batch_of_numbers(value, 1);
  return made;
}

TEST(InputChannel, LetsFramesOutInTheOrderTheyCame) {
  input_channel channel{window};
  for (number n = 1; n <= 3; ++n) ASSERT_TRUE(channel.deliver(numbered(n, n)).ok());
  for (number n = 1; n <= 3; ++n) {
    ASSERT_TRUE(channel.has_frame());
    const auto popped = channel.pop();
    EXPECT_EQ(numbers::of(*popped.batch).values.front(), n);
  }
  EXPECT_FALSE(channel.has_frame());
}

TEST(InputChannel, CountsAFrameAsQueuedUntilItIsConsumed) {
  input_channel channel{window};
  ASSERT_TRUE(channel.deliver(numbered(1, 1)).ok());
  auto popped = channel.pop();
  EXPECT_EQ(channel.queued(), 1U);
  EXPECT_FALSE(channel.take_grant());
  channel.on_consumed(std::move(popped.batch));
  EXPECT_EQ(channel.queued(), 0U);
}

TEST(InputChannel, ReturnsEmptiedBatchesWithTheGrant) {
  input_channel channel{window};
  for (number n = 1; n <= 2; ++n) ASSERT_TRUE(channel.deliver(numbered(n, n)).ok());
  channel.on_consumed(channel.pop().batch);
  channel.on_consumed(channel.pop().batch);
  auto granted = channel.take_grant();
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->limit, 2U + window);
  ASSERT_TRUE(granted->returned);
  EXPECT_TRUE(granted->returned->empty());
  ASSERT_TRUE(granted->returned->next);
  EXPECT_TRUE(granted->returned->next->empty());
  EXPECT_FALSE(granted->returned->next->next);
}

TEST(InputChannel, AnnouncesTheSameLimitAgain) {
  input_channel channel{window};
  ASSERT_TRUE(channel.deliver(numbered(1, 1)).ok());
  channel.on_consumed(channel.pop().batch);
  EXPECT_EQ(channel.take_grant()->limit, 1U + window);
  EXPECT_FALSE(channel.take_grant());
  EXPECT_EQ(channel.announce().limit, 1U + window);
}

TEST(InputChannel, ConsumesAFrameWithoutABatch) {
  input_channel channel{window};
  frame mark;
  mark.sequence = 1;
  mark.watermark = time_of_number(7);
  ASSERT_TRUE(channel.deliver(std::move(mark)).ok());
  channel.on_consumed(channel.pop().batch);
  const auto granted = channel.take_grant();
  ASSERT_TRUE(granted);
  EXPECT_FALSE(granted->returned);
}

TEST(InputChannel, RefusesAFrameBehindAGap) {
  input_channel channel{window};
  EXPECT_EQ(channel.deliver(numbered(2, 2)).failure().message,
            "expected frame 1 but frame 2 arrived: frames were lost on the way");
  EXPECT_FALSE(channel.has_frame());
}

TEST(InputChannel, RefusesMoreThanAWindow) {
  input_channel channel{2};
  for (number n = 1; n <= 2; ++n) ASSERT_TRUE(channel.deliver(numbered(n, n)).ok());
  EXPECT_EQ(channel.deliver(numbered(3, 3)).failure().message,
            "frame 3 was sent without credit: the window is 2");
}

frame with_encoded(std::string bytes) {
  frame made;
  made.sequence = 1;
  made.encoded = std::move(bytes);
  return made;
}

TEST(InputChannel, RefusesRecordsThatCannotBeDecoded) {
  const auto type = element_type_of<number>();
  std::string bytes;
  type.encode(*batch_of_numbers(1, 3), bytes);
  bytes.pop_back();
  input_channel channel{window, &type};
  const auto refused = channel.deliver(with_encoded(bytes));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, error_code::corrupt_data);
  EXPECT_FALSE(channel.has_frame());
}

TEST(InputChannel, RefusesEncodedRecordsOfATypeWithoutAnEncoding) {
  input_channel channel{window};
  EXPECT_EQ(channel.deliver(with_encoded("x")).failure().message,
            "encoded records came, but records of this type have no encoding");
}

TEST(InputChannel, TakesAnEncodedBatchWithoutRecordsForNone) {
  const auto type = element_type_of<number>();
  std::string bytes;
  type.encode(numbers{}, bytes);
  input_channel channel{window, &type};
  ASSERT_TRUE(channel.deliver(with_encoded(bytes)).ok());
  EXPECT_FALSE(channel.pop().batch);
}

}  // namespace
}  // namespace weir
