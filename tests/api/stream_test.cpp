// SPDX-License-Identifier: Apache-2.0
// The words of a stream: which nodes and edges they add to the job graph.
#include "api/stream.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/graph_reading.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

struct trade {
  std::string symbol;
  int amount = 0;
};

class Stream : public testing::Test {
protected:
  template <class T = int>
  stream<T> from(std::string name = "source") {
    return env_.from(described_source<T>{std::move(name)});
  }
  const job_graph& graph() const { return env_.graph(); }
  const graph_node& node(std::string_view name) const { return node_named(env_.graph(), name); }

  environment env_{"test"};
};

TEST_F(Stream, ReadsAsASentence) {
  from<std::string>()
      .flat_map([](const std::string& s) {
        return std::vector<std::string>{s, s};
      })
      .filter([](const std::string& s) { return !s.empty(); })
      .map([](const std::string& s) { return s.size(); })
      .sink(described_sink{});
  EXPECT_EQ(edges_of(graph()),
            "source -> flat_map, flat_map -> filter, filter -> map, map -> sink");
  EXPECT_EQ(refusal(env_), "");
  EXPECT_EQ(node("map").input_types, std::vector{element_type_of<std::string>()});
  EXPECT_EQ(node("map").output_types, std::vector{element_type_of<std::size_t>()});
  EXPECT_FALSE(node("map").keeps_state);
}

TEST_F(Stream, TakesPointersToMember) {
  from<trade>().map(&trade::symbol).sink(described_sink{});
  EXPECT_EQ(node("map").output_types, std::vector{element_type_of<std::string>()});
}

TEST_F(Stream, MayBeReadMoreThanOnce) {
  const auto numbers = from();
  numbers.map([](int x) { return x; }).sink(described_sink{"a"});
  numbers.sink(described_sink{"b"});
  EXPECT_EQ(edges_of(graph()), "source -> map, map -> a, source -> b");
}

TEST_F(Stream, MakesItsOperatorsWhereTheyRun) {
  from().map([](int x) { return x; }).sink(described_sink{});
  for (const graph_node& each : graph().nodes) EXPECT_NE(each.make_operator(), nullptr);
}

TEST_F(Stream, JoinsWithOthersOfItsType) {
  from<int>("a").union_with(from<int>("b"), from<int>("c")).sink(described_sink{});
  EXPECT_EQ(edges_of(graph()), "a -> sink, b -> sink, c -> sink");
  EXPECT_EQ(refusal(env_), "");
}

TEST_F(Stream, ChoosesHowRecordsFindTheirWay) {
  const auto numbers = from();
  numbers.forward().sink(described_sink{"1"});
  numbers.rebalance().sink(described_sink{"2"});
  numbers.rescale().sink(described_sink{"3"});
  numbers.shuffle().sink(described_sink{"4"});
  numbers.broadcast().sink(described_sink{"5"});
  numbers.global().sink(described_sink{"6"});
  numbers.partition_by([](int x, std::uint32_t channels) { return x % static_cast<int>(channels); })
      .sink(described_sink{"7"});
  EXPECT_EQ(edges_of(graph()),
            "source -forward-> 1, source -rebalance-> 2, source -rescale-> 3, source -shuffle-> 4, "
            "source -broadcast-> 5, source -global-> 6, source -custom-> 7");
  EXPECT_NE(graph().edges.back().router, nullptr);
  EXPECT_EQ(refusal(env_), "");
}

TEST_F(Stream, DescribesTheOperatorBefore) {
  from()
      .map([](int x) { return x; })
      .name("double")
      .uid("double-1")
      .parallelism(4)
      .slot_sharing_group("heavy")
      .start_new_chain()
      .sink(described_sink{})
      .name("out")
      .uid("out-1")
      .parallelism(2);
  EXPECT_EQ(edges_of(graph()), "source -> double, double -> out");
  EXPECT_EQ(node("double").uid, "double-1");
  EXPECT_EQ(node("double").parallelism, 4U);
  EXPECT_EQ(node("double").slot_sharing_group, "heavy");
  EXPECT_EQ(node("double").chain, chaining::start_new_chain);
  EXPECT_EQ(node("out").uid, "out-1");
  EXPECT_EQ(node("out").parallelism, 2U);
}

TEST_F(Stream, ChoosesWhatBecomesOfRecordsThatThrow) {
  const auto mapped = from().map([](int x) { return x; });
  EXPECT_EQ(node("map").on_error, error_policy::fail);
  mapped.on_error(skip_and_count());
  EXPECT_EQ(node("map").on_error, error_policy::skip);
  mapped.on_error(fail());
  EXPECT_EQ(node("map").on_error, error_policy::fail);
  mapped.on_error(dead_letters_to(described_sink{"dead"})).sink(described_sink{});
  EXPECT_EQ(node("map").on_error, error_policy::dead_letter);
  EXPECT_EQ(node("map").dead_letter_port, 1U);
  EXPECT_EQ(edges_of(graph()), "source -> map, map:1 -> dead, map -> sink");
  EXPECT_EQ(refusal(env_), "");
}

TEST_F(Stream, AssignsWatermarksInMidStream) {
  from<int>().assign_watermarks(monotonous()).sink(described_sink{});
  EXPECT_EQ(edges_of(graph()), "source -> assign_watermarks, assign_watermarks -> sink");
  EXPECT_TRUE(node("assign_watermarks").make_operator()->makes_watermarks());
}

TEST_F(Stream, ReportsWhatIsWrongWithAWatermarkStrategy) {
  from<int>().assign_watermarks(bounded_out_of_orderness(-1s)).name("times").sink(described_sink{});
  EXPECT_EQ(refusal(env_),
            "plan job \"test\": operator \"times\": bounded_out_of_orderness(-1s): the bound must "
            "not be negative");
}

TEST_F(Stream, HasTheSideOutputsOfAProcessFunction) {
  const side_output<std::string> odd{"odd"};
  const auto even = from().process<int>([](const int&, process_context<int>&) {});
  even.side_output(odd).sink(described_sink{"odd numbers"});
  even.side_output(odd).sink(described_sink{"odd numbers again"});
  even.side_output(side_output<int>{"huge"}).sink(described_sink{"huge numbers"});
  even.sink(described_sink{});
  EXPECT_EQ(edges_of(graph()),
            "source -> process, process:1 -> odd numbers, process:1 -> odd numbers again, "
            "process:2 -> huge numbers, process -> sink");
  EXPECT_EQ(refusal(env_), "");
}

TEST_F(Stream, ConnectsTwoStreamsOfDifferentTypes) {
  from<int>("left")
      .connect(from<std::string>("right").broadcast())
      .map([](int x) { return x; }, [](const std::string& s) { return static_cast<int>(s.size()); })
      .sink(described_sink{});
  EXPECT_EQ(edges_of(graph()), "left -> co_map, right -broadcast-> co_map:1, co_map -> sink");
  EXPECT_EQ(refusal(env_), "");
}

TEST_F(Stream, AggregatesOverAllRecordsInOneSubtask) {
  env_.options().parallelism = 4;
  from<trade>().aggregate(sum(&trade::amount)).sink(described_sink{});
  EXPECT_EQ(edges_of(graph()), "source -global-> aggregate, aggregate -> sink");
  EXPECT_EQ(parallelism_of(node("aggregate"), env_.options()), 1U);
  EXPECT_TRUE(node("aggregate").keeps_state);
  EXPECT_EQ(node("aggregate").output_types, std::vector{element_type_of<std::int64_t>()});
  EXPECT_EQ(refusal(env_), "");
}

}  // namespace
}  // namespace weir
