// SPDX-License-Identifier: Apache-2.0
// Records made from their number, as fast as possible and at a pace.
#include "connectors/generator_source.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/connectors/source_reading.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::uint64_t square(std::uint64_t i) { return i * i; }
std::string text_of(std::uint64_t i) { return std::to_string(i); }
bool is_even(std::uint64_t i) { return i % 2 == 0; }

static_assert(source_description<decltype(generator(1, square))>);

posix_file_system files;

template <class Source>
auto open_all(const Source& source, std::uint32_t parallelism) {
  return std::move(
      *source.open(context_for(files), *source.discover_splits(context_for(files, parallelism))));
}

TEST(GeneratorSource, MakesEachRecordFromItsNumber) {
  EXPECT_EQ(read_all(generator(4, square), files), (std::vector<std::uint64_t>{0, 1, 4, 9}));
  EXPECT_EQ(read_all(generator(3, text_of), files), (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(read_all(generator<bool>(2, is_even), files), (std::vector<bool>{true, false}));
  EXPECT_EQ(read_all(generator(0, square), files), std::vector<std::uint64_t>{});
}

TEST(GeneratorSource, ConvertsToTheTypeThatWasAskedFor) {
  EXPECT_EQ(read_all(generator<double>(2, square), files), (std::vector<double>{0.0, 1.0}));
}

TEST(GeneratorSource, FillsWholeBatches) {
  const auto reader = open_all(generator(unbounded, square), 1);
  polled<std::uint64_t> out;
  ASSERT_EQ(*reader->poll(processing_time{}, out), poll_status::more_available);
  EXPECT_EQ(out.records.size(), records_per_batch<std::uint64_t>());
}

TEST(GeneratorSource, CutsBoundedNumbersIntoRangesAndDealsOutUnboundedOnes) {
  const auto bounded = generator(10, square).discover_splits(context_for(files, 2));
  EXPECT_EQ(*bounded, (std::vector<source_split>{{"[0,5)", ""}, {"[5,10)", ""}}));
  const auto endless = generator(unbounded, square).discover_splits(context_for(files, 2));
  EXPECT_EQ(*endless, (std::vector<source_split>{{"[0,)/2", ""}, {"[1,)/2", ""}}));
  const auto paced = generator(10, square).at_rate(5).discover_splits(context_for(files, 2));
  EXPECT_EQ(*paced, (std::vector<source_split>{{"[0,10)/2", ""}, {"[1,10)/2", ""}}));
}

TEST(GeneratorSource, IsBoundedExactlyIfItHasACount) {
  EXPECT_TRUE(generator(10, square).is_bounded());
  EXPECT_TRUE(generator(10, square).at_rate(1).is_bounded());
  EXPECT_FALSE(generator(unbounded, square).is_bounded());
}

TEST(GeneratorSource, LetsItsRangesTakeTurns) {
  const auto reader = open_all(generator(unbounded, square), 2);
  polled<std::uint64_t> out;
  ASSERT_TRUE(reader->poll(processing_time{}, out));
  EXPECT_EQ(out.split, 0U);
  EXPECT_EQ(reader->place_of(2), "generator: index 4");
  out.records.clear();
  ASSERT_TRUE(reader->poll(processing_time{}, out));
  EXPECT_EQ(out.split, 1U);
  EXPECT_EQ(out.records.values[1], 9U);
  EXPECT_EQ(reader->place_of(1), "generator: index 3");
}

TEST(GeneratorSource, MakesEachRecordOnceAcrossARestore) {
  std::vector<std::uint64_t> all(50'000);
  std::iota(all.begin(), all.end(), std::uint64_t{0});
  const auto identity = [](std::uint64_t i) { return i; };
  for (int polls = 0; polls < 60; polls += 7) {
    auto read = read_with_restore(generator(all.size(), identity), files, 3, polls);
    std::sort(read.records.begin(), read.records.end());
    EXPECT_EQ(read, all) << polls;
  }
}

TEST(GeneratorSource, KeepsItsRateByTheTimeItIsTold) {
  const auto reader = open_all(generator(unbounded, square).at_rate(100), 1);
  polled<std::uint64_t> out;
  processing_time now{seconds{50}};
  ASSERT_EQ(*reader->poll(now, out), poll_status::more_available);
  EXPECT_EQ(out.records.size(), 1U);
  out.records.clear();
  ASSERT_EQ(*reader->poll(now, out), poll_status::nothing_available);
  EXPECT_TRUE(out.records.empty());
  EXPECT_EQ(out.retry_at, now + milliseconds{10});
  ASSERT_EQ(*reader->poll(now + seconds{1}, out), poll_status::more_available);
  EXPECT_EQ(out.records.size(), 100U);
}

TEST(GeneratorSource, SharesItsRateAmongTheSplits) {
  const auto reader = open_all(generator(unbounded, square).at_rate(100), 4);
  polled<std::uint64_t> out;
  std::size_t count = 0;
  processing_time now{};
  // Until everything that is due within ten seconds has been made.
  while (now <= processing_time{seconds{10}}) {
    out.records.clear();
    const auto polled = reader->poll(now, out);
    ASSERT_TRUE(polled);
    count += out.records.size();
    if (*polled == poll_status::nothing_available) now = out.retry_at;
  }
  EXPECT_NEAR(static_cast<double>(count), 1000.0, 5.0);
}

TEST(GeneratorSource, EndsAPacedRunWithItsLastRecord) {
  const auto reader = open_all(generator(2, square).at_rate(1), 1);
  polled<std::uint64_t> out;
  ASSERT_EQ(*reader->poll(processing_time{}, out), poll_status::more_available);
  EXPECT_FALSE(out.split_ended);
  ASSERT_EQ(*reader->poll(processing_time{seconds{5}}, out), poll_status::more_available);
  EXPECT_TRUE(out.split_ended);
  EXPECT_EQ(*reader->poll(processing_time{seconds{5}}, out), poll_status::end_of_input);
}

TEST(GeneratorSource, RefusesARateThatIsNone) {
  const auto zero = generator(1, square).at_rate(0).discover_splits(context_for(files));
  ASSERT_FALSE(zero);
  EXPECT_EQ(zero.failure().message,
            "generator: at_rate(0.000000): a rate is a number of records per second greater than "
            "0");
}

TEST(GeneratorSource, RefusesPositionsThatAreNotItsOwn) {
  EXPECT_EQ(read_splits(generator(1, square), files, {{"x", "1"}}).failure,
            "generator: read the split 'x' at '1': not a range of indexes");
}

}  // namespace
}  // namespace weir
