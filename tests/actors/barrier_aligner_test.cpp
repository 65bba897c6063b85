// SPDX-License-Identifier: Apache-2.0
// Which channels a task may read while a barrier crosses it; the invariants of the header.
#include "actors/barrier_aligner.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr std::optional<checkpoint_id> nothing;
std::optional<checkpoint_id> barrier(std::uint64_t n) { return checkpoint_id{n}; }

TEST(BarrierAligner, LetsTheBarrierOfASingleChannelThrough) {
  barrier_aligner aligner{1};
  EXPECT_EQ(aligner.on_barrier({0}, {1}), barrier(1));
  EXPECT_FALSE(aligner.is_blocked({0}));
  EXPECT_FALSE(aligner.is_aligning());
}

TEST(BarrierAligner, BlocksAChannelFromItsBarrierToTheLastOne) {
  barrier_aligner aligner{3};
  EXPECT_EQ(aligner.on_barrier({1}, {1}), nothing);
  EXPECT_TRUE(aligner.is_aligning());
  EXPECT_TRUE(aligner.is_blocked({1}));
  EXPECT_FALSE(aligner.is_blocked({0}));
  EXPECT_EQ(aligner.on_barrier({0}, {1}), nothing);
  EXPECT_EQ(aligner.on_barrier({2}, {1}), barrier(1));
  for (std::uint32_t n = 0; n < 3; ++n) EXPECT_FALSE(aligner.is_blocked({n}));
}

TEST(BarrierAligner, DoesNotWaitForAChannelThatHasEnded) {
  barrier_aligner aligner{3};
  EXPECT_EQ(aligner.on_ended({2}), nothing);
  EXPECT_EQ(aligner.on_barrier({0}, {4}), nothing);
  EXPECT_EQ(aligner.on_ended({1}), barrier(4));
  EXPECT_EQ(aligner.on_barrier({0}, {5}), barrier(5));
}

TEST(BarrierAligner, GivesUpACheckpointWhenANewerOneBegins) {
  barrier_aligner aligner{2};
  EXPECT_EQ(aligner.on_barrier({0}, {1}), nothing);
  EXPECT_EQ(aligner.on_barrier({1}, {2}), nothing);
  EXPECT_FALSE(aligner.is_blocked({0}));
  EXPECT_TRUE(aligner.is_blocked({1}));
  EXPECT_EQ(aligner.on_barrier({0}, {2}), barrier(2));
}

TEST(BarrierAligner, IgnoresBarriersThatAreOver) {
  barrier_aligner aligner{2};
  EXPECT_EQ(aligner.on_barrier({0}, {3}), nothing);
  EXPECT_EQ(aligner.on_barrier({1}, {2}), nothing);
  EXPECT_FALSE(aligner.is_blocked({1}));
  EXPECT_EQ(aligner.on_barrier({1}, {3}), barrier(3));
  EXPECT_EQ(aligner.on_barrier({0}, {3}), nothing);
  EXPECT_FALSE(aligner.is_blocked({0}));
}

TEST(BarrierAligner, NeverBlocksWhenAtLeastOnceIsEnough) {
  barrier_aligner aligner{2, false};
  EXPECT_EQ(aligner.on_barrier({0}, {1}), nothing);
  EXPECT_FALSE(aligner.is_blocked({0}));
  EXPECT_EQ(aligner.on_barrier({1}, {1}), barrier(1));
}

// Channels bring some of the barriers 1..9 in order and then end; blocked ones are not read.
TEST(BarrierAligner, KeepsItsInvariantsInEveryOrder) {
  for (const auto seed : seeds_for(2000)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_numbers random{seed};
    const auto count = static_cast<std::uint32_t>(1 + random.below(4));
    std::vector<std::deque<std::uint64_t>> sent(count);
    for (auto& channel : sent) {
      const auto last = random.below(10);
      for (std::uint64_t n = 1; n <= last; ++n) channel.push_back(n);
      channel.push_back(0);  // The end.
    }
    barrier_aligner aligner{count};
    std::uint64_t last_out = 0;
    std::size_t left = 0;
    for (const auto& channel : sent) left += channel.size();
    while (left > 0) {
      const auto c = static_cast<std::uint32_t>(random.below(count));
      if (sent[c].empty() || aligner.is_blocked({c})) continue;
      const auto what = sent[c].front();
      sent[c].pop_front();
      --left;
      const auto out = what == 0 ? aligner.on_ended({c}) : aligner.on_barrier({c}, {what});
      if (out) {
        ASSERT_GT(out->value, last_out);
        last_out = out->value;
      }
      for (std::uint32_t n = 0; n < count; ++n) {
        ASSERT_TRUE(aligner.is_aligning() || !aligner.is_blocked({n}));
      }
    }
    EXPECT_FALSE(aligner.is_aligning());
  }
}

}  // namespace
}  // namespace weir
