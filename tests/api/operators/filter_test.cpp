// SPDX-License-Identifier: Apache-2.0
// Filter: keeps records, their order and their times; says nothing when nothing is left.
#include "api/operators/filter.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

template <class T, class F>
auto harness_of(F predicate) {
  return operator_harness<T, T>{std::make_unique<filter_operator<T, F>>(predicate)};
}

TEST(Filter, KeepsTheRecordsThePredicateAccepts) {
  auto harness = harness_of<int>([](int x) { return x % 2 == 0; });
  harness.push({{1, at(1)}, {2, at(1)}, {3, at(1)}, {4, at(1)}});
  harness.push({{6, at(2)}, {7, at(3)}, {8, at(4)}});
  EXPECT_EQ(harness.take(),
            (std::vector<timed<int>>{{2, at(1)}, {4, at(1)}, {6, at(2)}, {8, at(4)}}));
  EXPECT_EQ(harness.counters().records_in, 7U);
  EXPECT_EQ(harness.counters().records_out, 4U);
}

TEST(Filter, KeepsRecordsThatOwnMemory) {
  const std::string kept(100, 'k');
  auto harness = harness_of<std::string>([](const std::string& s) { return s.front() == 'k'; });
  harness.push({{"x", at(1)}, {kept, at(1)}, {"y", at(2)}, {kept, at(3)}});
  EXPECT_EQ(harness.take(), (std::vector<timed<std::string>>{{kept, at(1)}, {kept, at(3)}}));
  harness.push({{kept, at(4)}, {kept, at(4)}});
  EXPECT_EQ(harness.values(), (std::vector<std::string>{kept, kept}));
}

TEST(Filter, EmitsNoBatchWhenNothingIsLeft) {
  auto harness = harness_of<int>([](int) { return false; });
  harness.push({{1, at(1)}, {2, at(2)}});
  EXPECT_EQ(harness.batches_out(), 0U);
}

struct reading {
  int sensor = 0;
  bool is_valid = false;
};

TEST(Filter, TakesAPointerToMember) {
  auto harness = harness_of<reading>(&reading::is_valid);
  harness.push({{{1, true}, at(1)}, {{2, false}, at(1)}, {{3, true}, at(1)}});
  const auto kept = harness.values();
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[1].sensor, 3);
}

}  // namespace
}  // namespace weir
