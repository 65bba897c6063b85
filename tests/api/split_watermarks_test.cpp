// SPDX-License-Identifier: Apache-2.0
// The event time of a source: the least over its splits, without those that ended or fell idle.
#include "api/split_watermarks.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

// Writes down what is announced: "3s", "idle", "active".
class announcements final : public watermark_output {
public:
  void emit_watermark(event_time watermark) override {
    said_ += to_string(watermark.time_since_epoch()) + ' ';
  }
  void emit_idle(bool is_idle) override { said_ += is_idle ? "idle " : "active "; }

  std::string take() { return std::exchange(said_, {}); }

private:
  std::string said_;
};

constexpr event_time at(duration t) { return event_time{t}; }

class SplitWatermarks : public testing::Test {
protected:
  std::string progress(split_watermarks& marks) {
    marks.announce_progress(output_);
    return output_.take();
  }
  std::string activity(split_watermarks& marks) {
    marks.announce_activity(output_);
    return output_.take();
  }

  announcements output_;
};

TEST_F(SplitWatermarks, AreHeldByASplitThatHasBroughtNothingYet) {
  split_watermarks marks{2, std::nullopt};
  marks.on_records(0, at(10s));
  EXPECT_EQ(progress(marks), "");
  marks.on_records(1, at(4s));
  EXPECT_EQ(progress(marks), "4s ");
}

TEST_F(SplitWatermarks, FollowTheSlowestSplitAndNeverGoBack) {
  split_watermarks marks{2, std::nullopt};
  marks.on_records(0, at(10s));
  marks.on_records(1, at(4s));
  EXPECT_EQ(progress(marks), "4s ");
  marks.on_records(1, at(3s));
  EXPECT_EQ(progress(marks), "");
  marks.on_records(1, at(12s));
  EXPECT_EQ(progress(marks), "10s ");
}

TEST_F(SplitWatermarks, LeaveOutSplitsThatEnded) {
  split_watermarks marks{3, std::nullopt};
  marks.on_records(0, at(10s));
  marks.on_records(1, at(4s));
  marks.on_split_ended(1);
  EXPECT_EQ(progress(marks), "");
  marks.on_split_ended(2);
  EXPECT_EQ(progress(marks), "10s ");
  marks.on_split_ended(0);
  EXPECT_EQ(progress(marks), "");
}

TEST_F(SplitWatermarks, LeaveOutASplitThatFellIdle) {
  split_watermarks marks{2, duration{5s}};
  marks.pass_time(processing_time{100s}, false);
  marks.on_records(0, at(10s));
  marks.on_records(1, at(4s));
  EXPECT_EQ(progress(marks), "4s ");
  EXPECT_EQ(marks.next_idle_at(), processing_time{105s});
  marks.pass_time(processing_time{103s}, true);
  marks.on_records(0, at(11s));
  EXPECT_EQ(progress(marks), "");
  EXPECT_EQ(marks.next_idle_at(), processing_time{105s});
  marks.pass_time(processing_time{105s}, true);
  EXPECT_EQ(progress(marks), "11s ");
  EXPECT_EQ(marks.next_idle_at(), processing_time{108s});
}

TEST_F(SplitWatermarks, SayThatAllSplitsAreIdleAndThatOneIsActiveAgain) {
  split_watermarks marks{2, duration{5s}};
  marks.pass_time(processing_time{100s}, false);
  marks.on_records(0, at(10s));
  marks.pass_time(processing_time{105s}, true);
  EXPECT_EQ(progress(marks), "idle ");
  EXPECT_EQ(progress(marks), "");
  EXPECT_EQ(marks.next_idle_at(), std::nullopt);
  EXPECT_EQ(activity(marks), "");
  marks.pass_time(processing_time{106s}, true);
  marks.on_records(1, at(7s));
  EXPECT_EQ(activity(marks), "active ");
  EXPECT_EQ(progress(marks), "7s ");
}

TEST_F(SplitWatermarks, DoNotCallASplitIdleWhileTheOutputWasBlocked) {
  split_watermarks marks{1, duration{8s}};
  marks.pass_time(processing_time{100s}, false);
  marks.on_records(0, at(10s));
  EXPECT_EQ(progress(marks), "10s ");
  marks.pass_time(processing_time{1000s}, false);
  EXPECT_EQ(progress(marks), "");
  EXPECT_EQ(marks.next_idle_at(), processing_time{1006s});
}

TEST_F(SplitWatermarks, NeverFallIdleUnlessAsked) {
  split_watermarks marks{1, std::nullopt};
  marks.pass_time(processing_time{100s}, true);
  marks.pass_time(processing_time{1000000s}, true);
  EXPECT_EQ(progress(marks), "");
  EXPECT_EQ(marks.next_idle_at(), std::nullopt);
}

TEST_F(SplitWatermarks, SayNothingWithoutSplits) {
  split_watermarks marks{0, duration{5s}};
  marks.pass_time(processing_time{100s}, true);
  marks.pass_time(processing_time{200s}, true);
  EXPECT_EQ(progress(marks), "");
}

TEST_F(SplitWatermarks, GoOnFromWhereTheyWereAfterARestore) {
  split_watermarks marks{2, std::nullopt};
  marks.restore(0, at(10s));
  marks.restore(1, at(4s));
  EXPECT_EQ(progress(marks), "4s ");
  marks.on_records(1, at(3s));
  EXPECT_EQ(progress(marks), "");
  marks.on_records(1, at(12s));
  EXPECT_EQ(progress(marks), "10s ");
  EXPECT_EQ(marks.watermark_of(0), at(10s));
  EXPECT_EQ(marks.watermark_of(1), at(12s));
}

TEST_F(SplitWatermarks, ArePromisedOfAnIdleSplitThatWasLeftBehind) {
  split_watermarks marks{2, duration{5s}};
  marks.pass_time(processing_time{}, true);
  marks.on_records(0, at(4s));
  marks.pass_time(processing_time{duration{5s}}, true);
  marks.on_records(1, at(10s));
  EXPECT_EQ(progress(marks), "10s ");
  EXPECT_EQ(marks.watermark_of(0), at(10s));
  EXPECT_FALSE(marks.has_ended(0));
  marks.on_split_ended(0);
  EXPECT_TRUE(marks.has_ended(0));
}

}  // namespace
}  // namespace weir
