// SPDX-License-Identifier: Apache-2.0
// partition_by: records go where the function says, and nowhere else.
#include "api/function_router.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

template <class F>
std::vector<std::uint32_t> route(F function, std::vector<int> values) {
  batch_of<int> batch;
  for (const int value : values) batch.push(value, event_time{});
  std::vector<std::uint32_t> channels(values.size());
  function_router<int, F>{function}.route(batch, 3, channels);
  return channels;
}

template <class F>
std::string failure_of(F function) {
  try {
    route(function, {1, 2});
  } catch (const task_failure& failure) {
    return failure.cause().message;
  }
  return "";
}

TEST(FunctionRouter, SendsRecordsWhereTheFunctionSays) {
  const auto remainder = [](int x, std::uint32_t channels) {
    return static_cast<std::uint32_t>(x) % channels;
  };
  EXPECT_EQ(route(remainder, {4, 5, 6}), (std::vector<std::uint32_t>{1, 2, 0}));
}

TEST(FunctionRouter, RefusesChannelsThatDoNotExist) {
  EXPECT_EQ(failure_of([](int, std::uint32_t) { return 3; }),
            "partition_by: the function chose channel 3 of 3; it must be between 0 and 2");
  EXPECT_EQ(failure_of([](int, std::uint32_t) { return -1; }),
            "partition_by: the function chose channel -1 of 3; it must be between 0 and 2");
}

TEST(FunctionRouter, SaysWhatTheFunctionThrew) {
  EXPECT_EQ(failure_of([](int, std::uint32_t) -> int { throw std::runtime_error{"no idea"}; }),
            "partition_by: the function threw: no idea");
}

}  // namespace
}  // namespace weir
