// SPDX-License-Identifier: Apache-2.0
// The order in which a task sees what its channels deliver.
#include "actors/input_gate.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_operators.hpp"

namespace weir {
namespace {

constexpr std::uint32_t window = 4;

// Speaks for the senders of all channels, and writes down what the gate lets out.
class InputGate : public ::testing::Test {
protected:
  void make_gate(std::uint32_t channels) {
    gate_.emplace(std::vector<const element_type*>(channels), window);
    sequences_.assign(channels, 0);
  }
  void send(std::uint32_t channel, frame sent) {
    sent.sequence = ++sequences_[channel];
    const auto taken = gate_->deliver({channel}, std::move(sent));
    ASSERT_TRUE(taken.ok()) << taken.failure().message;
  }
  void send_numbers(std::uint32_t channel, number first, std::size_t count, frame marks = {}) {
    marks.batch = batch_of_numbers(first, count);
    send(channel, std::move(marks));
  }

  // "3@0" is the batch that begins with 3, from channel 0.
  std::string next() {
    auto event = gate_->next();
    if (!event) return "none";
    if (auto* ready = std::get_if<input_gate::batch_ready>(&*event)) {
      auto text = std::to_string(numbers::of(*ready->batch).values.front()) + "@" +
                  std::to_string(ready->channel.value);
      gate_->on_processed(std::move(*ready));
      return text;
    }
    if (auto* advanced = std::get_if<input_gate::time_advanced>(&*event)) {
      if (advanced->watermark == end_of_time) return "time end";
      return "time " + std::to_string(advanced->watermark.time_since_epoch().count());
    }
    if (auto* changed = std::get_if<input_gate::status_changed>(&*event)) {
      return changed->is_idle ? "idle" : "active";
    }
    if (auto* aligned = std::get_if<input_gate::barrier_aligned>(&*event)) {
      const auto base = aligned->base.checkpoint.value;
      return "barrier " + std::to_string(aligned->checkpoint.value) +
             (base > 0 ? " on " + std::to_string(base) : "");
    }
    return "ended";
  }
  std::string all() {
    std::string text;
    for (auto each = next(); each != "none"; each = next()) {
      text += text.empty() ? each : ", " + each;
    }
    return text;
  }

  static frame watermark(number n) {
    frame made;
    made.watermark = time_of_number(n);
    return made;
  }
  static frame idle(bool is_idle) {
    frame made;
    made.idle = is_idle;
    return made;
  }
  static frame barrier(std::uint64_t n, std::uint64_t base = 0) {
    frame made;
    made.barrier = checkpoint_id{n};
    made.base = {checkpoint_id{base}};
    return made;
  }
  static frame end() {
    frame made;
    made.end = true;
    return made;
  }

  std::optional<input_gate> gate_;
  std::vector<std::uint64_t> sequences_;
};

TEST_F(InputGate, TakesTurnsBetweenChannels) {
  make_gate(3);
  for (number n = 0; n < 3; ++n) send_numbers(0, n, 1);
  for (number n = 10; n < 12; ++n) send_numbers(2, n, 1);
  EXPECT_EQ(all(), "0@0, 10@2, 1@0, 11@2, 2@0");
}

TEST_F(InputGate, LetsMarksOutBehindTheBatchTheyCameWith) {
  make_gate(1);
  send_numbers(0, 1, 1, watermark(1));
  send_numbers(0, 2, 1);
  EXPECT_EQ(all(), "1@0, time 1, 2@0");
}

TEST_F(InputGate, SaysWhatACheckpointIsBasedOn) {
  make_gate(2);
  send(0, barrier(5, 3));
  send(1, barrier(5, 3));
  send(0, barrier(6, 3));
  send(1, barrier(7, 5));
  send(0, barrier(7, 5));
  EXPECT_EQ(all(), "barrier 5 on 3, barrier 7 on 5");
}

TEST_F(InputGate, MergesTheWatermarksOfItsChannels) {
  make_gate(2);
  send(0, watermark(5));
  EXPECT_EQ(all(), "");
  send(1, watermark(3));
  EXPECT_EQ(all(), "time 3");
  EXPECT_EQ(gate_->watermark(), time_of_number(3));
}

TEST_F(InputGate, ReportsIdlenessOnlyWhenAllChannelsAreIdle) {
  make_gate(2);
  send(0, idle(true));
  EXPECT_EQ(all(), "");
  send(1, idle(true));
  EXPECT_EQ(all(), "idle");
  send(0, idle(false));
  EXPECT_EQ(all(), "active");
}

TEST_F(InputGate, CountsAWatermarkThatCameWithFallingIdle) {
  make_gate(1);
  auto marks = watermark(7);
  marks.idle = true;
  send(0, std::move(marks));
  EXPECT_EQ(all(), "time 7, idle");
}

TEST_F(InputGate, IsActiveBeforeTheWatermarkThatCameWithWakingUp) {
  make_gate(1);
  send(0, idle(true));
  ASSERT_EQ(all(), "idle");
  auto marks = watermark(7);
  marks.idle = false;
  send(0, std::move(marks));
  EXPECT_EQ(all(), "active, time 7");
}

TEST_F(InputGate, EndsOnceWhenAllChannelsHaveEnded) {
  make_gate(2);
  send(1, end());
  EXPECT_EQ(all(), "");
  EXPECT_FALSE(gate_->has_ended());
  send_numbers(0, 1, 1, end());
  EXPECT_EQ(all(), "1@0, time end, ended");
  EXPECT_TRUE(gate_->has_ended());
  EXPECT_EQ(all(), "");
}

TEST_F(InputGate, EndsFromIdlenessToo) {
  make_gate(1);
  send(0, idle(true));
  send(0, end());
  EXPECT_EQ(all(), "idle, active, time end, ended");
}

TEST_F(InputGate, LetsOutNothingBehindABarrierBeforeAllHaveCome) {
  make_gate(2);
  send_numbers(0, 1, 1, barrier(1));
  send_numbers(0, 2, 1);
  send_numbers(1, 10, 1);
  EXPECT_EQ(all(), "1@0, 10@1");
  EXPECT_TRUE(gate_->is_aligning());
  send_numbers(1, 11, 1, barrier(1));
  send_numbers(1, 12, 1);
  EXPECT_EQ(all(), "11@1, barrier 1, 2@0, 12@1");
  EXPECT_FALSE(gate_->is_aligning());
}

TEST_F(InputGate, LetsTheWatermarkOutThatCameWithTheBarrierBeforeIt) {
  make_gate(1);
  auto marks = watermark(3);
  marks.barrier = checkpoint_id{1};
  send(0, std::move(marks));
  EXPECT_EQ(all(), "time 3, barrier 1");
}

TEST_F(InputGate, AlignsWithoutTheChannelsThatHaveEnded) {
  make_gate(2);
  send(0, barrier(1));
  send(0, watermark(5));
  send_numbers(1, 1, 1, end());
  EXPECT_EQ(all(), "1@1, barrier 1, time 5");
  send(0, barrier(2));
  send(0, end());
  EXPECT_EQ(all(), "barrier 2, time end, ended");
}

TEST_F(InputGate, LetsEverythingOutAtOnceWhenAtLeastOnceIsEnough) {
  gate_.emplace(std::vector<const element_type*>(2), window, false);
  sequences_.assign(2, 0);
  send(0, barrier(1));
  send_numbers(0, 2, 1);
  EXPECT_EQ(all(), "2@0");
  send(1, barrier(1));
  EXPECT_EQ(all(), "barrier 1");
}

TEST_F(InputGate, OwesGrantsForMarksAsWellAsForBatches) {
  make_gate(1);
  send(0, watermark(1));
  EXPECT_EQ(all(), "time 1");
  const auto granted = gate_->channel({0}).take_grant();
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->limit, 1U + window);
  send_numbers(0, 5, 1);
  EXPECT_EQ(all(), "5@0");
  EXPECT_TRUE(gate_->channel({0}).take_grant()->returned);
}

TEST_F(InputGate, NamesTheChannelOnWhichAFrameIsMissing) {
  make_gate(2);
  frame late;
  late.sequence = 3;
  const auto refused = gate_->deliver({1}, std::move(late));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().message,
            "input channel 1: expected frame 1 but frame 3 arrived: frames were lost on the way");
}

}  // namespace
}  // namespace weir
