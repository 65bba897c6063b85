// SPDX-License-Identifier: Apache-2.0
// What the validation of a job graph refuses, with the full text of every refusal.
#include <string>

#include <gtest/gtest.h>

#include "api/job_graph.hpp"
#include "tests/support/plain_graph.hpp"

namespace weir {
namespace {

std::string refusal(const job_graph& graph, const job_options& options = {}) {
  const status outcome = validate(graph, options);
  return outcome ? "" : outcome.failure().message;
}

TEST(JobGraph, IsValidFromSourceToSink) {
  EXPECT_EQ(refusal(chain({source(), node("map"), sink()})), "");
}

TEST(JobGraph, NeedsASource) {
  job_graph graph = chain({sink()});
  EXPECT_EQ(refusal(graph),
            "plan job \"test\": there is no source; start a stream with env.from(...)");
}

TEST(JobGraph, NeedsASinkBehindEverySource) {
  EXPECT_EQ(refusal(chain({source("lines_of(book.txt)")})),
            "plan job \"test\": source \"lines_of(book.txt)\": nothing consumes its records; "
            "end the stream with .sink(...)");
  EXPECT_EQ(refusal(chain({source(), node("words")})),
            "plan job \"test\": operator \"words\": nothing consumes its records; "
            "end the stream with .sink(...)");
}

TEST(JobGraph, DoesNotTakeDeadLettersForTheResult) {
  job_graph graph = chain({source(), node("parse")});
  graph_node& parse = graph.node({1});
  parse.on_error = error_policy::dead_letter;
  parse.dead_letter_port = 1;
  parse.output_types.push_back(element_type_of<int>());
  graph.connect({.from = {1}, .port = 1, .to = graph.add(sink())});
  EXPECT_EQ(refusal(graph),
            "plan job \"test\": operator \"parse\": nothing consumes its records; "
            "end the stream with .sink(...)");
}

TEST(JobGraph, NeedsEveryInputFed) {
  job_graph graph = chain({source(), node("join"), sink()});
  graph.node({1}).input_types.push_back(element_type_of<int>());
  EXPECT_EQ(refusal(graph), "plan job \"test\": operator \"join\": nothing feeds its input 1");
}

TEST(JobGraph, NamesTheOperatorsOfACycle) {
  job_graph graph = chain({source(), node("a"), node("b"), node("c"), sink()});
  graph.connect({.from = {3}, .to = {2}});
  EXPECT_EQ(refusal(graph),
            "plan job \"test\": the operators \"b\" -> \"c\" -> \"b\" form a cycle; records only "
            "flow forward, remove one of these edges");
}

TEST(JobGraph, RefusesPortsAndInputsThatDoNotExist) {
  job_graph from_nowhere = chain({source(), sink()});
  from_nowhere.edges[0].port = 2;
  EXPECT_EQ(refusal(from_nowhere),
            "plan job \"test\": \"numbers\" -> \"print\": there is no output port 2; source "
            "\"numbers\" has 1");
  job_graph to_nowhere = chain({source(), sink()});
  to_nowhere.edges[0].input = 1;
  EXPECT_EQ(refusal(to_nowhere),
            "plan job \"test\": \"numbers\" -> \"print\": there is no input 1; sink \"print\" has "
            "1");
}

TEST(JobGraph, RefusesRecordsOfAnotherType) {
  job_graph graph = chain({source(), sink()});
  graph.node({1}).input_types = {element_type_of<std::string>()};
  EXPECT_EQ(refusal(graph),
            "plan job \"test\": \"numbers\" -> \"print\": the records are of type int, but sink "
            "\"print\" takes std::string");
}

TEST(JobGraph, ReportsTheProblemOfANodeWithItsName) {
  job_graph graph = chain({source(), node("window"), sink()});
  graph.node({1}).problem = error{error_code::invalid_argument, "a window of size 0s"};
  EXPECT_EQ(refusal(graph), "plan job \"test\": operator \"window\": a window of size 0s");
}

TEST(JobGraph, KeepsParallelismInRange) {
  job_options options;
  options.parallelism = 0;
  EXPECT_EQ(refusal(chain({source(), sink()}), options),
            "plan job \"test\": parallelism 0: must be between 1 and 1024 "
            "(pipeline.max-parallelism)");
  options.parallelism = 1;
  options.max_parallelism = 0;
  EXPECT_EQ(refusal(chain({source(), sink()}), options),
            "plan job \"test\": pipeline.max-parallelism 0: must be between 1 and 32768");
  options.max_parallelism = 8;
  job_graph graph = chain({source(), node("map"), sink()});
  graph.node({1}).parallelism = 0;
  EXPECT_EQ(refusal(graph, options),
            "plan job \"test\": operator \"map\": parallelism 0: must be between 1 and 8 "
            "(pipeline.max-parallelism)");
  graph.node({1}).parallelism = 9;
  EXPECT_EQ(refusal(graph, options),
            "plan job \"test\": operator \"map\": parallelism 9: must be between 1 and 8 "
            "(pipeline.max-parallelism)");
}

TEST(JobGraph, LimitsTheParallelismOfGlobalOperators) {
  job_graph graph = chain({source(), node("aggregate"), sink()});
  graph.node({1}).parallelism_limit = 1;
  job_options options;
  options.parallelism = 4;
  EXPECT_EQ(parallelism_of(graph.node({0}), options), 4U);
  EXPECT_EQ(parallelism_of(graph.node({1}), options), 1U);
  graph.node({1}).parallelism = 2;
  EXPECT_EQ(refusal(graph, options),
            "plan job \"test\": operator \"aggregate\": parallelism 2: it sees all records and can "
            "have at most 1; key the stream to spread it");
}

TEST(JobGraph, AllowsForwardOnlyBetweenEqualParallelism) {
  job_graph graph = chain({source(), sink()});
  graph.node({0}).parallelism = 2;
  EXPECT_EQ(refusal(graph), "");
  graph.edges[0].is_explicit = true;
  EXPECT_EQ(refusal(graph),
            "plan job \"test\": \"numbers\" -> \"print\": forward() needs equal parallelism, here "
            "it is 2 and 1; use rebalance() or rescale()");
}

TEST(JobGraph, AsksForTheUidOfStateThatOnlyTheJobKnows) {
  job_graph graph = chain({source(), stateful("fraud"), sink()});
  graph.node({1}).needs_uid = true;
  EXPECT_EQ(refusal(graph),
            "plan job \"test\": operator \"fraud\" keeps state under a name only your code knows: "
            "give it an address that survives changes: .uid(\"fraud\")");
  graph.node({1}).uid = "fraud";
  EXPECT_EQ(refusal(graph), "");
}

TEST(JobGraph, AsksForAllUidsWhenTheyAreRequired) {
  job_graph graph = chain({source(), stateful("reduce"), sink()});
  job_options options;
  EXPECT_EQ(refusal(graph, options), "");
  options.require_uids = true;
  EXPECT_EQ(refusal(graph, options),
            "plan job \"test\": operator \"reduce\" keeps state and pipeline.require-uids is set: "
            "give it an address that survives changes: .uid(\"reduce\")");
}

TEST(JobGraph, RefusesOneUidTwice) {
  job_graph graph = chain({source(), stateful("a"), stateful("b"), sink()});
  graph.node({1}).uid = "x";
  graph.node({2}).uid = "x";
  EXPECT_EQ(
      refusal(graph),
      "plan job \"test\": uid \"x\" is given to both operator \"a\" and operator \"b\"; a uid "
      "is the address of one operator");
}

TEST(JobGraph, AsksForUidsWhereThePathOfNamesIsNotUnique) {
  job_graph graph = two_counts_of_one_source();
  EXPECT_EQ(refusal(graph),
            "plan job \"test\": two operators named \"count\" keep state and come after the same "
            "operators, so their state would have one address: give each a uid: .uid(\"...\")");
  graph.node({3}).uid = "second";
  EXPECT_EQ(refusal(graph), "");
}

}  // namespace
}  // namespace weir
