// SPDX-License-Identifier: Apache-2.0
// Batches: the column of times that is there only when needed, and how records leave a batch.
#include "api/record_batch.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

event_time at(int seconds) { return event_time{std::chrono::seconds{seconds}}; }

void fill(batch_of<std::string>& batch,
          std::initializer_list<std::pair<const char*, int>> records_at_seconds) {
  for (const auto& [value, second] : records_at_seconds) batch.push(value, at(second));
}

using records = std::vector<std::pair<std::string, event_time>>;

records records_of(const batch_of<std::string>& batch) {
  records listed;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    listed.emplace_back(batch.values[i], batch.time_of(i));
  }
  return listed;
}

TEST(RecordBatch, KeepsOneTimeWhileAllRecordsShareIt) {
  batch_of<std::string> batch;
  fill(batch, {{"a", 1}, {"b", 1}});
  EXPECT_TRUE(batch.has_common_time());
  EXPECT_EQ(batch.common_time(), at(1));
  EXPECT_EQ(records_of(batch), (records{{"a", at(1)}, {"b", at(1)}}));
}

TEST(RecordBatch, RemembersEachTimeOnceTheyDiffer) {
  batch_of<std::string> batch;
  fill(batch, {{"a", 1}, {"b", 1}, {"c", 2}, {"d", 1}});
  EXPECT_FALSE(batch.has_common_time());
  EXPECT_EQ(records_of(batch), (records{{"a", at(1)}, {"b", at(1)}, {"c", at(2)}, {"d", at(1)}}));
}

TEST(RecordBatch, TakesTheTimeOfTheFirstRecordAfterClear) {
  batch_of<std::string> batch;
  fill(batch, {{"a", 1}, {"b", 2}});
  batch.clear();
  EXPECT_TRUE(batch.empty());
  batch.push("c", at(3));
  EXPECT_TRUE(batch.has_common_time());
  EXPECT_EQ(batch.time_of(0), at(3));
}

TEST(RecordBatch, LetsTimesBeWrittenOneByOneOrAllAtOnce) {
  batch_of<std::string> batch;
  fill(batch, {{"a", 1}, {"b", 1}});
  batch.times()[1] = at(5);
  EXPECT_EQ(records_of(batch), (records{{"a", at(1)}, {"b", at(5)}}));
  batch.set_common_time(at(7));
  EXPECT_TRUE(batch.has_common_time());
  EXPECT_EQ(records_of(batch), (records{{"a", at(7)}, {"b", at(7)}}));
}

TEST(RecordBatch, CopiesTheTimesOfABatchOfAnotherType) {
  batch_of<std::string> from;
  fill(from, {{"a", 1}, {"b", 2}});
  batch_of<int> to;
  to.values = {10, 20};
  to.copy_times_from(from);
  EXPECT_EQ(to.time_of(0), at(1));
  EXPECT_EQ(to.time_of(1), at(2));
}

TEST(RecordBatch, FiltersInPlaceWithTheTimes) {
  for (const int second_of_b : {1, 2}) {
    batch_of<std::string> batch;
    fill(batch, {{"a", 1}, {"b", second_of_b}, {"c", 1}});
    batch.move_record(1, 0);
    batch.move_record(1, 1);
    batch.truncate(1);
    EXPECT_EQ(records_of(batch), (records{{"b", at(second_of_b)}}));
  }
}

TEST(RecordBatch, SwapsAndAppendsThroughTheErasedType) {
  batch_of<std::string> first;
  fill(first, {{"a", 1}});
  batch_of<std::string> second;
  fill(second, {{"b", 2}, {"c", 3}});
  record_batch& erased = first;
  EXPECT_EQ(erased.element_type(), typeid(std::string));

  erased.swap_with(second);
  EXPECT_EQ(records_of(first), (records{{"b", at(2)}, {"c", at(3)}}));
  erased.append_to(second);
  EXPECT_EQ(records_of(second), (records{{"a", at(1)}, {"b", at(2)}, {"c", at(3)}}));
  EXPECT_EQ(first.size(), 2U) << "appending copies";
}

TEST(RecordBatch, MakesAnEmptyOneOfItsTypeWithRoomForAFullOne) {
  batch_of<std::string> batch;
  fill(batch, {{"a", 1}});
  const std::unique_ptr<record_batch> made = batch.make_empty();
  EXPECT_TRUE(made->empty());
  EXPECT_EQ(made->element_type(), typeid(std::string));
  EXPECT_GE(batch_of<std::string>::of(*made).values.capacity(), made->capacity());
}

TEST(RecordBatch, IsFullAtACapacityThatFitsTheSizeOfItsRecords) {
  struct wide {
    std::array<char, 4096> bytes;
  };
  EXPECT_EQ(records_per_batch<char>(), 1024U);
  EXPECT_EQ(records_per_batch<std::int64_t>(), 1024U);
  EXPECT_EQ((records_per_batch<std::array<char, 64>>()), 256U);
  EXPECT_EQ(records_per_batch<wide>(), 32U);

  batch_of<char> batch;
  for (std::size_t i = 0; i + 1 < batch.capacity(); ++i) batch.push('x', at(1));
  EXPECT_FALSE(batch.full());
  batch.push('x', at(1));
  EXPECT_TRUE(batch.full());
}

TEST(RecordBatch, HoldsBooleansThatCanBeReferredTo) {
  batch_of<bool> batch;
  batch.push(true, at(1));
  boolean& value = batch.values.front();
  value = false;
  EXPECT_FALSE(batch.values.front());
  EXPECT_EQ(batch.element_type(), typeid(bool));
}

// Two channels; sends batches off by adding them to `sent`.
class two_channels final : public scatter_target {
public:
  two_channels() {
    for (auto& batch : filling_) open.push_back(&batch);
  }
  void on_full(std::uint32_t channel) override {
    sent.emplace_back(channel, filling_[channel].values);
    filling_[channel].clear();
  }
  const batch_of<std::string>& filling(std::size_t channel) const { return filling_[channel]; }

  std::vector<std::pair<std::uint32_t, std::vector<std::string>>> sent;

private:
  std::array<batch_of<std::string>, 2> filling_;
};

TEST(Scatter, MovesRecordsInOrderToTheirChannelsWithTheirTimes) {
  two_channels target;
  batch_of<std::string> batch;
  fill(batch, {{"a", 1}, {"b", 2}, {"c", 3}});
  batch.scatter(std::vector<std::uint32_t>{1, 0, 1}, target);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(records_of(target.filling(0)), (records{{"b", at(2)}}));
  EXPECT_EQ(records_of(target.filling(1)), (records{{"a", at(1)}, {"c", at(3)}}));
  EXPECT_TRUE(target.sent.empty());
}

TEST(Scatter, SendsABatchOffTheMomentItIsFull) {
  two_channels target;
  const std::size_t capacity = records_per_batch<std::string>();
  batch_of<std::string> batch;
  for (std::size_t i = 0; i < capacity + 1; ++i) batch.push(std::to_string(i), at(1));
  batch.scatter(std::vector<std::uint32_t>(capacity + 1, 1), target);
  ASSERT_EQ(target.sent.size(), 1U);
  EXPECT_EQ(target.sent.front().first, 1U);
  EXPECT_EQ(target.sent.front().second.size(), capacity);
  EXPECT_EQ(records_of(target.filling(1)), (records{{std::to_string(capacity), at(1)}}));
}

}  // namespace
}  // namespace weir
