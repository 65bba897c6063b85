// SPDX-License-Identifier: Apache-2.0
// How programs get about: a node that lacks one asks its leader, a leader that lacks one asks the
// nodes; see coordination/cluster/cluster_node_actor.hpp. Whoever may lead one day has all.
#include <algorithm>
#include <set>
#include <utility>

#include <caf/all.hpp>

#include "coordination/cluster/cluster_node_actor.hpp"

namespace weir {

namespace {

// Of a leader that has no program and has met nobody who has: nodes may be about to join.
constexpr duration longest_search = node_is_lost_after;
// Half of the drafts that there may be.
constexpr std::size_t most_fetches = most_drafts / 2;

// What who lacks a program answers to who wants it.
blob_chunk nothing_of(const want_blob& wish) {
  return {.hash = wish.hash, .total = 0, .offset = wish.offset, .bytes = {}};
}

}  // namespace

void cluster_node_actor::on_fact(const want_blob& wish) {
  if (!is_sha256(wish.hash)) {
    return roles_.report("send a program: what was asked for is no SHA-256");
  }
  const auto asker = caf::actor_cast<caf::strong_actor_ptr>(current_sender());
  blobs_.use(wish.hash, world().now());
  // Its file may have been removed.
  if (const auto here = blobs_.has(wish.hash); !here || !*here) programs_.erase(wish.hash);
  if (!leads() || programs_.contains(wish.hash)) return send_program(asker, wish);
  // It asks the others; the asker waits.
  wishes_.push_back({asker, wish.hash, world().now()});
  fetch(wish.hash);
}

void cluster_node_actor::send_program(const caf::strong_actor_ptr& to, const want_blob& wish) {
  auto chunk = blobs_.read(wish.hash, wish.offset);
  if (!chunk) {
    programs_.erase(wish.hash);
    roles_.report(chunk.failure().message);
    chunk = nothing_of(wish);
  }
  if (const auto asker = caf::actor_cast<caf::actor>(to)) {
    send(asker, control_sent{encode_control(*chunk)});
  }
}

void cluster_node_actor::on_fact(const blob_chunk& chunk) {
  if (chunk.total == 0) return on_program_missing(chunk.hash);
  const auto next = blobs_.add(chunk, world().now());
  if (!next) {
    fetches_.erase(chunk.hash);
    roles_.report(next.failure().message);
    return fail_orders_of(chunk.hash, next.failure().message);
  }
  if (*next < chunk.total) return send_back(want_blob{chunk.hash, *next});
  on_program_here(chunk.hash);
}

// Who was asked does not have it.
void cluster_node_actor::on_program_missing(const std::string& program) {
  const auto source = fetches_.extract(program);
  if (!leads()) {
    wanted_.erase(program);
    fail_orders_of(program, "the leader has not found its program " + program);
  } else if (source) {
    const auto node = nodes_.find(source.mapped());
    if (node != nodes_.end()) std::erase(node->second.programs, program);
  }
  fetch_next();
}

void cluster_node_actor::on_program_here(const std::string& program) {
  fetches_.erase(program);
  wanted_.erase(program);
  programs_.insert(program);
  if (was_welcomed_ && roles_.may_lead) send_to(leader_, programs_kept{roles_.name, {program}});
  std::vector<process_order> startable;
  std::erase_if(waiting_, [&](const waiting_order& each) {
    if (each.order.program == program) startable.push_back(each.order);
    return each.order.program == program;
  });
  for (const auto& each : startable) start(each);
  std::erase_if(wishes_, [&](const wish_for_program& each) {
    if (each.program == program) send_program(each.from, {program, 0});
    return each.program == program;
  });
  fetch_next();
}

void cluster_node_actor::fetch(const std::string& program) {
  wanted_.insert(program);
  fetch_next();
}

// Few at a time: each has a draft in the store, which uploads need, too. What is waited for is
// first.
void cluster_node_actor::fetch_next() {
  if (!is_led()) return;
  std::vector<std::string> next;
  for (const auto& each : waiting_) next.push_back(each.order.program);
  for (const auto& each : wishes_) next.push_back(each.program);
  next.insert(next.end(), wanted_.begin(), wanted_.end());
  for (const auto& each : next) {
    if (fetches_.size() >= most_fetches) return;
    if (!fetches_.contains(each) && !programs_.contains(each)) begin_fetch(each);
  }
}

void cluster_node_actor::begin_fetch(const std::string& program) {
  if (was_welcomed_) {
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
  // It is a leader that was lost since, if this node leads.
  if (leads()) return;
  programs_kept kept{.node = roles_.name};
  for (const auto& each : wish.hashes) {
    if (!is_sha256(each)) {
      roles_.report("keep a program: its name is no SHA-256");
      continue;
    }
    blobs_.use(each, world().now());
    if (const auto here = blobs_.has(each); here && *here) {
      kept.hashes.push_back(each);
    } else {
      programs_.erase(each);
      wanted_.insert(each);
    }
  }
  send_back(kept);
  fetch_next();
}

// --- Jobs that wait to be accepted ---------------------------------------------------------------

accepted cluster_node_actor::accepted_uncopied(const std::string& job,
                                               const std::string& why) const {
  return {.job = job,
          .remark = "job " + job + " is accepted, but its program is on node " + roles_.name +
                    " alone: " + why + "; if that node is lost before one has, so is the job"};
}

void cluster_node_actor::accept_once_copied(held_acceptance acceptance) {
  bool has_others = false;
  for (const auto& [name, node] : nodes_) {
    if (!node.may_lead) continue;
    has_others = true;
    send_to(name, keep_programs{{acceptance.program}});
  }
  if (!has_others) {
    // Others may lead, if this one may be elected: they are not there at the moment.
    const auto what =
        roles_.may_lead
            ? accepted_uncopied(acceptance.job, "no other that may lead is there to fetch it")
            : accepted{.job = acceptance.job};
    return hold(acceptance.from, {acceptance.question, what});
  }
  acceptances_.push_back(std::move(acceptance));
  accept_uncopied();
}

void cluster_node_actor::on_fact(const programs_kept& fact) {
  const auto node = nodes_.find(fact.node);
  if (!leads() || node == nodes_.end() || !node->second.may_lead) return;
  auto& there = node->second.programs;
  std::vector<held_acceptance> safe;
  for (const auto& program : fact.hashes) {
    if (std::find(there.begin(), there.end(), program) == there.end()) there.push_back(program);
    std::erase_if(acceptances_, [&](const held_acceptance& each) {
      if (each.program == program) safe.push_back(each);
      return each.program == program;
    });
  }
  for (const auto& each : safe) hold(each.from, {each.question, accepted{.job = each.job}});
}

// Nobody has it in time: whoever has submitted the job is told what that may cost.
void cluster_node_actor::accept_uncopied() {
  std::vector<held_acceptance> late;
  std::erase_if(acceptances_, [&](const held_acceptance& each) {
    if (world().now() - each.since < roles_.copy_patience) return false;
    late.push_back(each);
    return true;
  });
  for (const auto& each : late) {
    hold(each.from,
         {each.question,
          accepted_uncopied(each.job, "none of the others that may lead has fetched it within " +
                                          to_string(roles_.copy_patience))});
  }
}

void cluster_node_actor::fetch_missing() {
  for (const auto& each : state_.programs()) {
    if (!programs_.contains(each)) wanted_.insert(each);
  }
  fetch_next();
}

// Of a leader: nobody has them, and nodes that might have been given the time to join.
void cluster_node_actor::give_up_programs() {
  const auto is_lost = [&](const std::string& program, processing_time since) {
    return !fetches_.contains(program) && world().now() - since >= longest_search;
  };
  std::set<std::string> lost;
  for (const auto& [order, since] : waiting_) {
    if (is_lost(order.program, since)) lost.insert(order.program);
  }
  for (const auto& each : lost) {
    wanted_.erase(each);
    fail_orders_of(each, "no node has its program " + each + " any more; submit the job again");
  }
  std::erase_if(wishes_, [&](const wish_for_program& each) {
    if (!is_lost(each.program, each.since)) return false;
    wanted_.erase(each.program);
    if (const auto asker = caf::actor_cast<caf::actor>(each.from)) {
      send(asker, control_sent{encode_control(nothing_of({each.program, 0}))});
    }
    return true;
  });
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
