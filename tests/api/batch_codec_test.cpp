// SPDX-License-Identifier: Apache-2.0
// Batches come back as they were; bytes that are none are named, and cost no memory.
#include "api/batch_codec.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

struct trade {
  std::string symbol;
  double price = 0;
  friend bool operator==(const trade&, const trade&) = default;
};

event_time at(std::int64_t micros) { return event_time{duration{micros}}; }

template <class T>
std::string encoded(const batch_of<T>& batch) {
  std::string bytes;
  element_type_of<T>().encode(batch, bytes);
  return bytes;
}

template <class T>
void expect_same(const batch_of<T>& a, const batch_of<T>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a.values[i], b.values[i]) << i;
    EXPECT_EQ(a.time_of(i), b.time_of(i)) << i;
  }
}

template <class T>
void expect_round_trip(const batch_of<T>& batch) {
  const std::string bytes = encoded(batch);
  batch_of<T> decoded;
  std::string_view left = bytes;
  const auto done = element_type_of<T>().decode(left, decoded);
  ASSERT_TRUE(done.ok()) << done.failure().message;
  EXPECT_TRUE(left.empty());
  expect_same(batch, decoded);
}

template <class T>
std::unique_ptr<batch_of<T>> filled(std::vector<std::pair<T, std::int64_t>> records) {
  auto batch = std::make_unique<batch_of<T>>();
  for (auto& [value, time] : records) batch->push(std::move(value), at(time));
  return batch;
}

TEST(BatchCodec, BringsBackRecordsAndTimes) {
  expect_round_trip(*filled<std::uint64_t>({{1, 5}, {2, 5}, {3, 5}}));
  expect_round_trip(*filled<std::uint64_t>({{1, 5}, {2, -6}, {3, 5}}));
  expect_round_trip(*filled<bool>({{true, 0}, {false, 0}}));
  expect_round_trip(*filled<std::string>({{"", 1}, {"a long text that needs an allocation", 2}}));
  expect_round_trip(*filled<trade>({{{"AMD", 90.25}, 7}, {{"", -0.5}, 7}}));
  expect_round_trip(batch_of<trade>{});
}

TEST(BatchCodec, AddsBatchesThatFollowEachOther) {
  const auto first = filled<std::uint64_t>({{1, 5}, {2, 5}});
  const auto second = filled<std::uint64_t>({{3, 9}});
  const std::string bytes = encoded(*first) + encoded(*second);
  batch_of<std::uint64_t> decoded;
  std::string_view left = bytes;
  const auto type = element_type_of<std::uint64_t>();
  while (!left.empty()) ASSERT_TRUE(type.decode(left, decoded).ok());
  expect_same(*filled<std::uint64_t>({{1, 5}, {2, 5}, {3, 9}}), decoded);
}

TEST(BatchCodec, NamesTheRecordThatCannotBeDecoded) {
  std::string bytes = encoded(*filled<trade>({{{"AMD", 1}, 7}, {{"IBM", 2}, 7}}));
  bytes.pop_back();
  batch_of<trade> decoded;
  std::string_view left = bytes;
  const auto done = element_type_of<trade>().decode(left, decoded);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.failure().message.substr(0, 15), "record 2 of 2: ") << done.failure().message;
  EXPECT_EQ(done.failure().code, error_code::corrupt_data);
}

// Every prefix and every flipped bit of two encodings: an error or other records, never more.
TEST(BatchCodec, SurvivesEveryTruncationAndEveryFlippedBit) {
  const auto try_all = [](const auto& batch, const element_type& type) {
    const std::string bytes = encoded(batch);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const auto into = type.make_batch();
      std::string_view left = std::string_view{bytes}.substr(0, length);
      EXPECT_FALSE(type.decode(left, *into).ok()) << length;
    }
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      const auto into = type.make_batch();
      std::string_view left = flipped;
      const bool is_a_batch = type.decode(left, *into).ok();
      EXPECT_TRUE(!is_a_batch || into->size() <= bytes.size()) << bit;
    }
  };
  try_all(*filled<std::uint32_t>({{1, 5}, {2, 6}, {3, 5}}), element_type_of<std::uint32_t>());
  try_all(*filled<trade>({{{"AMD", 1}, 7}, {{"IBM", 2}, 7}}), element_type_of<trade>());
}

TEST(BatchCodec, ACountBeyondTheBytesIsRefusedBeforeAnythingIsAllocated) {
  std::string bytes{"\xff\xff\xff\xff\0", 5};
  bytes += std::string(8, '\0');
  batch_of<std::uint64_t> decoded;
  std::string_view left = bytes;
  ASSERT_FALSE(element_type_of<std::uint64_t>().decode(left, decoded).ok());
  EXPECT_EQ(decoded.values.capacity(), 0U);
}

struct stays_here {
  std::function<void()> what;
};

TEST(ElementType, KnowsWhichRecordsCannotTravel) {
  EXPECT_TRUE(element_type_of<trade>().can_travel());
  EXPECT_FALSE(element_type_of<stays_here>().can_travel());
  EXPECT_EQ(element_type_of<stays_here>().make_batch()->element_type(), typeid(stays_here));
}

TEST(ElementType, IsTheSameForTheSameType) {
  EXPECT_EQ(element_type_of<trade>(), element_type_of<trade>());
  EXPECT_FALSE(element_type_of<trade>() == element_type_of<std::string>());
}

}  // namespace
}  // namespace weir
