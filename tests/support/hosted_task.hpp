// SPDX-License-Identifier: Apache-2.0
// A task with a host that keeps what the task sends, driven event by event.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "actors/task.hpp"
#include "tests/support/hooked_operator.hpp"

namespace weir {

class hosted_task : public ::testing::Test, protected task_host {
protected:
  struct sent_frame {
    channel_index channel;
    frame content;
  };
  struct sent_grant {
    channel_index channel;
    std::uint64_t limit;
  };

  task& start() {
    part_.window(credit_window_);
    sequences_.assign(part_.description().upstream.size(), 0);
    task_.emplace(part_.description(), operator_environment{}, static_cast<task_host&>(*this));
    const auto opened = task_->open(at_micros(0));
    EXPECT_TRUE(opened.ok());
    return *task_;
  }

  void deliver(std::uint32_t channel, frame sent) {
    sent.sequence = ++sequences_[channel];
    const auto taken = task_->deliver({channel}, std::move(sent));
    ASSERT_TRUE(taken.ok()) << taken.failure().message;
  }
  void deliver_numbers(std::uint32_t channel, number first, std::size_t count = 1) {
    frame sent;
    sent.batch = batch_of_numbers(first, count);
    deliver(channel, std::move(sent));
  }
  void deliver_watermark(std::uint32_t channel, number n) {
    frame sent;
    sent.watermark = time_of_number(n);
    deliver(channel, std::move(sent));
  }
  void deliver_barrier(std::uint32_t channel, std::uint64_t id) {
    frame sent;
    sent.barrier = checkpoint_id{id};
    deliver(channel, std::move(sent));
  }
  void deliver_end(std::uint32_t channel) {
    frame sent;
    sent.end = true;
    deliver(channel, std::move(sent));
  }
  // The consumer has consumed everything it got.
  void grant_all() { task_->on_granted({0}, {sent_.size() + credit_window_, nullptr}); }

  task::progress step(std::int64_t micros = 0) { return task_->step(at_micros(micros)); }
  // Steps until the task waits or ends.
  task::progress run(std::int64_t micros = 0) {
    auto made = step(micros);
    while (made == task::progress::made) made = step(micros);
    return made;
  }

  void send(channel_index output, frame leaving) override {
    sent_.push_back({output, std::move(leaving)});
  }
  void grant(channel_index input, credit_grant granted) override {
    grants_.push_back({input, granted.limit});
  }
  void on_snapshot_taken(task_snapshot taken) override { snapshots_.push_back(std::move(taken)); }

  // Everything sent, in order: "1 2 |5 end" are two numbers, the barrier of checkpoint 5, the end.
  std::string sent_text() const {
    std::string text;
    const auto note = [&text](const std::string& what) {
      text += text.empty() ? what : " " + what;
    };
    for (const auto& [channel, content] : sent_) {
      if (content.batch) {
        for (const auto n : numbers::of(*content.batch).values) note(std::to_string(n));
      }
      if (content.barrier) note("|" + std::to_string(content.barrier->value));
      if (content.end) note("end");
    }
    return text;
  }

  static processing_time at_micros(std::int64_t micros) {
    return processing_time{duration{micros}};
  }

  std::uint32_t credit_window_ = 2;
  hooked_task part_;
  std::optional<task> task_;
  std::vector<sent_frame> sent_;
  std::vector<sent_grant> grants_;
  std::vector<task_snapshot> snapshots_;
  std::vector<std::uint64_t> sequences_;
};

}  // namespace weir
