// SPDX-License-Identifier: Apache-2.0
// How an output channel adapts its batches to the consumer, keeps the order, and reuses storage.
#include "network/output_channel.hpp"

#include <set>

#include <gtest/gtest.h>

#include "api/batch_codec.hpp"
#include "network/input_channel.hpp"
#include "tests/support/test_operators.hpp"

namespace weir {
namespace {

constexpr std::uint32_t window = 4;

void put(output_channel& channel, number first, std::size_t count) {
  const auto batch = batch_of_numbers(first, count);
  channel.take(*batch);
  EXPECT_TRUE(batch->empty());
}

const std::size_t full = records_per_batch<number>();

std::vector<number> values_of(const frame& leaving) {
  return leaving.batch ? numbers::of(*leaving.batch).values : std::vector<number>{};
}

TEST(OutputChannel, SendsAPartialBatchAtOnceWhenTheConsumerIsIdle) {
  output_channel channel{window};
  put(channel, 0, 3);
  const auto leaving = channel.next(false);
  ASSERT_TRUE(leaving);
  EXPECT_EQ(leaving->sequence, 1U);
  EXPECT_EQ(values_of(*leaving), (std::vector<number>{0, 1, 2}));
  EXPECT_TRUE(channel.is_drained());
}

TEST(OutputChannel, KeepsFillingAPartialBatchWhileTheConsumerIsBusy) {
  output_channel channel{window};
  put(channel, 0, 1);
  ASSERT_TRUE(channel.next(false));
  put(channel, 1, 1);
  EXPECT_FALSE(channel.next(false));
  put(channel, 2, 1);
  EXPECT_FALSE(channel.next(false));
  channel.on_granted({1 + window, nullptr});
  const auto leaving = channel.next(false);
  ASSERT_TRUE(leaving);
  EXPECT_EQ(values_of(*leaving), (std::vector<number>{1, 2}));
}

TEST(OutputChannel, SendsAFullBatchAsLongAsThereIsCredit) {
  output_channel channel{window};
  for (std::uint64_t n = 1; n <= window; ++n) {
    put(channel, 0, full);
    ASSERT_TRUE(channel.next(false)) << n;
  }
  put(channel, 0, full);
  EXPECT_TRUE(channel.is_blocked());
  EXPECT_FALSE(channel.next(false));
  channel.on_granted({1 + window, nullptr});
  const auto leaving = channel.next(false);
  ASSERT_TRUE(leaving);
  EXPECT_EQ(leaving->sequence, window + 1);
  EXPECT_FALSE(channel.is_blocked());
}

TEST(OutputChannel, SendsAPartialBatchToABusyConsumerWhenFlushed) {
  output_channel channel{window};
  put(channel, 0, 1);
  ASSERT_TRUE(channel.next(false));
  put(channel, 1, 1);
  EXPECT_TRUE(channel.next(true));
}

TEST(OutputChannel, IsNotBlockedByAPartialBatch) {
  output_channel channel{1};
  put(channel, 0, 1);
  ASSERT_TRUE(channel.next(false));
  put(channel, 1, 1);
  EXPECT_FALSE(channel.is_blocked());
  EXPECT_FALSE(channel.is_drained());
}

TEST(OutputChannel, NeverLetsAMarkOvertakeData) {
  output_channel channel{window};
  put(channel, 0, full);
  put(channel, full, 2);
  channel.set_watermark(time_of_number(full + 1));
  const auto first = channel.next(false);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->has_marks());
  const auto second = channel.next(true);
  ASSERT_TRUE(second);
  EXPECT_EQ(values_of(*second), (std::vector<number>{full, full + 1}));
  EXPECT_EQ(second->watermark, time_of_number(full + 1));
}

TEST(OutputChannel, PutsMarksBehindTheRecordsTheyFollow) {
  output_channel channel{window};
  put(channel, 0, 1);
  channel.set_watermark(time_of_number(0));
  put(channel, 1, full - 1);
  put(channel, full, 1);
  channel.set_watermark(time_of_number(full));
  const auto first = channel.next(false);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->batch->size(), full);
  EXPECT_EQ(first->watermark, time_of_number(0));
  const auto second = channel.next(true);
  ASSERT_TRUE(second);
  EXPECT_EQ(values_of(*second), (std::vector<number>{full}));
  EXPECT_EQ(second->watermark, time_of_number(full));
}

TEST(OutputChannel, LetsMarksTravelWithAFullBatchThatStillWaits) {
  output_channel channel{1};
  put(channel, 0, full);
  channel.set_watermark(time_of_number(full));
  channel.set_end();
  const auto leaving = channel.next(false);
  ASSERT_TRUE(leaving);
  EXPECT_EQ(leaving->batch->size(), full);
  EXPECT_EQ(leaving->watermark, time_of_number(full));
  EXPECT_TRUE(leaving->end);
  EXPECT_TRUE(channel.is_drained());
}

TEST(OutputChannel, SendsMarksAloneWhenTheirRecordsHaveLeft) {
  output_channel channel{window};
  put(channel, 0, full);
  ASSERT_TRUE(channel.next(false));
  channel.set_watermark(time_of_number(full));
  EXPECT_FALSE(channel.next(false));
  channel.on_granted({1 + window, nullptr});
  const auto leaving = channel.next(false);
  ASSERT_TRUE(leaving);
  EXPECT_FALSE(leaving->batch);
  EXPECT_EQ(leaving->watermark, time_of_number(full));
}

TEST(OutputChannel, MergesMarksThatWaitForCredit) {
  output_channel channel{window};
  put(channel, 0, 1);
  ASSERT_TRUE(channel.next(false));
  for (number n = 1; n <= 9; ++n) channel.set_watermark(time_of_number(n));
  channel.set_idle(true);
  channel.set_idle(false);
  EXPECT_FALSE(channel.next(false));
  channel.on_granted({1 + window, nullptr});
  const auto leaving = channel.next(false);
  ASSERT_TRUE(leaving);
  EXPECT_EQ(leaving->watermark, time_of_number(9));
  EXPECT_EQ(leaving->idle, std::optional<bool>{false});
  EXPECT_TRUE(channel.is_drained());
}

TEST(OutputChannel, SendsTheEndEvenToABusyConsumer) {
  output_channel channel{window};
  put(channel, 0, 1);
  ASSERT_TRUE(channel.next(false));
  put(channel, 1, 1);
  channel.set_end();
  EXPECT_FALSE(channel.is_drained());
  const auto leaving = channel.next(false);
  ASSERT_TRUE(leaving);
  EXPECT_TRUE(leaving->end);
  EXPECT_EQ(values_of(*leaving), (std::vector<number>{1}));
  EXPECT_TRUE(channel.is_drained());
}

TEST(OutputChannel, KeepsTheEndUntilThereIsCredit) {
  output_channel channel{1};
  put(channel, 0, 1);
  ASSERT_TRUE(channel.next(false));
  channel.set_end();
  EXPECT_FALSE(channel.next(true));
  EXPECT_FALSE(channel.is_drained());
  channel.on_granted({2, nullptr});
  EXPECT_TRUE(channel.next(false)->end);
}

TEST(OutputChannel, CopiesWithoutTouchingTheOriginal) {
  output_channel channel{window};
  const auto batch = batch_of_numbers(0, 3);
  channel.copy(*batch);
  EXPECT_EQ(batch->size(), 3U);
  EXPECT_EQ(values_of(*channel.next(false)), batch->values);
}

TEST(OutputChannel, KeepsTheTimesOfRecords) {
  output_channel channel{window};
  put(channel, 5, 2);
  put(channel, 9, 1);
  const auto leaving = channel.next(true);
  const auto& sent = numbers::of(*leaving->batch);
  EXPECT_EQ(sent.time_of(0), time_of_number(5));
  EXPECT_EQ(sent.time_of(1), time_of_number(6));
  EXPECT_EQ(sent.time_of(2), time_of_number(9));
}

// Sends frames to an input channel, which consumes them every other round.
TEST(OutputChannel, MakesNoNewBatchOnceWarm) {
  output_channel sender{window};
  input_channel receiver{window};
  std::set<const record_batch*> batches;
  const auto run_rounds = [&](number count) {
    for (number round = 0; round < count; ++round) {
      put(sender, round, round % 3 == 0 ? full : 5);
      while (auto leaving = sender.next(false)) {
        batches.insert(leaving->batch.get());
        ASSERT_TRUE(receiver.deliver(std::move(*leaving)).ok());
      }
      if (round % 2 == 0) continue;
      while (receiver.has_frame()) receiver.on_consumed(receiver.pop().batch);
      if (auto due = receiver.take_grant()) sender.on_granted(std::move(*due));
    }
  };
  run_rounds(12);
  const auto warm = batches.size();
  run_rounds(1200);
  EXPECT_EQ(batches.size(), warm);
  EXPECT_LE(warm, window + 1);
  EXPECT_GT(sender.frames_sent(), 600U);
}

TEST(OutputChannel, OpensAReturnedBatchBeforeANewOne) {
  output_channel channel{window};
  auto returned = std::make_unique<numbers>();
  const auto* const address = returned.get();
  put(channel, 0, 1);
  ASSERT_TRUE(channel.next(false));
  channel.on_granted({1 + window, std::move(returned)});
  EXPECT_EQ(&channel.open_batch(numbers{}), address);
}

TEST(OutputChannel, SendsABarrierAtOnceBehindAllThatCameBefore) {
  output_channel channel{window};
  put(channel, 0, 1);
  ASSERT_TRUE(channel.next(false));
  put(channel, 1, 1);
  channel.set_watermark(time_of_number(1));
  channel.put_barrier({7}, {4});
  EXPECT_TRUE(channel.is_blocked());
  const auto leaving = channel.next(false);
  ASSERT_TRUE(leaving) << "a barrier does not wait for a full batch";
  EXPECT_EQ(values_of(*leaving), (std::vector<number>{1}));
  EXPECT_EQ(leaving->watermark, time_of_number(1));
  EXPECT_EQ(leaving->barrier, checkpoint_id{7});
  EXPECT_EQ(leaving->base.checkpoint, checkpoint_id{4});
  EXPECT_TRUE(channel.is_drained());
}

TEST(OutputChannel, KeepsWhatFollowsABarrierOutOfItsFrame) {
  output_channel channel{window};
  put(channel, 0, full);
  channel.put_barrier({1});
  channel.set_watermark(time_of_number(5));
  put(channel, 1, 1);
  channel.put_barrier({2});
  channel.set_end();
  std::vector<frame> left;
  while (auto leaving = channel.next(true)) left.push_back(std::move(*leaving));
  ASSERT_EQ(left.size(), 4U);
  EXPECT_FALSE(left[0].barrier);
  EXPECT_EQ(left[1].barrier, checkpoint_id{1});
  EXPECT_FALSE(left[1].watermark);
  EXPECT_EQ(values_of(left[2]), (std::vector<number>{1}));
  EXPECT_EQ(left[2].watermark, time_of_number(5));
  EXPECT_EQ(left[2].barrier, checkpoint_id{2});
  EXPECT_FALSE(left[2].end);
  EXPECT_TRUE(left[3].end);
}

// Between two processes: bytes on the way, and each end keeps its batches.
TEST(OutputChannel, SendsEncodedRecordsToAnotherProcessAndKeepsItsBatch) {
  const auto type = element_type_of<number>();
  output_channel there{window};
  there.encode_as(type);
  input_channel here{window, &type};
  std::set<const record_batch*> sent_from;
  std::set<const record_batch*> received_in;
  for (number round = 0; round < 6; ++round) {
    put(there, round * 10, 3);
    sent_from.insert(&there.open_batch(*batch_of_numbers(0, 1)));
    auto leaving = there.next(true);
    ASSERT_TRUE(leaving);
    EXPECT_FALSE(leaving->batch);
    ASSERT_FALSE(leaving->encoded.empty());
    const auto taken = here.deliver(*std::move(leaving));
    ASSERT_TRUE(taken.ok()) << taken.failure().message;
    auto popped = here.pop();
    EXPECT_EQ(values_of(popped), (std::vector<number>{round * 10, round * 10 + 1, round * 10 + 2}));
    EXPECT_TRUE(popped.encoded.empty());
    received_in.insert(popped.batch.get());
    here.on_consumed(std::move(popped.batch));
    auto granted = here.take_grant();
    ASSERT_TRUE(granted);
    EXPECT_FALSE(granted->returned);
    there.on_granted(*std::move(granted));
  }
  EXPECT_EQ(sent_from.size(), 1U);
  EXPECT_EQ(received_in.size(), 1U);
}

TEST(OutputChannel, LeavesMarksToAnotherProcessAsTheyAre) {
  const auto type = element_type_of<number>();
  output_channel there{window};
  there.encode_as(type);
  there.set_watermark(time_of_number(7));
  const auto leaving = there.next(true);
  ASSERT_TRUE(leaving);
  EXPECT_TRUE(leaving->encoded.empty());
  EXPECT_EQ(leaving->watermark, time_of_number(7));
}

}  // namespace
}  // namespace weir
