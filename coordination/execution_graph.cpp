// SPDX-License-Identifier: Apache-2.0
// Chains, tasks and channels; see coordination/execution_graph.hpp.
#include "coordination/execution_graph.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

// Rescaling pairs the subtasks of two chains in order. The partners of subtask `i` out of `own`
// among `others`: a run of them where there are more others, else a single one.
execution_graph::subtask_range share_of(std::uint32_t i, std::uint32_t own, std::uint32_t others) {
  const auto scaled = [&](std::uint64_t x) { return x * others / own; };
  const auto scaled_up = [&](std::uint64_t x) { return (x * others + own - 1) / own; };
  if (own >= others) {
    const auto only = static_cast<std::uint32_t>(scaled(i));
    return {only, only + 1};
  }
  return {static_cast<std::uint32_t>(scaled_up(i)),
          static_cast<std::uint32_t>(scaled_up(std::uint64_t{i} + 1))};
}

}  // namespace

execution_graph::execution_graph(const job_graph& graph, job_options options)
    : graph_{&graph}, options_{options}, ids_{operator_ids(graph)} {
  find_chains();
  number_tasks();
  find_exchanges();
}

bool execution_graph::can_chain(const graph_edge& edge) const {
  const auto& from = graph_->node(edge.from);
  const auto& to = graph_->node(edge.to);
  const auto inputs = std::count_if(graph_->edges.begin(), graph_->edges.end(),
                                    [&](const auto& other) { return other.to == edge.to; });
  return options_.operator_chaining && edge.how == partitioning::forward && inputs == 1 &&
         parallelism_of(from, options_) == parallelism_of(to, options_) &&
         from.slot_sharing_group == to.slot_sharing_group && to.chain == chaining::allowed &&
         from.chain != chaining::never;
}

void execution_graph::find_chains() {
  constexpr auto none = static_cast<std::uint32_t>(-1);
  const auto count = static_cast<std::uint32_t>(graph_->nodes.size());
  std::vector<std::uint32_t> producer(count, none);  // The node that this one is chained to.
  for (const auto& edge : graph_->edges) {
    if (can_chain(edge)) producer[edge.to.value] = edge.from.value;
  }
  chain_of_node_.assign(count, none);
  const auto grow = [&](auto& self, std::uint32_t node, std::uint32_t chain) -> void {
    chain_of_node_[node] = chain;
    chains_[chain].nodes.push_back({node});
    for (std::uint32_t next = 0; next < count; ++next) {
      if (producer[next] == node) self(self, next, chain);
    }
  };
  for (std::uint32_t node = 0; node < count; ++node) {
    if (producer[node] != none) continue;
    const auto chain = static_cast<std::uint32_t>(chains_.size());
    chains_.emplace_back();
    grow(grow, node, chain);
  }
}

void execution_graph::number_tasks() {
  for (auto& chain : chains_) {
    const auto& head = graph_->node(chain.nodes.front());
    chain.parallelism = parallelism_of(head, options_);
    chain.slot_sharing_group = head.slot_sharing_group;
    for (const auto node : chain.nodes) {
      if (!chain.name.empty()) chain.name += " -> ";
      chain.name += graph_->node(node).name;
    }
    chain.first_task = {task_count_};
    task_count_ += chain.parallelism;
  }
}

void execution_graph::find_exchanges() {
  for (const auto& edge : graph_->edges) {
    const auto from = chain_of_node_[edge.from.value];
    const auto to = chain_of_node_[edge.to.value];
    if (from == to && can_chain(edge)) continue;
    exchange made{edge, from, to};
    const bool differs = chains_[from].parallelism != chains_[to].parallelism;
    if (edge.how == partitioning::forward && !edge.is_explicit && differs) {
      made.edge.how = partitioning::rebalance;
    }
    exchanges_.push_back(std::move(made));
  }
}

bool execution_graph::has(operator_id id) const {
  return std::find(ids_.begin(), ids_.end(), id) != ids_.end();
}

std::uint32_t execution_graph::chain_of(task_index task) const {
  std::uint32_t chain = 0;
  while (chain + 1 < chains_.size() && chains_[chain + 1].first_task <= task) ++chain;
  return chain;
}

subtask_index execution_graph::subtask_of(task_index task) const {
  return {task.value - chains_[chain_of(task)].first_task.value};
}

execution_graph::subtask_range execution_graph::consumers_of(const exchange& each,
                                                             std::uint32_t producer) const {
  const auto producers = chains_[each.from_chain].parallelism;
  const auto consumers = chains_[each.to_chain].parallelism;
  if (each.edge.how == partitioning::forward) return {producer, producer + 1};
  if (each.edge.how == partitioning::rescale) return share_of(producer, producers, consumers);
  return {0, consumers};
}

execution_graph::subtask_range execution_graph::producers_of(const exchange& each,
                                                             std::uint32_t consumer) const {
  const auto producers = chains_[each.from_chain].parallelism;
  const auto consumers = chains_[each.to_chain].parallelism;
  if (each.edge.how == partitioning::forward) return {consumer, consumer + 1};
  if (each.edge.how == partitioning::rescale) return share_of(consumer, consumers, producers);
  return {0, producers};
}

// Input channels are numbered exchange by exchange, in each by the producer's subtask.
channel_index execution_graph::input_channel(const exchange& each, std::uint32_t producer,
                                             std::uint32_t consumer) const {
  std::uint32_t before = 0;
  for (const auto* other = exchanges_.data(); other != &each; ++other) {
    if (other->to_chain == each.to_chain) before += producers_of(*other, consumer).size();
  }
  return {before + producer - producers_of(each, consumer).begin};
}

// Output channels are numbered exchange by exchange, in each by the consumer's subtask.
channel_index execution_graph::output_channel(const exchange& each, std::uint32_t producer,
                                              std::uint32_t consumer) const {
  std::uint32_t before = 0;
  for (const auto* other = exchanges_.data(); other != &each; ++other) {
    if (other->from_chain == each.from_chain) before += consumers_of(*other, producer).size();
  }
  return {before + consumer - consumers_of(each, producer).begin};
}

void execution_graph::add_output(const exchange& each, task_description& made) const {
  const auto producer = made.subtask.value;
  const auto range = consumers_of(each, producer);
  for (auto consumer = range.begin; consumer < range.end; ++consumer) {
    made.downstream.push_back({{chains_[each.to_chain].first_task.value + consumer},
                               input_channel(each, producer, consumer)});
  }
  made.output_edges.push_back({each.edge.how, each.edge.keys, each.edge.router, range.size(),
                               graph_->node(each.edge.from).output_types[each.edge.port]});
}

void execution_graph::add_input(const exchange& each, task_description& made) const {
  const auto consumer = made.subtask.value;
  const auto range = producers_of(each, consumer);
  for (auto producer = range.begin; producer < range.end; ++producer) {
    made.upstream.push_back({{chains_[each.from_chain].first_task.value + producer},
                             output_channel(each, producer, consumer)});
    made.input_of_channel.push_back(each.edge.input);
  }
}

std::uint64_t seed_of(task_index task, std::uint64_t seed) { return mix(seed + task.value); }

task_description execution_graph::describe(task_index task,
                                           std::vector<source_split> splits) const {
  const auto chain_number = chain_of(task);
  const auto& chain = chains_[chain_number];
  task_description made;
  made.task = task;
  made.subtask = subtask_of(task);
  made.parallelism = chain.parallelism;
  made.name = chain.name + subtask_suffix(made.subtask, made.parallelism);
  made.max_parallelism = options_.max_parallelism;
  made.credit_window = options_.credit_window;
  made.is_exactly_once = options_.checkpoint_mode == delivery_guarantee::exactly_once;
  made.seed = seed_of(task, options_.seed.value_or(0));
  made.splits = std::move(splits);
  for (const auto node : chain.nodes) {
    made.operators.push_back({&graph_->node(node), ids_[node.value], {}});
  }
  const auto position = [&](node_index node) {
    const auto found = std::find(chain.nodes.begin(), chain.nodes.end(), node);
    return static_cast<std::uint32_t>(found - chain.nodes.begin());
  };
  for (const auto& edge : graph_->edges) {
    if (chain_of_node_[edge.from.value] != chain_number || !can_chain(edge)) continue;
    made.operators[position(edge.from)].targets.push_back(
        {edge.port, true, position(edge.to), edge.input});
  }
  for (const auto& each : exchanges_) {
    if (each.from_chain == chain_number) {
      const auto number = static_cast<std::uint32_t>(made.output_edges.size());
      made.operators[position(each.edge.from)].targets.push_back(
          {each.edge.port, false, number, 0});
      add_output(each, made);
    }
    if (each.to_chain == chain_number) add_input(each, made);
  }
  return made;
}

}  // namespace weir
