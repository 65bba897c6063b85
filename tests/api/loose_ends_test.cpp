// SPDX-License-Identifier: Apache-2.0
// Words that make no sense where they are said: reported with the name of the operator.
#include "api/loose_ends.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/graph_reading.hpp"

namespace weir {
namespace {

class LooseEnds : public testing::Test {
protected:
  stream<int> from(std::string name) { return env_.from(described_source<int>{std::move(name)}); }

  environment env_{"test"};
};

TEST_F(LooseEnds, RefuseToDescribeAUnionAsOneOperator) {
  from("a").union_with(from("b")).name("both").sink(described_sink{});
  EXPECT_EQ(refusal(env_),
            "plan job \"test\": source \"both\": name(...) speaks of one operator; say it before "
            "union_with joins its stream with others");
}

TEST_F(LooseEnds, RefuseToDescribeASideOutputAsAnOperator) {
  const auto processed = from("a").process<int>([](const int&, process_context<int>&) {});
  processed.side_output(side_output<int>{"odd"}).parallelism(2).sink(described_sink{});
  EXPECT_EQ(refusal(env_),
            "plan job \"test\": operator \"process\": parallelism(...) was said of a side output; "
            "say it of the operator's main stream");
}

TEST_F(LooseEnds, RefuseSideOutputsOfOperatorsWithoutThem) {
  from("a").side_output(side_output<int>{"odd"}).sink(described_sink{});
  EXPECT_EQ(
      refusal(env_),
      "plan job \"test\": source \"a\": side_output(\"odd\"): it has no side outputs; process "
      "functions have them, and windows with .late_output(...)");
}

TEST_F(LooseEnds, RefuseASideOutputReadAsTwoTypes) {
  const auto processed = from("a").process<int>([](const int&, process_context<int>&) {});
  processed.side_output(side_output<int>{"odd"}).sink(described_sink{});
  processed.side_output(side_output<std::string>{"odd"}).sink(described_sink{});
  EXPECT_EQ(
      refusal(env_),
      "plan job \"test\": operator \"process\": side_output(\"odd\"): its records are of type "
      "int, but are read as std::string");
}

TEST_F(LooseEnds, RefuseToNameTwoSinksForDeadLetters) {
  from("a")
      .map([](int x) { return x; })
      .on_error(dead_letters_to(described_sink{"b"}))
      .on_error(dead_letters_to(described_sink{"c"}))
      .sink(described_sink{});
  EXPECT_EQ(refusal(env_),
            "plan job \"test\": operator \"map\": on_error(dead_letters_to(...)) is said twice; "
            "name one sink");
}

TEST_F(LooseEnds, RefuseStreamsOfAnotherEnvironment) {
  environment other{"other"};
  const auto foreign = other.from(described_source<int>{"b"});
  from("a").union_with(foreign).sink(described_sink{});
  EXPECT_EQ(refusal(env_),
            "plan job \"test\": source \"a\": its stream meets one of another environment; both "
            "must come from the same one");

  environment third{"third"};
  third.from(described_source<int>{"c"})
      .connect(foreign)
      .map([](int x) { return x; }, [](int x) { return x; })
      .sink(described_sink{});
  EXPECT_EQ(refusal(third),
            "plan job \"third\": operator \"co_map\": its stream meets one of another environment; "
            "both must come from the same one");
}

}  // namespace
}  // namespace weir
