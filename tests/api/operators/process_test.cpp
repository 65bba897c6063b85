// SPDX-License-Identifier: Apache-2.0
// Process functions without a key: results, side outputs, times, the end of the input.
#include "api/operators/process.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

const side_output<std::string> odd{"odd"};

std::shared_ptr<side_output_ports> ports_of(std::type_index type) {
  auto ports = std::make_shared<side_output_ports>();
  ports->ports.push_back({"odd", type, 1});
  return ports;
}

// Emits even numbers, writes odd ones to the side, and at last how many there were.
struct separator {
  int seen = 0;
  void process(const int& x, process_context<int>& context) {
    ++seen;
    if (x % 2 == 0) {
      context.emit(x);
    } else {
      context.output(odd, std::to_string(x));
    }
  }
  void finish(process_context<int>& context) { context.emit(seen); }
};

auto separator_harness(std::shared_ptr<side_output_ports> ports) {
  return operator_harness<int, int>{
      std::make_unique<process_operator<int, int, separator>>(separator{}, std::move(ports))};
}

TEST(Process, EmitsToTheMainAndTheSideOutput) {
  auto harness = separator_harness(ports_of(typeid(std::string)));
  auto& side = harness.add_port<std::string>();
  harness.push({{1, at(1)}, {2, at(2)}, {3, at(3)}});
  EXPECT_EQ(harness.take(), (std::vector<timed<int>>{{2, at(2)}}));
  EXPECT_EQ(side.records, (std::vector<timed<std::string>>{{"1", at(1)}, {"3", at(3)}}));
}

TEST(Process, EmitsWithTheTimeOfTheLastRecordWhenTheInputHasEnded) {
  auto harness = separator_harness(nullptr);
  harness.push({{1, at(1)}, {2, at(2)}, {3, at(3)}});
  harness.finish();
  EXPECT_EQ(harness.take(), (std::vector<timed<int>>{{2, at(2)}, {3, at(3)}}));
}

TEST(Process, DropsWhatIsWrittenToASideOutputThatNobodyReads) {
  auto harness = separator_harness(std::make_shared<side_output_ports>());
  harness.push({{1, at(1)}, {2, at(2)}});
  EXPECT_EQ(harness.values(), std::vector<int>{2});
}

TEST(Process, FailsWhenASideOutputIsReadAsAnotherType) {
  auto harness = separator_harness(ports_of(typeid(int)));
  harness.add_port<int>();
  try {
    harness.push(1, at(1));
    FAIL() << "no failure";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().message,
              "side output \"odd\": written as std::string, but read as int; use one side_output "
              "object on both sides");
  }
}

TEST(Process, TakesAPlainFunctionAndTellsTheTimes) {
  auto function = [](const int& x, process_context<int>& context) {
    EXPECT_EQ(context.time(), at(7));
    EXPECT_EQ(context.watermark(), at(5));
    EXPECT_EQ(context.processing_time(), processing_at(100));
    context.emit(x, at(8));
  };
  operator_harness<int, int> harness{
      std::make_unique<process_operator<int, int, decltype(function)>>(function, nullptr)};
  harness.processing_time_is(processing_at(100));
  harness.watermark(at(5));
  harness.push(1, at(7));
  EXPECT_EQ(harness.take(), (std::vector<timed<int>>{{1, at(8)}}));
}

}  // namespace
}  // namespace weir
