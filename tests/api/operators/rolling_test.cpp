// SPDX-License-Identifier: Apache-2.0
// Rolling aggregates: the result so far of the record's key, with every record.
#include "api/operators/rolling.hpp"

#include <map>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/aggregates/reduce.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

struct trade {
  std::string symbol;
  int amount = 0;
  friend bool operator==(const trade&, const trade&) = default;
};

using symbol_of = std::string trade::*;

template <class Out, class Aggregate>
auto harness_of(Aggregate aggregate) {
  return operator_harness<trade, Out>{
      std::make_unique<rolling_operator<std::string, trade, symbol_of, Aggregate, Out>>(
          &trade::symbol, aggregate)};
}

TEST(Rolling, EmitsTheSumOfTheKeyWithEveryRecord) {
  using out = keyed<std::string, std::int64_t>;
  auto harness = harness_of<out>(sum(&trade::amount));
  harness.push({{{"a", 1}, at(1)}, {{"b", 10}, at(2)}, {{"a", 2}, at(3)}});
  harness.push({{{"b", 20}, at(4)}});
  EXPECT_EQ(harness.take(),
            (std::vector<timed<out>>{
                {{"a", 1}, at(1)}, {{"b", 10}, at(2)}, {{"a", 3}, at(3)}, {{"b", 30}, at(4)}}));
  EXPECT_EQ(harness.counters().records_in, 4U);
  EXPECT_EQ(harness.counters().records_out, 4U);
}

TEST(Rolling, EmitsTheLeastAndTheGreatest) {
  using out = keyed<std::string, int>;
  auto least = harness_of<out>(minimum(&trade::amount));
  least.push({{{"a", 5}, at(1)}, {{"a", 7}, at(2)}, {{"a", 3}, at(3)}});
  EXPECT_EQ(least.values(), (std::vector<out>{{"a", 5}, {"a", 5}, {"a", 3}}));
  auto greatest = harness_of<trade>(max_by(&trade::amount));
  greatest.push({{{"a", 5}, at(1)}, {{"a", 7}, at(2)}, {{"a", 3}, at(3)}});
  EXPECT_EQ(greatest.values(), (std::vector<trade>{{"a", 5}, {"a", 7}, {"a", 7}}));
}

trade join(const trade& a, const trade& b) {
  if (b.amount < 0) throw std::invalid_argument{"negative"};
  return {a.symbol, a.amount + b.amount};
}

using joining = reduce_aggregate<trade, trade (*)(const trade&, const trade&)>;

TEST(Reduce, FoldsTheRecordsOfAKey) {
  auto harness = harness_of<trade>(joining{&join});
  harness.push({{{"a", 1}, at(1)}, {{"a", 2}, at(2)}, {{"b", 4}, at(3)}, {{"a", 8}, at(4)}});
  EXPECT_EQ(harness.values(), (std::vector<trade>{{"a", 1}, {"a", 3}, {"b", 4}, {"a", 11}}));
}

TEST(Reduce, GoesOnBehindARecordThatThrew) {
  auto harness = harness_of<trade>(joining{&join});
  harness.context().on_error = error_policy::skip;
  harness.push({{{"a", 1}, at(1)}, {{"a", -2}, at(2)}, {{"b", 4}, at(3)}, {{"a", 8}, at(4)}});
  EXPECT_EQ(harness.values(), (std::vector<trade>{{"a", 1}, {"b", 4}, {"a", 9}}));
  EXPECT_EQ(harness.counters().skipped, 1U);
  EXPECT_EQ(harness.counters().records_in, 4U);
}

TEST(Rolling, SkipsARecordWhoseKeyFunctionThrowsOnce) {
  auto key_of = [](int x) {
    if (x == 3) throw std::invalid_argument{"no key"};
    return x % 2;
  };
  using out = keyed<int, std::uint64_t>;
  operator_harness<int, out> harness{
      std::make_unique<rolling_operator<int, int, decltype(key_of), count_aggregate, out>>(
          key_of, count())};
  harness.context().on_error = error_policy::skip;
  harness.push({{1, at(1)}, {3, at(2)}, {5, at(3)}});
  EXPECT_EQ(harness.values(), (std::vector<out>{{1, 1}, {1, 2}}));
  EXPECT_EQ(harness.counters().skipped, 1U);
}

TEST(Rolling, AgreesWithAMapOverManyKeysAndBatches) {
  auto key_of = [](std::uint64_t x) { return x % 5000; };
  using out = keyed<std::uint64_t, std::uint64_t>;
  operator_harness<std::uint64_t, out> harness{std::make_unique<
      rolling_operator<std::uint64_t, std::uint64_t, decltype(key_of), count_aggregate, out>>(
      key_of, count())};
  std::map<std::uint64_t, std::uint64_t> model;
  std::uint64_t next = 1;
  for (int i = 0; i < 40; ++i) {
    batch_of<std::uint64_t> batch;
    std::vector<out> expected;
    for (int j = 0; j < 1000; ++j) {
      next = mix(next + 1);
      batch.push(next, at(i));
      expected.push_back({next % 5000, ++model[next % 5000]});
    }
    harness.push(batch);
    ASSERT_EQ(harness.values(), expected);
  }
}

}  // namespace
}  // namespace weir
