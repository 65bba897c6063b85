// SPDX-License-Identifier: Apache-2.0
// What is pushed is written in order and once, however little the socket takes; what does not fit
// is refused as a whole.
#include "network/write_queue.hpp"

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr write_queue_limits small{.most = 100, .high_mark = 50, .low_mark = 20};

// Writes up to `count` bytes, as writev does.
std::string write(write_queue& queue, std::size_t count, std::size_t pieces = 4) {
  std::string written;
  for (const auto piece : queue.front(pieces)) written += piece;
  written.resize(std::min(written.size(), count));
  queue.on_written(written.size());
  return written;
}

TEST(WriteQueue, KeepsTheOrderWhateverTheSocketTakes) {
  for (const auto seed : seeds_for(100)) {
    random_numbers random{seed};
    write_queue queue{{}};
    std::string sent;
    std::string written;
    for (int i = 0; i < 200; ++i) {
      if (random.below(2) == 0) {
        const std::string frame(1 + random.below(40), static_cast<char>('a' + random.below(26)));
        ASSERT_TRUE(queue.push(frame));
        sent += frame;
      } else {
        written += write(queue, random.below(60), 1 + random.below(4));
      }
      EXPECT_EQ(queue.bytes(), sent.size() - written.size());
    }
    while (!queue.is_empty()) written += write(queue, 17);
    EXPECT_EQ(written, sent) << "seed " << seed;
  }
}

TEST(WriteQueue, RefusesWhatDoesNotFitAndKeepsTheRest) {
  write_queue queue{small};
  ASSERT_TRUE(queue.push(std::string(90, 'a')));
  const auto refused = queue.push(std::string(11, 'b'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().message,
            "send 11 bytes: 90 wait already of the 100 that may: the other side does not keep up");
  EXPECT_EQ(queue.bytes(), 90U);
  EXPECT_TRUE(queue.push(std::string(10, 'c')));
  EXPECT_EQ(write(queue, 100), std::string(90, 'a') + std::string(10, 'c'));
}

TEST(WriteQueue, IsWritableAgainOnlyAtTheLowMark) {
  write_queue queue{small};
  ASSERT_TRUE(queue.push(std::string(50, 'a')));
  EXPECT_TRUE(queue.is_writable());
  ASSERT_TRUE(queue.push("b"));
  EXPECT_FALSE(queue.is_writable());
  write(queue, 30);
  EXPECT_FALSE(queue.is_writable());
  write(queue, 1);
  EXPECT_TRUE(queue.is_writable());
}

TEST(WriteQueue, IgnoresAnEmptyPush) {
  write_queue queue{small};
  ASSERT_TRUE(queue.push(""));
  EXPECT_TRUE(queue.is_empty());
  EXPECT_TRUE(queue.front(4).empty());
}

TEST(WriteQueue, ForgetsEverythingWhenCleared) {
  write_queue queue{small};
  ASSERT_TRUE(queue.push("abc"));
  write(queue, 1);
  queue.clear();
  EXPECT_TRUE(queue.is_empty());
  EXPECT_TRUE(queue.front(4).empty());
}

TEST(WriteQueue, NeedsMarksInOrder) {
  EXPECT_TRUE(validate(small));
  const auto wrong = validate(write_queue_limits{.most = 10, .high_mark = 20, .low_mark = 30});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.failure().message,
            "take the limits of a write queue: the low mark (30) must be below the high mark (20), "
            "and that at most the limit (10)");
}

}  // namespace
}  // namespace weir
