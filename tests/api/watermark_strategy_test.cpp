// SPDX-License-Identifier: Apache-2.0
// Watermark strategies: which time a record gets, what they promise, what they refuse.
#include "api/watermark_strategy.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

struct trade {
  event_time when;
  bool closes_the_day = false;
};

// One split in mid-stream, without an operator around it.
template <class T>
class stream_of {
public:
  template <class Strategy>
  explicit stream_of(const Strategy& strategy)
      : generator_{strategy.template make_generator<T>()} {}

  event_time push(std::vector<timed<T>> records) {
    batch_.clear();
    for (auto& each : records) batch_.push(std::move(each.value), each.time);
    return generator_->on_batch(batch_, {context_, true, nullptr});
  }
  std::vector<event_time> times() {
    const auto span = batch_.times();
    return {span.begin(), span.end()};
  }
  operator_context& context() { return context_; }

private:
  operator_context context_;
  batch_of<T> batch_;
  std::unique_ptr<watermark_generator<T>> generator_;
};

constexpr duration just_before = 1us;

TEST(BoundedOutOfOrderness, FollowsTheGreatestTimeAtADistance) {
  stream_of<trade> stream{bounded_out_of_orderness(5s, &trade::when)};
  EXPECT_EQ(stream.push({{{at(20)}, {}}, {{at(30)}, {}}, {{at(25)}, {}}}), at(25) - just_before);
  EXPECT_EQ(stream.times(), (std::vector<event_time>{at(20), at(30), at(25)}));
  EXPECT_EQ(stream.push({{{at(10)}, {}}}), at(25) - just_before);
  EXPECT_EQ(stream.push({{{at(31)}, {}}}), at(26) - just_before);
}

TEST(BoundedOutOfOrderness, DoesNotPassTheBeginningOfTime) {
  stream_of<trade> stream{bounded_out_of_orderness(24h, &trade::when)};
  EXPECT_EQ(stream.push({{{beginning_of_time + 5s}, {}}}), beginning_of_time);
}

TEST(BoundedOutOfOrderness, RefusesANegativeBound) {
  const auto problem = bounded_out_of_orderness(-5s, &trade::when).problem();
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->message, "bounded_out_of_orderness(-5s): the bound must not be negative");
}

TEST(Monotonous, FollowsTheTimesThatAreKnown) {
  stream_of<int> stream{monotonous()};
  EXPECT_EQ(stream.push({{1, at(3)}, {2, at(4)}}), at(4) - just_before);
  EXPECT_EQ(stream.push({{1, at(5)}, {2, at(5)}}), at(5) - just_before);
  EXPECT_EQ(stream.times(), (std::vector<event_time>{at(5), at(5)}));
}

TEST(Punctuated, FollowsTheRecordsThatCarryAMark) {
  stream_of<trade> by_flag{punctuated(&trade::when, &trade::closes_the_day)};
  EXPECT_EQ(by_flag.push({{{at(20)}, {}}}), beginning_of_time);
  EXPECT_EQ(by_flag.push({{{at(21), true}, {}}, {{at(22)}, {}}}), at(21));

  stream_of<trade> by_time{punctuated(&trade::when, [](const trade& t) {
    return t.closes_the_day ? std::optional{t.when - 1s} : std::nullopt;
  })};
  EXPECT_EQ(by_time.push({{{at(21), true}, {}}, {{at(22)}, {}}}), at(20));
}

// Promises half of what it has seen.
struct half {
  event_time greatest = event_time{};
  event_time on_record(const trade& t, event_time known) {
    greatest = std::max(greatest, t.when);
    return known + 1s;
  }
  event_time watermark() const { return event_time{greatest.time_since_epoch() / 2}; }
};

TEST(CustomWatermarks, AskTheUsersGenerator) {
  stream_of<trade> stream{custom_watermarks(half{})};
  EXPECT_EQ(stream.push({{{at(20)}, at(7)}}), at(10));
  EXPECT_EQ(stream.times(), std::vector<event_time>{at(8)});
}

TEST(IngestionTime, IsTheTimeOfReading) {
  stream_of<int> stream{ingestion_time()};
  stream.context().now = processing_at(100);
  EXPECT_EQ(stream.push({{1, at(3)}, {2, at(4)}}), at(100) - just_before);
  EXPECT_EQ(stream.times(), (std::vector<event_time>{at(100), at(100)}));
}

TEST(NoWatermarks, PromiseNothingAndKeepTheTimes) {
  stream_of<int> stream{no_watermarks()};
  EXPECT_EQ(stream.push({{1, at(3)}}), beginning_of_time);
  EXPECT_EQ(stream.times(), std::vector<event_time>{at(3)});
}

TEST(WatermarkStrategy, LeavesOutRecordsWhoseTimestampFunctionThrows) {
  stream_of<trade> stream{monotonous([](const trade& t) {
    if (t.when == at(30)) throw std::invalid_argument{"no time"};
    return t.when;
  })};
  stream.context().on_error = error_policy::skip;
  EXPECT_EQ(stream.push({{{at(20)}, {}}, {{at(30)}, {}}, {{at(25)}, {}}}), at(25) - just_before);
  EXPECT_EQ(stream.times(), (std::vector<event_time>{at(20), at(25)}));
  EXPECT_EQ(stream.context().counters.skipped, 1U);
}

TEST(WatermarkStrategy, RefusesIdlenessThatIsNotPositive) {
  const auto problem = monotonous().with_idleness(0s).problem();
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->message, "with_idleness(0s): the span must be positive");
  EXPECT_EQ(monotonous().with_idleness(1s).problem(), std::nullopt);
  EXPECT_EQ(monotonous().with_idleness(1s).idleness(), 1s);
}

}  // namespace
}  // namespace weir
