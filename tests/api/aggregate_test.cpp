// SPDX-License-Identifier: Apache-2.0
// The ready-made aggregates, and what counts as one.
#include "api/aggregate.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/aggregates/reduce.hpp"
#include "api/operators/window_buffer.hpp"

namespace weir {
namespace {

struct order {
  std::string customer;
  std::int32_t amount = 0;
  double price = 0;
  std::chrono::seconds wait{0};
  friend bool operator==(const order&, const order&) = default;
};

const std::vector<order> orders{{"ann", 3, 0.5, std::chrono::seconds{4}},
                                {"bob", -7, 2.25, std::chrono::seconds{1}},
                                {"cem", 3, -1.0, std::chrono::seconds{1}}};

// Aggregates `values` in one go, and in two halves that are merged; both must agree.
template <class A, class T>
auto result_of(const A& aggregate, const std::vector<T>& values) {
  require_aggregate<A, T>();
  auto whole = initial_accumulator<T>(aggregate);
  auto first = whole;
  auto second = whole;
  for (std::size_t i = 0; i < values.size(); ++i) {
    aggregate.add(whole, values[i]);
    aggregate.add(i < values.size() / 2 ? first : second, values[i]);
  }
  aggregate.merge(first, second);
  EXPECT_EQ(aggregate.result(first), aggregate.result(whole));
  return aggregate.result(whole);
}

TEST(Aggregate, CountsAndSumsAndAverages) {
  EXPECT_EQ(result_of(count(), orders), 3U);
  EXPECT_EQ(result_of(sum(&order::amount), orders), -1);
  EXPECT_EQ(result_of(sum(&order::price), orders), 1.75);
  EXPECT_EQ(result_of(sum(&order::wait), orders), std::chrono::seconds{6});
  EXPECT_EQ(result_of(sum(), std::vector{1U, 2U, 3U}), 6U);
  EXPECT_DOUBLE_EQ(result_of(average(&order::amount), orders), -1.0 / 3);
  EXPECT_DOUBLE_EQ(result_of(average([](const order& o) { return o.price * 2; }), orders), 3.5 / 3);
  EXPECT_EQ(average().result(initial_accumulator<int>(average())), 0);
}

TEST(Aggregate, SumsNarrowIntegersIn64BitsAndWrapsAround) {
  const std::vector<std::int32_t> large(4, std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(result_of(sum(), large), std::int64_t{4} * std::numeric_limits<std::int32_t>::max());
  const std::vector<std::int64_t> largest(2, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(result_of(sum(), largest), -2);
  const std::vector<char> letters{'a', 'b'};
  EXPECT_EQ(result_of(sum(), letters), 'a' + 'b');
}

TEST(Aggregate, FindsExtremesAndTheirRecords) {
  EXPECT_EQ(result_of(minimum(&order::amount), orders), -7);
  EXPECT_EQ(result_of(maximum(&order::amount), orders), 3);
  EXPECT_EQ(result_of(maximum(), std::vector<std::string>{"be", "to", "or"}), "to");
  EXPECT_EQ(result_of(min_by(&order::price), orders), orders[2]);
  EXPECT_EQ(result_of(max_by([](const order& o) { return o.price; }), orders), orders[1]);
}

TEST(Aggregate, KeepsTheFirstOfEqualExtremes) {
  EXPECT_EQ(result_of(max_by(&order::amount), orders).customer, "ann");
  EXPECT_EQ(result_of(min_by(&order::wait), orders).customer, "bob");
}

TEST(Aggregate, CombinesSeveralInOnePass) {
  const auto both = combine(count(), sum(&order::amount), max_by(&order::price));
  EXPECT_EQ(result_of(both, orders), std::tuple(3U, -1, orders[1]));
  const auto nested = combine(combine(count()), minimum(&order::amount));
  EXPECT_EQ(result_of(nested, orders), std::tuple(std::tuple(3U), -7));
}

TEST(Aggregate, ReducesAndBuffers) {
  const auto longer = [](const std::string& a, const std::string& b) {
    return a.size() < b.size() ? b : a;
  };
  const std::vector<std::string> words{"to", "question", "be"};
  EXPECT_EQ(result_of(reduce_aggregate<std::string, decltype(longer)>{longer}, words), "question");
  const window_buffer<int> buffer;
  auto kept = buffer.initial();
  buffer.add(kept, 1);
  buffer.take(kept, 2);
  auto more = buffer.initial();
  buffer.add(more, 3);
  buffer.merge(kept, more);
  const auto all = buffer.result(kept);
  EXPECT_EQ(std::vector<int>(all.begin(), all.end()), (std::vector{1, 2, 3}));
  static_assert(collecting_aggregate<window_buffer<int>>);
}

TEST(Aggregate, UndoesAMergeWhereThatIsExact) {
  const auto both = combine(count(), average(&order::amount), sum(&order::wait));
  auto of_all = initial_accumulator<order>(both);
  auto of_first = of_all;
  both.add(of_first, orders[0]);
  for (const order& each : orders) both.add(of_all, each);
  both.subtract(of_all, of_first);
  EXPECT_EQ(both.result(of_all), std::tuple(2U, -2.0, std::chrono::seconds{2}));
}

template <class A>
constexpr bool is_invertible = invertible_aggregate_of<A, order>;

TEST(Aggregate, IsInvertibleExactlyWhereSubtractionIsExact) {
  static_assert(is_invertible<decltype(count())>);
  static_assert(is_invertible<decltype(sum(&order::amount))>);
  static_assert(is_invertible<decltype(sum(&order::wait))>);
  static_assert(is_invertible<decltype(average(&order::amount))>);
  static_assert(!is_invertible<decltype(sum(&order::price))>);
  static_assert(!is_invertible<decltype(average(&order::price))>);
  static_assert(!is_invertible<decltype(maximum(&order::amount))>);
  static_assert(!is_invertible<decltype(min_by(&order::amount))>);
  static_assert(is_invertible<decltype(combine(count(), sum(&order::amount)))>);
  static_assert(!is_invertible<decltype(combine(count(), sum(&order::price)))>);
}

struct longest_name {
  struct accumulator {
    std::size_t length = 0;
  };
  accumulator initial() const { return {}; }
  void add(accumulator& a, const order& o) const {
    a.length = std::max(a.length, o.customer.size());
  }
  void merge(accumulator& a, const accumulator& b) const {
    a.length = std::max(a.length, b.length);
  }
  std::size_t result(const accumulator& a) const { return a.length; }
};

TEST(Aggregate, CanBeTheUsersOwn) {
  static_assert(aggregate_of<longest_name, order>);
  static_assert(!aggregate_of<longest_name, int>);
  static_assert(!aggregate_of<int, order>);
  static_assert(std::is_same_v<aggregate_result<longest_name, order>, std::size_t>);
  EXPECT_EQ(result_of(longest_name{}, orders), 3U);
}

}  // namespace
}  // namespace weir
