// SPDX-License-Identifier: Apache-2.0
// The environment: sources become nodes, parameters are read, everything is checked before it runs.
#include "api/environment.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/graph_reading.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

TEST(Environment, MakesASourceTheStartOfAStream) {
  environment env{"flights"};
  env.from(described_source<int>{"numbers"}).sink(described_sink{});
  const graph_node& source = node_named(env.graph(), "numbers");
  EXPECT_EQ(env.graph().name, "flights");
  EXPECT_EQ(source.kind, operator_kind::source);
  EXPECT_TRUE(source.is_bounded);
  EXPECT_TRUE(source.make_operator()->makes_watermarks());
  const auto splits = source.discover_splits({});
  ASSERT_TRUE(splits);
  EXPECT_EQ(splits->front().id, "numbers[0,1)");
  EXPECT_EQ(refusal(env), "");
}

TEST(Environment, BindsAWatermarkStrategyToTheSourcesRecords) {
  struct trade {
    event_time when;
  };
  environment env{"test"};
  env.from(described_source<trade>{}, bounded_out_of_orderness(12h, &trade::when))
      .sink(described_sink{});
  EXPECT_EQ(refusal(env), "");
}

TEST(Environment, ReportsWhatIsWrongWithAStrategy) {
  environment env{"test"};
  env.from(described_source<int>{}, ingestion_time().with_idleness(-1s)).sink(described_sink{});
  EXPECT_EQ(refusal(env),
            "plan job \"test\": source \"source\": with_idleness(-1s): the span must be positive");
}

TEST(Environment, ReadsParameters) {
  environment env{"test", {{"input", "words.txt"}, {"n", "7"}}};
  EXPECT_EQ(env.parameter("input", "book.txt"), "words.txt");
  EXPECT_EQ(env.parameter("output", "counts.csv"), "counts.csv");
  EXPECT_EQ(env.parameter<std::string>("output", "counts.csv"), "counts.csv");
  EXPECT_EQ(env.parameter("n", 5), 7);
  EXPECT_EQ(env.parameter<duration>("gap", 5min), 5min);
  EXPECT_TRUE(env.parameters().unread().empty());
}

TEST(Environment, ReportsParametersThatCannotBeReadBeforeTheGraph) {
  environment env{"test", {{"n", "many"}}};
  env.parameter<std::uint16_t>("n", 5);
  EXPECT_EQ(refusal(env),
            "job parameter n: 'many' is not an integer between 0 and 65535; set it with -P n=...");
}

}  // namespace
}  // namespace weir
