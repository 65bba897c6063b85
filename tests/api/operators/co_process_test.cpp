// SPDX-License-Identifier: Apache-2.0
// Two inputs, one function.
#include "api/operators/co_process.hpp"

#include <string>

#include <gtest/gtest.h>

#include "api/connected_streams.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

template <class Harness, class T>
void push_right(Harness& harness, T value, event_time time) {
  batch_of<T> batch;
  batch.push(std::move(value), time);
  harness.push_to(1, batch);
}

// Multiplies the numbers on the left by the newest factor on the right.
struct scale {
  double factor = 1;
  void on_left(const int& x, process_context<double>& context) { context.emit(x * factor); }
  void on_right(const double& f, process_context<double>&) { factor = f; }
  void finish(process_context<double>& context) { context.emit(factor); }
};

TEST(CoProcess, HandsEachSideToItsFunction) {
  operator_harness<int, double> harness{
      std::make_unique<co_process_operator<int, double, double, scale>>(scale{}, nullptr)};
  harness.push(2, at(1));
  push_right(harness, 2.5, at(2));
  harness.push(2, at(3));
  harness.finish();
  EXPECT_EQ(harness.take(), (std::vector<timed<double>>{{2, at(1)}, {5, at(3)}, {2.5, at(3)}}));
  EXPECT_EQ(harness.counters().records_in, 3U);
}

TEST(CoMap, GivesAValueForARecordOfEitherSide) {
  auto left = [](int x) { return std::to_string(x); };
  auto right = [](const std::string& s) { return s + "!"; };
  using function = co_map_function<decltype(left), decltype(right)>;
  operator_harness<int, std::string> harness{
      std::make_unique<co_process_operator<int, std::string, std::string, function>>(
          function{left, right}, nullptr)};
  harness.push(7, at(1));
  push_right(harness, std::string{"a"}, at(2));
  EXPECT_EQ(harness.take(), (std::vector<timed<std::string>>{{"7", at(1)}, {"a!", at(2)}}));
}

TEST(CoFlatMap, EmitsAnyNumberOfValuesForARecordOfEitherSide) {
  auto left = [](int x, emitter<int>& out) {
    for (int i = 0; i < x; ++i) out.emit(i);
  };
  auto right = [](const std::string& s, emitter<int>& out) {
    out.emit(static_cast<int>(s.size()));
  };
  using function = co_flat_map_function<decltype(left), decltype(right)>;
  operator_harness<int, int> harness{
      std::make_unique<co_process_operator<int, std::string, int, function>>(function{left, right},
                                                                             nullptr)};
  harness.push(2, at(1));
  push_right(harness, std::string{"four"}, at(2));
  EXPECT_EQ(harness.values(), (std::vector<int>{0, 1, 4}));
}

}  // namespace
}  // namespace weir
