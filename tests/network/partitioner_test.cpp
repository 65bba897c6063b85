// SPDX-License-Identifier: Apache-2.0
// Where records go: every way to partition, over every small number of channels.
#include "network/partitioner.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

// The channels of one edge, and what went into each of them.
class channels {
public:
  explicit channels(std::uint32_t count) : sent_(count) {
    for (std::uint32_t i = 0; i < count; ++i) channels_.emplace_back(64);
  }

  void route(partitioner& how, number first, number count) {
    const auto batch = batch_of_numbers(first, count);
    channel_set all{channels_};
    how.route(*batch, all);
    EXPECT_TRUE(batch->empty());
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      while (const auto leaving = channels_[i].next(true)) {
        const auto& records = numbers::of(*leaving->batch);
        for (std::size_t r = 0; r < records.size(); ++r) {
          EXPECT_EQ(records.time_of(r), time_of_number(records.values[r]));
          sent_[i].push_back(records.values[r]);
        }
      }
    }
  }
  const std::vector<number>& sent_to(std::uint32_t channel) const { return sent_[channel]; }
  std::vector<number> all_sent() const {
    std::vector<number> all;
    for (const auto& each : sent_) all.insert(all.end(), each.begin(), each.end());
    std::sort(all.begin(), all.end());
    return all;
  }

private:
  std::vector<output_channel> channels_;
  std::vector<std::vector<number>> sent_;
};

std::vector<number> numbers_below(number count) {
  std::vector<number> all;
  for (number n = 0; n < count; ++n) all.push_back(n);
  return all;
}

TEST(Partitioner, HashAgreesWithTheOwnerOfEachKeyGroup) {
  for (const std::uint32_t max_parallelism : {7U, 128U, 1024U, 32768U}) {
    for (std::uint32_t count = 1; count <= 7; ++count) {
      const auto how = make_partitioner({.how = partitioning::hash,
                                         .keys = std::make_shared<number_hasher>(),
                                         .router = nullptr,
                                         .channel_count = count,
                                         .max_parallelism = max_parallelism});
      channels sent{count};
      sent.route(*how, 0, 3000);
      EXPECT_EQ(sent.all_sent(), numbers_below(3000));
      for (std::uint32_t channel = 0; channel < count; ++channel) {
        for (const number each : sent.sent_to(channel)) {
          const auto group = key_group_of(mix(key_of_number(each)), max_parallelism);
          ASSERT_EQ(owner_of(group, count, max_parallelism).value, channel);
        }
      }
    }
  }
}

TEST(Partitioner, HashKeepsTheOrderWithinAChannel) {
  const auto how = make_partitioner({.how = partitioning::hash,
                                     .keys = std::make_shared<number_hasher>(),
                                     .router = nullptr,
                                     .channel_count = 4});
  channels sent{4};
  sent.route(*how, 0, 1500);
  sent.route(*how, 1500, 1500);
  for (std::uint32_t channel = 0; channel < 4; ++channel) {
    EXPECT_TRUE(std::is_sorted(sent.sent_to(channel).begin(), sent.sent_to(channel).end()));
  }
}

TEST(Partitioner, RoundRobinSpreadsTenRecordsOverFourChannels) {
  for (const auto how : {partitioning::rebalance, partitioning::rescale}) {
    const auto made =
        make_partitioner({.how = how, .keys = nullptr, .router = nullptr, .channel_count = 4});
    channels sent{4};
    sent.route(*made, 0, 10);
    EXPECT_EQ(sent.sent_to(0), (std::vector<number>{0, 4, 8}));
    EXPECT_EQ(sent.sent_to(1), (std::vector<number>{1, 5, 9}));
    EXPECT_EQ(sent.sent_to(2), (std::vector<number>{2, 6}));
    EXPECT_EQ(sent.sent_to(3), (std::vector<number>{3, 7}));
  }
}

TEST(Partitioner, RoundRobinGoesOnWhereTheLastBatchEnded) {
  const auto how = make_partitioner(
      {.how = partitioning::rebalance, .keys = nullptr, .router = nullptr, .channel_count = 3});
  channels sent{3};
  for (number n = 0; n < 6; ++n) sent.route(*how, n, 1);
  for (std::uint32_t channel = 0; channel < 3; ++channel) {
    EXPECT_EQ(sent.sent_to(channel), (std::vector<number>{channel, channel + 3}));
  }
}

TEST(Partitioner, RoundRobinsOfTwoProducersBeginApart) {
  for (std::uint32_t producer = 0; producer < 9; ++producer) {
    const auto how = make_partitioner({.how = partitioning::rebalance,
                                       .keys = nullptr,
                                       .router = nullptr,
                                       .channel_count = 4,
                                       .max_parallelism = default_max_parallelism,
                                       .first_channel = producer});
    channels sent{4};
    sent.route(*how, 0, 1);
    EXPECT_EQ(sent.sent_to(producer % 4).size(), 1U);
  }
}

TEST(Partitioner, BroadcastSendsEverythingToEverybody) {
  for (std::uint32_t count = 1; count <= 7; ++count) {
    const auto how = make_partitioner({.how = partitioning::broadcast,
                                       .keys = nullptr,
                                       .router = nullptr,
                                       .channel_count = count});
    channels sent{count};
    sent.route(*how, 0, 1500);
    for (std::uint32_t channel = 0; channel < count; ++channel) {
      EXPECT_EQ(sent.sent_to(channel), numbers_below(1500));
    }
  }
}

TEST(Partitioner, GlobalSendsEverythingToTheFirst) {
  const auto how = make_partitioner(
      {.how = partitioning::global, .keys = nullptr, .router = nullptr, .channel_count = 5});
  channels sent{5};
  sent.route(*how, 0, 1500);
  EXPECT_EQ(sent.sent_to(0), numbers_below(1500));
}

TEST(Partitioner, ForwardSendsEverythingToItsOnlyChannel) {
  const auto how = make_partitioner({});
  channels sent{1};
  sent.route(*how, 0, 1500);
  EXPECT_EQ(sent.sent_to(0), numbers_below(1500));
}

TEST(Partitioner, ShuffleIsAFunctionOfTheSeedAndReachesEverybody) {
  const auto shuffled = [](std::uint64_t seed) {
    const auto how = make_partitioner({.how = partitioning::shuffle,
                                       .keys = nullptr,
                                       .router = nullptr,
                                       .channel_count = 3,
                                       .max_parallelism = default_max_parallelism,
                                       .first_channel = 0,
                                       .seed = seed});
    channels sent{3};
    sent.route(*how, 0, 900);
    EXPECT_EQ(sent.all_sent(), numbers_below(900));
    for (std::uint32_t channel = 0; channel < 3; ++channel) {
      EXPECT_GT(sent.sent_to(channel).size(), 200U);
    }
    return sent.sent_to(0);
  };
  EXPECT_EQ(shuffled(1), shuffled(1));
  EXPECT_NE(shuffled(1), shuffled(2));
}

// Sends even numbers to the first channel, odd ones to the last; does not know the number 13.
class parity_router final : public record_router {
public:
  void route(const record_batch& batch, std::uint32_t channel_count,
             std::span<std::uint32_t> chosen) const override {
    const auto& in = numbers::of(batch);
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (in.values[i] == 13) throw task_failure{{error_code::user_function, "13 goes nowhere"}};
      chosen[i] = in.values[i] % 2 == 0 ? 0 : channel_count - 1;
    }
  }
};

TEST(Partitioner, CustomAsksTheUsersFunction) {
  const auto how = make_partitioner({.how = partitioning::custom,
                                     .keys = nullptr,
                                     .router = std::make_shared<parity_router>(),
                                     .channel_count = 3});
  channels sent{3};
  sent.route(*how, 0, 6);
  EXPECT_EQ(sent.sent_to(0), (std::vector<number>{0, 2, 4}));
  EXPECT_TRUE(sent.sent_to(1).empty());
  EXPECT_EQ(sent.sent_to(2), (std::vector<number>{1, 3, 5}));
}

TEST(Partitioner, CustomAsksTheUsersFunctionEvenIfThereIsOneChannel) {
  const auto how = make_partitioner({.how = partitioning::custom,
                                     .keys = nullptr,
                                     .router = std::make_shared<parity_router>(),
                                     .channel_count = 1});
  channels sent{1};
  sent.route(*how, 0, 6);
  EXPECT_EQ(sent.sent_to(0), numbers_below(6));
  EXPECT_THROW(sent.route(*how, 10, 6), task_failure);
}

TEST(ChannelSet, GoesOnInANewBatchWhenOneIsFull) {
  const auto full = records_per_batch<number>();
  std::vector<output_channel> two;
  for (int i = 0; i < 2; ++i) two.emplace_back(64);
  channel_set all{two};
  const auto batch = batch_of_numbers(0, 2 * full + 1);
  all.scatter(*batch, std::vector<std::uint32_t>(2 * full + 1, 1));
  EXPECT_TRUE(two[1].is_blocked());
  EXPECT_EQ(two[1].next(true)->batch->size(), full);
  EXPECT_EQ(two[1].next(true)->batch->size(), full);
  EXPECT_EQ(two[1].next(true)->batch->size(), 1U);
  EXPECT_FALSE(two[1].next(true));
  EXPECT_TRUE(two[0].is_drained());
}

}  // namespace
}  // namespace weir
