// SPDX-License-Identifier: Apache-2.0
// Runs one keyed operator as several subtasks, whose number may change at a checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tests/support/operator_harness.hpp"

namespace weir {

template <class In, class Out>
class parallel_harness {
public:
  using harness = operator_harness<In, Out>;

  // `hash_of` gives the hash of a record's key.
  parallel_harness(typename harness::factory make, std::function<std::uint64_t(const In&)> hash_of)
      : make_{std::move(make)}, hash_of_{std::move(hash_of)} {
    start(1);
  }

  // A checkpoint, from which another number of subtasks goes on.
  void rescale(std::uint32_t parallelism) {
    auto checkpoint = std::make_unique<saved_operator>();
    for (auto& each : subtasks_) each->save_to(*checkpoint);
    keep_results();
    for (auto& each : subtasks_) late_dropped_ += each->counters().late_dropped;
    start(parallelism);
    checkpoint_ = std::move(checkpoint);
    for (auto& each : subtasks_) each->restore_from(*checkpoint_);
  }

  void push(const std::vector<timed<In>>& records) {
    std::vector<std::vector<timed<In>>> shares(subtasks_.size());
    for (const auto& each : records) {
      const key_group group = key_group_of(hash_of_(each.value), default_max_parallelism);
      const auto parallelism = static_cast<std::uint32_t>(subtasks_.size());
      shares[owner_of(group, parallelism, default_max_parallelism).value].push_back(each);
    }
    for (std::size_t i = 0; i < shares.size(); ++i) subtasks_[i]->push(std::move(shares[i]));
  }
  void watermark(event_time to) {
    for (auto& each : subtasks_) each->watermark(to);
  }
  void processing_time_is(processing_time now) {
    for (auto& each : subtasks_) each->processing_time_is(now);
  }
  void finish() {
    for (auto& each : subtasks_) each->finish();
  }

  // What has come out since the last call, in no particular order.
  std::vector<timed<Out>> take() {
    keep_results();
    return std::exchange(results_, {});
  }
  std::uint64_t late_dropped() const {
    std::uint64_t sum = late_dropped_;
    for (const auto& each : subtasks_) sum += each->counters().late_dropped;
    return sum;
  }

private:
  void start(std::uint32_t parallelism) {
    subtasks_.clear();
    for (std::uint32_t i = 0; i < parallelism; ++i) {
      subtasks_.push_back(std::make_unique<harness>(make_, subtask_index{i}, parallelism));
    }
  }
  void keep_results() {
    for (auto& each : subtasks_) {
      for (auto& result : each->take()) results_.push_back(std::move(result));
    }
  }

  typename harness::factory make_;
  std::function<std::uint64_t(const In&)> hash_of_;
  std::unique_ptr<saved_operator> checkpoint_;  // Outlives the subtasks.
  std::vector<std::unique_ptr<harness>> subtasks_;
  std::vector<timed<Out>> results_;
  std::uint64_t late_dropped_ = 0;
};

}  // namespace weir
