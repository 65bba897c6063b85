// SPDX-License-Identifier: Apache-2.0
// Flat map: any number of results for a record, returned or emitted.
#include "api/operators/flat_map.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

template <class T, class Out, class F>
auto harness_of(F function) {
  return operator_harness<T, Out>{std::make_unique<flat_map_operator<T, Out, F>>(function)};
}

// 0, 1, 2 and so on, of which none is there before it is asked for.
struct numbers_below {
  struct iterator {
    int at;
    int operator*() const { return at; }
    void operator++() { ++at; }
    bool operator!=(const iterator& other) const { return at != other.at; }
  };
  int past_the_last;
  iterator begin() const { return {0}; }
  iterator end() const { return {past_the_last}; }
};

TEST(FlatMap, EmitsTheElementsOfTheReturnedRange) {
  auto harness = harness_of<int, int>([](int n) { return std::vector<int>(n, n); });
  harness.push({{2, at(1)}, {0, at(2)}, {1, at(3)}});
  EXPECT_EQ(harness.take(), (std::vector<timed<int>>{{2, at(1)}, {2, at(1)}, {1, at(3)}}));
  EXPECT_EQ(harness.counters().records_in, 3U);
  EXPECT_EQ(harness.counters().records_out, 3U);
}

TEST(FlatMap, LeavesAloneTheElementsOfARangeThatIsNotItsOwn) {
  static const std::vector<std::string> names{"a long name that owns its memory", "b"};
  auto harness =
      harness_of<int, std::string>([](int) -> const std::vector<std::string>& { return names; });
  harness.push({{1, at(1)}, {2, at(2)}});
  EXPECT_EQ(harness.values().size(), 4U);
  EXPECT_EQ(names.front(), "a long name that owns its memory");
}

TEST(FlatMap, TakesLazyRanges) {
  auto harness = harness_of<int, int>([](int n) { return numbers_below{n}; });
  harness.push(3, at(1));
  EXPECT_EQ(harness.values(), (std::vector<int>{0, 1, 2}));
}

TEST(FlatMap, EmitsWhatTheFunctionEmits) {
  auto harness = harness_of<std::string, char>([](const std::string& text, emitter<char>& out) {
    for (const char c : text) out.emit(c);
  });
  harness.push({{"ab", at(1)}, {"", at(2)}, {"c", at(3)}});
  EXPECT_EQ(harness.take(), (std::vector<timed<char>>{{'a', at(1)}, {'b', at(1)}, {'c', at(3)}}));
}

TEST(FlatMap, FillsBatchesAndFlushesTheRest) {
  auto harness = harness_of<int, int>([](int n) { return numbers_below{n}; });
  harness.push(2500, at(1));
  EXPECT_EQ(harness.batches_out(), 3U);
  EXPECT_EQ(harness.values().size(), 2500U);
}

TEST(FlatMap, KeepsWhatWasEmittedBeforeARecordThrew) {
  auto harness = harness_of<int, int>([](int n, emitter<int>& out) {
    out.emit(n);
    if (n < 0) throw std::invalid_argument{"negative"};
    out.emit(n);
  });
  harness.context().on_error = error_policy::skip;
  harness.push({{1, at(1)}, {-2, at(2)}, {3, at(3)}});
  EXPECT_EQ(harness.values(), (std::vector<int>{1, 1, -2, 3, 3}));
  EXPECT_EQ(harness.counters().skipped, 1U);
}

}  // namespace
}  // namespace weir
