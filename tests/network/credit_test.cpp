// SPDX-License-Identifier: Apache-2.0
// Credit is absolute: no grant that is lost, doubled or late may stall a channel or let it run
// over.
#include "network/credit.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr std::uint32_t window = 4;

TEST(CreditBalance, LetsTheSenderSendAWindowAheadAndNoMore) {
  credit_balance balance{window};
  for (std::uint64_t n = 1; n <= window; ++n) {
    ASSERT_TRUE(balance.may_send());
    EXPECT_EQ(balance.spend(), n);
  }
  EXPECT_FALSE(balance.may_send());
  EXPECT_EQ(balance.outstanding(), window);
}

TEST(CreditBalance, CountsWhatTheReceiverHasNotConsumed) {
  credit_balance balance{window};
  EXPECT_EQ(balance.outstanding(), 0U);
  balance.spend();
  balance.spend();
  EXPECT_EQ(balance.outstanding(), 2U);
  balance.on_granted(1 + window);
  EXPECT_EQ(balance.outstanding(), 1U);
  balance.on_granted(2 + window);
  EXPECT_EQ(balance.outstanding(), 0U);
}

TEST(CreditBalance, IgnoresAnOldAnnouncement) {
  credit_balance balance{window};
  for (std::uint32_t n = 0; n < 3; ++n) balance.spend();
  balance.on_granted(3 + window);
  balance.on_granted(1 + window);
  EXPECT_EQ(balance.outstanding(), 0U);
}

TEST(CreditBalanceDeathTest, StopsTheProcessWhenMoreIsSentThanWasGranted) {
  credit_balance balance{1};
  balance.spend();
  EXPECT_DEATH(balance.spend(), "may_send");
}

TEST(CreditBalanceDeathTest, StopsTheProcessWhenMoreIsGrantedThanWasSent) {
  credit_balance balance{1};
  EXPECT_DEATH(balance.on_granted(2), "limit <= sent_ \\+ window_");
}

TEST(CreditWindow, OwesAGrantOnceHalfTheWindowIsConsumed) {
  credit_window receiver{window};
  for (std::uint64_t n = 1; n <= window; ++n) ASSERT_TRUE(receiver.on_received(n).ok());
  receiver.on_consumed();
  EXPECT_FALSE(receiver.is_grant_due());
  receiver.on_consumed();
  EXPECT_TRUE(receiver.is_grant_due());
  EXPECT_EQ(receiver.grant(), 2U + window);
  EXPECT_FALSE(receiver.is_grant_due());
}

TEST(CreditWindow, OwesAGrantAsSoonAsNothingIsQueued) {
  credit_window receiver{window};
  EXPECT_FALSE(receiver.is_grant_due());
  ASSERT_TRUE(receiver.on_received(1).ok());
  receiver.on_consumed();
  EXPECT_TRUE(receiver.is_grant_due());
}

TEST(CreditWindow, RefusesAFrameBehindAGap) {
  credit_window receiver{window};
  ASSERT_TRUE(receiver.on_received(1).ok());
  const auto refused = receiver.on_received(3);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().message,
            "expected frame 2 but frame 3 arrived: frames were lost on the way");
}

TEST(CreditWindow, RefusesAFrameThatCameTwice) {
  credit_window receiver{window};
  ASSERT_TRUE(receiver.on_received(1).ok());
  EXPECT_EQ(receiver.on_received(1).failure().message,
            "expected frame 2 but frame 1 arrived: frames were lost on the way");
}

TEST(CreditWindow, RefusesAFrameThatWasSentWithoutCredit) {
  credit_window receiver{1};
  ASSERT_TRUE(receiver.on_received(1).ok());
  EXPECT_EQ(receiver.on_received(2).failure().message,
            "frame 2 was sent without credit: the window is 1");
}

// Both halves, connected by a link that keeps frames in order but loses, doubles and delays grants.
class lossy_link {
public:
  lossy_link(std::uint32_t size, std::uint64_t seed)
      : size_{size}, random_{seed}, sender_{size}, receiver_{size} {}

  void do_something() {
    switch (random_.below(5)) {
      case 0:
        return send();
      case 1:
        return arrive();
      case 2:
        return consume();
      case 3:
        return lose_or_double();
      default:
        return deliver_grant();
    }
  }

  // Announcing the limit once more always brings the sender back.
  void heal() {
    while (!frames_.empty()) arrive();
    while (receiver_.queued() > 0) consume();
    sender_.on_granted(receiver_.grant());
    EXPECT_TRUE(sender_.may_send());
    EXPECT_EQ(sender_.outstanding(), 0U);
  }
  std::uint64_t frames_sent() const { return frames_sent_; }

private:
  void send() {
    if (!sender_.may_send()) return;
    frames_.push_back(sender_.spend());
    ++frames_sent_;
  }
  void arrive() {
    if (frames_.empty()) return;
    const auto taken = receiver_.on_received(frames_.front());
    ASSERT_TRUE(taken.ok()) << taken.failure().message;
    ASSERT_LE(receiver_.queued(), size_);
    frames_.pop_front();
  }
  void consume() {
    if (receiver_.queued() > 0) receiver_.on_consumed();
    if (receiver_.is_grant_due()) grants_.push_back(receiver_.grant());
  }
  void lose_or_double() {
    if (grants_.empty()) return;
    const auto one = random_.below(grants_.size());
    if (random_.below(2) == 0) {
      grants_.erase(grants_.begin() + static_cast<std::ptrdiff_t>(one));
    } else {
      grants_.push_back(grants_[one]);
    }
  }
  // Any of the grants under way, so that they overtake each other.
  void deliver_grant() {
    if (grants_.empty()) return;
    const auto one = random_.below(grants_.size());
    sender_.on_granted(grants_[one]);
    grants_.erase(grants_.begin() + static_cast<std::ptrdiff_t>(one));
  }

  std::uint32_t size_;
  random_numbers random_;
  credit_balance sender_;
  credit_window receiver_;
  std::deque<std::uint64_t> frames_;
  std::vector<std::uint64_t> grants_;
  std::uint64_t frames_sent_ = 0;
};

TEST(Credit, SurvivesGrantsThatAreLostDoubledOrLate) {
  for (const auto seed : seeds_for(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    lossy_link link{static_cast<std::uint32_t>(1 + seed % 9), seed};
    for (int round = 0; round < 20; ++round) {
      for (int step = 0; step < 50; ++step) link.do_something();
      link.heal();
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
    EXPECT_GT(link.frames_sent(), 20U);
  }
}

}  // namespace
}  // namespace weir
