// SPDX-License-Identifier: Apache-2.0
// Map: in place, by position or one by one, with the times and the error policy kept.
#include "api/operators/map.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

struct trade {
  std::string symbol;
  double price;
};

template <class T, class Out, class F>
auto harness_of(F function) {
  return operator_harness<T, Out>{std::make_unique<map_operator<T, Out, F>>(function)};
}

TEST(Map, WorksInPlaceWhenTheTypeStays) {
  auto harness = harness_of<int, int>([](int x) { return 2 * x; });
  harness.push({{1, at(1)}, {2, at(2)}});
  EXPECT_EQ(harness.take(), (std::vector<timed<int>>{{2, at(1)}, {4, at(2)}}));
}

TEST(Map, ChangesTheTypeAndKeepsTheTimes) {
  auto to_double = harness_of<int, double>([](int x) { return x / 2.0; });
  to_double.push({{1, at(1)}, {2, at(2)}});
  to_double.push({{3, at(5)}});
  EXPECT_EQ(to_double.take(),
            (std::vector<timed<double>>{{0.5, at(1)}, {1.0, at(2)}, {1.5, at(5)}}));

  auto to_text = harness_of<int, std::string>([](int x) { return std::to_string(x); });
  to_text.push({{1, at(1)}, {2, at(2)}});
  to_text.push({{3, at(5)}});
  EXPECT_EQ(to_text.take(),
            (std::vector<timed<std::string>>{{"1", at(1)}, {"2", at(2)}, {"3", at(5)}}));
}

TEST(Map, TakesAPointerToMember) {
  auto harness = harness_of<trade, double>(&trade::price);
  harness.push({"ACME", 7.5}, at(1));
  EXPECT_EQ(harness.values(), std::vector<double>{7.5});
}

TEST(Map, TakesAndGivesBools) {
  auto invert = harness_of<bool, bool>([](bool b) { return !b; });
  invert.push({{true, at(1)}, {false, at(2)}});
  EXPECT_EQ(invert.take(), (std::vector<timed<bool>>{{false, at(1)}, {true, at(2)}}));
  auto is_even = harness_of<int, bool>([](int x) { return x % 2 == 0; });
  is_even.push({{1, at(1)}, {2, at(2)}});
  EXPECT_EQ(is_even.take(), (std::vector<timed<bool>>{{false, at(1)}, {true, at(2)}}));
}

TEST(Map, CountsRecords) {
  auto harness = harness_of<int, int>([](int x) { return x; });
  harness.push({{1, at(1)}, {2, at(2)}});
  EXPECT_EQ(harness.counters().records_in, 2U);
  EXPECT_EQ(harness.counters().records_out, 2U);
}

template <class Out>
Out convert(int x) {
  if (x < 0) throw std::invalid_argument{"negative"};
  if constexpr (std::is_same_v<Out, std::string>) {
    return std::to_string(x);
  } else {
    return static_cast<Out>(x);
  }
}

template <class Out>
class SkippingMap : public testing::Test {};
using outputs = testing::Types<int, double, std::string>;
TYPED_TEST_SUITE(SkippingMap, outputs);

TYPED_TEST(SkippingMap, LeavesOutTheRecordsThatThrow) {
  auto harness = harness_of<int, TypeParam>(&convert<TypeParam>);
  harness.context().on_error = error_policy::skip;
  harness.push({{-1, at(1)}, {2, at(2)}, {-3, at(3)}, {-4, at(4)}, {5, at(5)}, {-6, at(6)}});
  EXPECT_EQ(harness.take(), (std::vector<timed<TypeParam>>{{convert<TypeParam>(2), at(2)},
                                                           {convert<TypeParam>(5), at(5)}}));
  EXPECT_EQ(harness.counters().skipped, 4U);
  EXPECT_EQ(harness.counters().records_in, 6U);
  EXPECT_EQ(harness.counters().records_out, 2U);
}

TYPED_TEST(SkippingMap, EmitsNoBatchWhenAllRecordsThrow) {
  auto harness = harness_of<int, TypeParam>(&convert<TypeParam>);
  harness.context().on_error = error_policy::skip;
  harness.push({{-1, at(1)}, {-2, at(1)}});
  EXPECT_EQ(harness.batches_out(), 0U);
}

}  // namespace
}  // namespace weir
