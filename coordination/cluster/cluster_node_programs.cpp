// SPDX-License-Identifier: Apache-2.0
// How programs get about: a node that lacks one asks its leader, a leader that lacks one asks the
// nodes; see coordination/cluster/cluster_node_actor.hpp. Whoever may lead one day has all.
#include <algorithm>
#include <utility>

#include <caf/all.hpp>

#include "coordination/cluster/cluster_node_actor.hpp"

namespace weir {

namespace {

// Of a leader that has no program and has met nobody who has: nodes may be about to join.
constexpr duration longest_search = node_is_lost_after;

}  // namespace

void cluster_node_actor::on_fact(const want_blob& wish) {
  const auto asker = caf::actor_cast<caf::strong_actor_ptr>(current_sender());
  if (!leads() || programs_.contains(wish.hash)) return send_program(asker, wish);
  // It asks the others; the asker waits.
  wishes_[wish.hash].push_back(asker);
  fetch(wish.hash);
}

void cluster_node_actor::send_program(const caf::strong_actor_ptr& to, const want_blob& wish) {
  auto chunk = blobs_.read(wish.hash, wish.offset);
  if (!chunk) {
    roles_.report(chunk.failure().message);
    chunk = blob_chunk{.hash = wish.hash, .total = 0, .offset = wish.offset, .bytes = {}};
  }
  if (const auto asker = caf::actor_cast<caf::actor>(to)) {
    send(asker, control_sent{encode_control(*chunk)});
  }
}

void cluster_node_actor::on_fact(const blob_chunk& chunk) {
  const auto next = blobs_.add(chunk);
  if (!next) {
    fetches_.erase(chunk.hash);
    if (chunk.total > 0) roles_.report(next.failure().message);
    return fail_orders_of(chunk.hash, next.failure().message);
  }
  if (*next < chunk.total) return send_back(want_blob{chunk.hash, *next});
  on_program_here(chunk.hash);
}

void cluster_node_actor::on_program_here(const std::string& program) {
  fetches_.erase(program);
  programs_.insert(program);
  std::vector<process_order> startable;
  std::erase_if(waiting_, [&](const waiting_order& each) {
    if (each.order.program == program) startable.push_back(each.order);
    return each.order.program == program;
  });
  for (const auto& each : startable) start(each);
  const auto wish = wishes_.extract(program);
  if (!wish) return;
  for (const auto& each : wish.mapped()) send_program(each, {program, 0});
}

void cluster_node_actor::fetch(const std::string& program) {
  if (fetches_.contains(program)) return;
  if (!leads()) {
    if (!was_welcomed_) return;
    fetches_[program] = leader_;
    return send_to(leader_, want_blob{program, 0});
  }
  for (const auto& [name, node] : nodes_) {
    const auto& there = node.programs;
    if (std::find(there.begin(), there.end(), program) == there.end()) continue;
    fetches_[program] = name;
    return send_to(name, want_blob{program, 0});
  }
}

void cluster_node_actor::on_fact(const keep_programs& wish) {
  for (const auto& each : wish.hashes) {
    if (!programs_.contains(each)) fetch(each);
  }
}

void cluster_node_actor::fetch_missing() {
  for (const auto& each : state_.programs()) {
    if (!programs_.contains(each)) fetch(each);
  }
}

void cluster_node_actor::give_up_programs() {
  std::vector<std::string> lost;
  for (const auto& [order, since] : waiting_) {
    const bool is_lost =
        !fetches_.contains(order.program) && world().now() - since >= longest_search;
    if (is_lost) lost.push_back(order.program);
  }
  for (const auto& each : lost) {
    fail_orders_of(each, "no node has its program " + each + " any more; submit the job again");
  }
}

void cluster_node_actor::fail_orders_of(const std::string& program, const std::string& why) {
  // What is told may lead to other orders.
  std::vector<waiting_order> failed;
  std::erase_if(waiting_, [&](const waiting_order& each) {
    if (each.order.program != program) return false;
    failed.push_back(each);
    return true;
  });
  for (const auto& each : failed) end_unstarted(each.order, "could not be started: " + why);
}

}  // namespace weir
