// SPDX-License-Identifier: Apache-2.0
// Chains, tasks and channels of a job, and the property that both ends of every channel agree.
#include "coordination/execution_graph.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

job_options with_parallelism(std::uint32_t parallelism) {
  job_options options;
  options.parallelism = parallelism;
  return options;
}

std::vector<std::string> chain_names(const execution_graph& graph) {
  std::vector<std::string> names;
  for (const auto& chain : graph.chains()) names.push_back(chain.name);
  return names;
}

class ExecutionGraph : public ::testing::Test {
protected:
  static graph_node named(std::string name) {
    return map_node<adding_map>(std::move(name), number{1});
  }

  sink_results results_;
};

using names = std::vector<std::string>;

TEST_F(ExecutionGraph, ChainsOperatorsThatForwardToEachOther) {
  const auto job = keyed_sum_job(1, results_);
  const execution_graph graph{job.graph(), with_parallelism(4)};
  EXPECT_EQ(chain_names(graph), (names{"numbers -> add", "sum -> collect"}));
  EXPECT_EQ(graph.task_count(), 8U);
  EXPECT_EQ(graph.chain_of({3}), 0U);
  EXPECT_EQ(graph.chain_of({4}), 1U);
  EXPECT_EQ(graph.subtask_of({5}), subtask_index{1});
}

TEST_F(ExecutionGraph, GivesEveryOperatorItsTaskWhenChainingIsOff) {
  const auto job = keyed_sum_job(1, results_);
  auto options = with_parallelism(2);
  options.operator_chaining = false;
  const execution_graph graph{job.graph(), options};
  EXPECT_EQ(chain_names(graph), (names{"numbers", "add", "sum", "collect"}));
}

TEST_F(ExecutionGraph, DoesNotChainWhatWasForbiddenToChain) {
  auto fresh = named("fresh");
  fresh.chain = chaining::start_new_chain;
  auto alone = named("alone");
  alone.chain = chaining::never;
  auto apart = named("apart");
  apart.slot_sharing_group = "other";
  linear_job job{source_node(1)};
  job.then(fresh)
      .then(named("a"))
      .then(alone)
      .then(named("b"))
      .then(apart)
      .then(sink_node(results_));
  const execution_graph graph{job.graph(), with_parallelism(2)};
  EXPECT_EQ(chain_names(graph), (names{"numbers", "fresh -> a", "alone", "b", "apart", "collect"}));
}

TEST_F(ExecutionGraph, DoesNotChainAcrossDifferentParallelismAndSpreadsTheRecords) {
  auto narrow = named("narrow");
  narrow.parallelism = 2;
  linear_job job{source_node(1)};
  job.then(narrow).then(sink_node(results_));
  const execution_graph graph{job.graph(), with_parallelism(3)};
  EXPECT_EQ(chain_names(graph), (names{"numbers", "narrow", "collect"}));
  for (const auto& each : graph.exchanges()) {
    EXPECT_EQ(each.edge.how, partitioning::rebalance);
  }
}

TEST_F(ExecutionGraph, DoesNotChainAnOperatorWithTwoInputs) {
  job_graph made;
  const auto a = made.add(source_node(1));
  const auto b = made.add(source_node(1));
  const auto both = made.add(sink_node(results_));
  made.connect(edge_of(a, both));
  made.connect(edge_of(b, both));
  const execution_graph graph{made, with_parallelism(2)};
  EXPECT_EQ(graph.chains().size(), 3U);
  const auto sink = graph.describe({5}, {});
  ASSERT_EQ(sink.upstream.size(), 2U);
  EXPECT_EQ(sink.upstream[0].task, task_index{1});
  EXPECT_EQ(sink.upstream[1].task, task_index{3});
}

TEST_F(ExecutionGraph, ChainsAFanOutAsATree) {
  job_graph made;
  const auto source = made.add(source_node(1));
  const auto left = made.add(named("left"));
  const auto right = made.add(named("right"));
  const auto left_sink = made.add(sink_node(results_));
  const auto right_sink = made.add(sink_node(results_));
  made.connect(edge_of(source, left));
  made.connect(edge_of(source, right));
  made.connect(edge_of(left, left_sink));
  made.connect(edge_of(right, right_sink, partitioning::rebalance));
  const execution_graph graph{made, with_parallelism(2)};
  EXPECT_EQ(chain_names(graph), (names{"numbers -> left -> collect -> right", "collect"}));
  const auto task = graph.describe({0}, {});
  ASSERT_EQ(task.operators.size(), 4U);
  ASSERT_EQ(task.operators[0].targets.size(), 2U);
  EXPECT_EQ(task.operators[0].targets[0].index, 1U);
  EXPECT_EQ(task.operators[0].targets[1].index, 3U);
  EXPECT_TRUE(task.operators[2].targets.empty());
  ASSERT_EQ(task.operators[3].targets.size(), 1U);
  EXPECT_FALSE(task.operators[3].targets[0].is_chained);
}

TEST_F(ExecutionGraph, DescribesATaskCompletely) {
  const auto job = keyed_sum_job(1, results_);
  auto options = with_parallelism(3);
  options.max_parallelism = 128;
  options.credit_window = 5;
  const execution_graph graph{job.graph(), options};
  const auto task = graph.describe({4}, {{"1/7", "12"}});
  EXPECT_EQ(task.name, "sum -> collect (2/3)");
  EXPECT_EQ(task.subtask, subtask_index{1});
  EXPECT_EQ(task.parallelism, 3U);
  EXPECT_EQ(task.max_parallelism, 128U);
  EXPECT_EQ(task.credit_window, 5U);
  EXPECT_EQ(task.splits, (std::vector<source_split>{{"1/7", "12"}}));
  EXPECT_EQ(task.operators[0].node->name, "sum");
  EXPECT_EQ(task.operators[0].id, operator_ids(job.graph())[2]);
  EXPECT_EQ(task.upstream.size(), 3U);
  EXPECT_TRUE(task.downstream.empty());
}

TEST_F(ExecutionGraph, GivesTasksDifferentSeedsThatFollowFromTheJobs) {
  const auto job = keyed_sum_job(1, results_);
  auto options = with_parallelism(7);
  options.seed = 17;
  std::set<std::uint64_t> seeds;
  const execution_graph graph{job.graph(), options};
  const execution_graph same{job.graph(), options};
  for (std::uint32_t n = 0; n < graph.task_count(); ++n) {
    seeds.insert(graph.describe({n}, {}).seed);
    EXPECT_EQ(graph.describe({n}, {}).seed, same.describe({n}, {}).seed);
  }
  EXPECT_EQ(seeds.size(), graph.task_count());
}

// The consumers of each producer, as its channels say.
std::vector<std::vector<std::uint32_t>> consumers_of(partitioning how, std::uint32_t producers,
                                                     std::uint32_t consumers) {
  sink_results results;
  auto source = source_node(1);
  source.parallelism = producers;
  auto sink = sink_node(results);
  sink.parallelism = consumers;
  linear_job job{source};
  job.then(sink, how);
  auto options = with_parallelism(1);
  options.operator_chaining = false;
  const execution_graph graph{job.graph(), options};
  std::vector<std::vector<std::uint32_t>> reached(producers);
  for (std::uint32_t from = 0; from < producers; ++from) {
    const auto task = graph.describe({from}, {});
    EXPECT_EQ(task.output_edges.front().channel_count, task.downstream.size());
    for (const auto& peer : task.downstream) {
      reached[from].push_back(peer.task.value - producers);
    }
  }
  return reached;
}

TEST_F(ExecutionGraph, RescalingPairsTheSubtasksInOrder) {
  using table = std::vector<std::vector<std::uint32_t>>;
  EXPECT_EQ(consumers_of(partitioning::rescale, 2, 4), (table{{0, 1}, {2, 3}}));
  EXPECT_EQ(consumers_of(partitioning::rescale, 4, 2), (table{{0}, {0}, {1}, {1}}));
  EXPECT_EQ(consumers_of(partitioning::rescale, 2, 5), (table{{0, 1, 2}, {3, 4}}));
  EXPECT_EQ(consumers_of(partitioning::rescale, 3, 3), (table{{0}, {1}, {2}}));
}

TEST_F(ExecutionGraph, RescalingSharesTheOtherSideOutEvenly) {
  for (std::uint32_t producers = 1; producers <= 7; ++producers) {
    for (std::uint32_t consumers = 1; consumers <= 7; ++consumers) {
      const auto reached = consumers_of(partitioning::rescale, producers, consumers);
      std::vector<std::uint32_t> times(consumers);
      for (const auto& each : reached) {
        EXPECT_GE(each.size(), consumers / producers);
        EXPECT_GE(each.size(), 1U);
        EXPECT_LE(each.size(), (consumers + producers - 1) / producers);
        for (const auto to : each) ++times[to];
      }
      for (const auto count : times) {
        EXPECT_GE(count, 1U);
        EXPECT_LE(count, (producers + consumers - 1) / consumers);
      }
    }
  }
}

TEST_F(ExecutionGraph, ConnectsEverybodyWithEverybodyUnlessItForwardsOrRescales) {
  for (const auto how : {partitioning::hash, partitioning::rebalance, partitioning::shuffle,
                         partitioning::broadcast, partitioning::global}) {
    for (const auto& each : consumers_of(how, 3, 5)) {
      EXPECT_EQ(each, (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
    }
  }
}

// Some sources, then maps that each read one or two earlier nodes, all with random parallelism.
job_graph random_graph(random_numbers& random, sink_results& results) {
  constexpr partitioning ways[] = {partitioning::forward,   partitioning::hash,
                                   partitioning::rebalance, partitioning::rescale,
                                   partitioning::shuffle,   partitioning::broadcast,
                                   partitioning::global};
  job_graph made;
  const auto draw = [&](std::uint64_t bound) {
    return static_cast<std::uint32_t>(random.below(bound));
  };
  const auto add = [&](graph_node node) {
    if (draw(2) == 0) node.parallelism = 1 + draw(7);
    return made.add(std::move(node));
  };
  const auto connect = [&](node_index to) {
    made.connect(edge_of({draw(to.value)}, to, ways[draw(std::size(ways))]));
  };
  for (std::uint32_t n = 0; n < 1 + draw(2); ++n) add(source_node(1));
  const auto middle = 1 + draw(5);
  for (std::uint32_t n = 0; n < middle; ++n) {
    const auto node = add(map_node<adding_map>("map", number{1}));
    for (std::uint32_t inputs = 0; inputs <= draw(2); ++inputs) connect(node);
  }
  connect(add(sink_node(results)));
  return made;
}

TEST_F(ExecutionGraph, BothEndsOfEveryChannelAgree) {
  for (const auto seed : seeds_for(300)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_numbers random{seed};
    const auto made = random_graph(random, results_);
    const execution_graph graph{made, with_parallelism(1 + static_cast<std::uint32_t>(seed % 7))};
    std::vector<task_description> tasks;
    std::size_t ins = 0;
    std::size_t outs = 0;
    for (std::uint32_t n = 0; n < graph.task_count(); ++n) {
      tasks.push_back(graph.describe({n}, {}));
      const auto& task = tasks.back();
      ins += task.upstream.size();
      outs += task.downstream.size();
      ASSERT_EQ(task.input_of_channel.size(), task.upstream.size());
      std::size_t channels = 0;
      for (const auto& edge : task.output_edges) channels += edge.channel_count;
      ASSERT_EQ(channels, task.downstream.size());
    }
    EXPECT_EQ(ins, outs);
    for (const auto& task : tasks) {
      for (std::uint32_t channel = 0; channel < task.downstream.size(); ++channel) {
        const auto& peer = task.downstream[channel];
        const auto& back = tasks[peer.task.value].upstream.at(peer.channel.value);
        ASSERT_EQ(back.task, task.task);
        ASSERT_EQ(back.channel, channel_index{channel});
      }
    }
  }
}

TEST_F(ExecutionGraph, PutsEveryOperatorBehindItsProducerInExactlyOneChain) {
  for (const auto seed : seeds_for(100)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_numbers random{seed};
    const auto made = random_graph(random, results_);
    const execution_graph graph{made, with_parallelism(2)};
    std::multiset<node_index> placed;
    for (const auto& chain : graph.chains()) placed.insert(chain.nodes.begin(), chain.nodes.end());
    EXPECT_EQ(placed.size(), made.nodes.size());
    EXPECT_EQ(std::set(placed.begin(), placed.end()).size(), made.nodes.size());
    for (std::uint32_t n = 0; n < graph.task_count(); ++n) {
      const auto task = graph.describe({n}, {});
      for (std::uint32_t i = 0; i < task.operators.size(); ++i) {
        for (const auto& target : task.operators[i].targets) {
          EXPECT_TRUE(!target.is_chained || target.index > i);
        }
      }
    }
  }
}

}  // namespace
}  // namespace weir
