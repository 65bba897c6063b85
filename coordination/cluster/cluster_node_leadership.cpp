// SPDX-License-Identifier: Apache-2.0
// Who leads, and what the leader decides and stores; see
// coordination/cluster/cluster_node_actor.hpp.
#include <algorithm>
#include <iterator>
#include <utility>

#include <caf/all.hpp>

#include "coordination/cluster/cluster_node_actor.hpp"
#include "coordination/cluster/drained_nodes.hpp"
#include "coordination/overloaded.hpp"

namespace weir {

namespace {

// A leader that says nothing for so long may not know that it has lost the lead.
constexpr duration longest_silence = std::chrono::seconds{4};
constexpr std::uint32_t most_failed_writes = 10;  // One in a second.

}  // namespace

// --- This node leads -----------------------------------------------------------------------------

// A lease may pass while this node stands still, or its keeper does.
void cluster_node_actor::look_at_lease() {
  if (lead_ && world().now() >= lead_->until) on_lead_ended("the store was not heard of in time");
}

void cluster_node_actor::on_lead_begun(const lead_begun& fact) {
  keeper_ = fact.keeper;
  if (lead_) on_lead_ended("it begins anew");
  if (world().now() >= fact.until) return send(keeper_, lead_dropped{fact.term});
  on_leader_lost(world().now());
  lead_ = lead{fact.term, fact.until};
  leader_ = roles_.name;
  leaderless_since_.reset();
  gave_up_ = false;
  for (const auto& node : std::exchange(dialed_, {})) roles_.links->forget(node);
  roles_.report_change("leads");
  has_unreadable_records_ = false;
  for (const auto& [name, text] : fact.entries) {
    if (auto read = recover(name, text); !read) {
      roles_.report(within("the entry " + name, read.failure()).message);
    }
  }
  // A former leader may have heard of these, and not stored it.
  for (const auto& each : last_ends_) {
    if (each.report) execute(state_.on_reported(*each.report));
    execute(state_.on_ended(each.end, world().now()));
  }
  untold_ends_ = 0;
  node_joining self{.name = roles_.name, .slots = roles_.slots};
  self.processes = roles_.processes->running();
  execute(state_.on_node_joined(self, world().now()));
  for (const auto& [process, report] : last_reports_) execute(state_.on_reported(report));
  on_children_stirred();
  fetch_missing();
}

// What a former leader has stored.
status cluster_node_actor::recover(const std::string& entry, std::string_view text) {
  if (entry == drained_entry) {
    auto drained = read_drained(text);
    if (!drained) return drained.failure();
    state_.recover_drained(*std::move(drained));
  } else if (entry == forgotten_entry) {
    auto forgotten = forgotten_jobs::read_stored(text);
    if (!forgotten) return forgotten.failure();
    state_.recover(*std::move(forgotten));
  } else if (entry.starts_with(record_prefix)) {
    auto record = read_stored(text);
    if (!record) {
      has_unreadable_records_ = true;
      return error{record.failure().code,
                   record.failure().message +
                       "; nothing of forgotten jobs is removed as long as it is there"};
    }
    state_.recover(*std::move(record), world().now());
  }
  return {};
}

// Its processes, and those of other nodes, go on: whoever leads next learns of them.
void cluster_node_actor::on_lead_ended(const std::string& why) {
  roles_.report_change("leads no longer: " + why);
  const auto [term, until] = *std::exchange(lead_, std::nullopt);
  for (const auto& [name, node] : nodes_) send_to(name, node_redirected{roles_.name, ""});
  nodes_.clear();
  state_ = {};
  const refused unknown{error_code::io_failure,
                        "this node has lost the lead; whether that was done is not known"};
  for (const auto& each : std::exchange(steps_, {})) {
    const auto* const held = std::get_if<held_answer>(&each);
    if (held != nullptr) answer(held->to, {held->what.number, unknown});
  }
  for (const auto& [number, each] : std::exchange(submissions_, {})) {
    answer(each.from, {each.question, unknown});
  }
  for (const auto& each : std::exchange(acceptances_, {})) {
    answer(each.from, {each.question, unknown});
  }
  writing_ = 0;
  is_write_due_ = false;
  failed_writes_ = 0;
  wishes_.clear();
  on_leader_lost(std::min(world().now(), until));
  leader_.clear();
  send(keeper_, lead_dropped{term});
}

void cluster_node_actor::beat() {
  const auto fresh =
      std::exchange(has_new_candidates_, false) ? candidates() : std::vector<std::string>{};
  for (const auto& [name, node] : nodes_) send_to(name, leader_beats{node.session, fresh});
}

std::vector<std::string> cluster_node_actor::candidates() const {
  std::vector<std::string> names;
  if (roles_.may_lead) names.push_back(roles_.name);
  for (const auto& [name, node] : nodes_) {
    if (node.may_lead) names.push_back(name);
  }
  return names;
}

void cluster_node_actor::on_fact(const node_joining& who) {
  if (!leads()) {
    return send_back(node_redirected{roles_.name, was_welcomed_ ? leader_ : stored_leader()});
  }
  const auto known = nodes_.find(who.name);
  const bool is_new = known == nodes_.end() || known->second.session != who.session;
  // Asked again in one session, it knows less than what it has been told since.
  if (is_new) {
    auto& node = nodes_[who.name] = who;
    node.processes.clear();
  }
  send_back(node_welcomed{roles_.name, who.session, candidates()});
  if (!is_new) return;
  has_new_candidates_ |= who.may_lead;
  if (who.may_lead) {
    const auto programs = state_.programs();
    send_back(keep_programs{{programs.begin(), programs.end()}});
  }
  roles_.report_change("node " + who.name + " has joined with " + std::to_string(who.slots) +
                       " slots");
  execute(state_.on_node_joined(who, world().now()));
  fetch_missing();
}

// --- Another leads -------------------------------------------------------------------------------

void cluster_node_actor::on_peer_up(process_id peer) {
  up_.insert(peer);
  if (!is_led()) seek();
}

void cluster_node_actor::on_peer_down(process_id peer) {
  up_.erase(peer);
  look_at_lease();
  std::erase_if(fetches_,
                [&](const auto& each) { return roles_.links->process_of(each.second) == peer; });
  if (leads()) {
    for (auto node = nodes_.begin(); node != nodes_.end(); ++node) {
      if (roles_.links->process_of(node->first) != peer) continue;
      const auto name = node->first;
      nodes_.erase(node);
      roles_.report("node " + name + " is out of sight");
      return execute(state_.on_node_lost(name, world().now()));
    }
  } else if (was_welcomed_ && roles_.links->process_of(leader_) == peer) {
    on_leader_lost(last_beat_);
  } else {
    // What it was asked is lost.
    std::erase_if(offered_,
                  [&](const auto& each) { return roles_.links->process_of(each.first) == peer; });
  }
}

void cluster_node_actor::on_leader_lost(processing_time since) {
  if (!leaderless_since_) leaderless_since_ = since;
  was_welcomed_ = false;
  offered_.clear();
  // Whoever leads next learns what there is, and that these are not.
  waiting_.clear();
  fetches_.clear();
  wanted_.clear();
}

void cluster_node_actor::on_leader_seen(const std::string& node) {
  seen_at_ = world().now();
  seen_leader_ = node == roles_.name ? "" : node;
  if (!leads() && !seen_leader_.empty()) follow(seen_leader_);
}

std::string cluster_node_actor::stored_leader() {
  constexpr duration soon = std::chrono::seconds{2};
  return world().now() - seen_at_ < soon ? seen_leader_ : "";
}

void cluster_node_actor::follow(const std::string& node) {
  if (node == leader_) return;
  if (was_welcomed_) on_leader_lost(world().now());
  leader_ = node;
  contacts_.insert(node);
  dial(node);
  if (up_.contains(roles_.links->process_of(node))) join(node);
}

// Whoever may know is asked, again and again: one that has just begun to lead may not have known.
void cluster_node_actor::seek() {
  for (const auto& node : contacts_) {
    if (node == roles_.name) continue;
    dial(node);
    if (up_.contains(roles_.links->process_of(node))) join(node);
  }
}

void cluster_node_actor::dial(const std::string& node) {
  if (!dialed_.insert(node).second) return;
  auto dialed = roles_.links->dial(node);
  if (!dialed) roles_.report(within("join node " + node, dialed.failure()).message);
}

void cluster_node_actor::join(const std::string& node) {
  auto& session = offered_[node];
  if (session == 0) session = world().random();
  // A former leader may have heard of these, and not stored it.
  for (const auto& each : last_ends_) {
    if (each.report) send_to(node, *each.report);
    send_to(node, each.end);
  }
  send_to(node, node_joining{.name = roles_.name,
                             .session = session,
                             .slots = roles_.slots,
                             .processes = roles_.processes->running(),
                             .may_lead = roles_.may_lead,
                             .programs = {programs_.begin(), programs_.end()}});
}

void cluster_node_actor::on_fact(const node_welcomed& fact) {
  const auto offered = offered_.find(fact.leader);
  if (is_led() || offered == offered_.end() || offered->second != fact.session) return;
  // The store knows better than a node that once led. If it leads after all, what it has ordered
  // meanwhile was not done: it has to be joined anew.
  if (const auto stored = stored_leader(); !stored.empty() && fact.leader != stored) {
    offered_.erase(offered);
    return;
  }
  leader_ = fact.leader;
  was_welcomed_ = true;
  session_ = fact.session;
  last_beat_ = world().now();
  leaderless_since_.reset();
  gave_up_ = false;
  offered_.clear();
  contacts_.insert(leader_);
  contacts_.insert(fact.nodes.begin(), fact.nodes.end());
  for (const auto& node : std::exchange(dialed_, {leader_})) {
    if (node != leader_) roles_.links->forget(node);
  }
  roles_.report_change("follows " + leader_);
  tell_what_was_found();
  on_children_stirred();
}

void cluster_node_actor::on_fact(const node_redirected& fact) {
  if (leads()) return;
  if (was_welcomed_ && fact.from == leader_) on_leader_lost(world().now());
  // The store, if this node sees it, says more.
  const bool is_news = !was_welcomed_ && stored_leader().empty() && !fact.leader.empty();
  if (is_news && fact.leader != roles_.name) follow(fact.leader);
}

void cluster_node_actor::on_fact(const leader_beats& fact) {
  if (!was_welcomed_ || fact.session != session_) return;
  last_beat_ = world().now();
  contacts_.insert(fact.nodes.begin(), fact.nodes.end());
}

void cluster_node_actor::look_at_leader() {
  const auto now = world().now();
  if (was_welcomed_ && now - last_beat_ >= longest_silence) on_leader_lost(last_beat_);
  if (was_welcomed_) return;
  seek();
  if (gave_up_ || now - *leaderless_since_ < node_gives_up_after) return;
  gave_up_ = true;
  if (roles_.processes->running().empty()) return;
  roles_.report_change(
      "no leader is in sight: its jobs may be started elsewhere, so their job managers "
      "here are killed");
  roles_.processes->kill_job_managers();
}

// --- What is decided, and stored -----------------------------------------------------------------

// What one step leads to is done behind those that were decided with it. Orders are for the session
// that their node has now: if they have to wait, and the node is lost meanwhile, they are lost,
// too, as the state takes them to be.
void cluster_node_actor::execute(const cluster_state::commands& commands) {
  const auto session_with = [this](const std::string& node) {
    const auto found = nodes_.find(node);
    return found == nodes_.end() ? std::uint64_t{0} : found->second.session;
  };
  const auto add = [&](auto order) {
    order.session = session_with(order.node);
    steps_.emplace_back(std::move(order));
  };
  for (const auto& each : commands) {
    std::visit(overloaded{
                   [&](const auto& command) { steps_.emplace_back(command); },
                   [&](start_process order) { add(std::move(order)); },
                   [&](signal_process order) { add(std::move(order)); },
                   [&](order_savepoint order) { add(std::move(order)); },
               },
               each);
  }
  proceed();
}

template <class Order>
void cluster_node_actor::tell_node(const Order& order) {
  if (order.node == roles_.name) return apply(order);
  if (is_joined(order.node, order.session)) send_to(order.node, order);
}

void cluster_node_actor::proceed() {
  if (writing_ != 0 || is_write_due_ || std::exchange(is_proceeding_, true)) return;
  while (!steps_.empty()) {
    const auto& first = steps_.front();
    if (std::holds_alternative<store_job>(first) || std::holds_alternative<forget_job>(first) ||
        std::holds_alternative<store_forgotten>(first) ||
        std::holds_alternative<store_drained>(first)) {
      write_front();
      break;
    }
    const auto next = std::move(steps_.front());
    steps_.pop_front();
    std::visit(overloaded{
                   [this](const auto& order) { tell_node(order); },
                   [this](const held_answer& held) { answer(held.to, held.what); },
                   [](const store_job&) {},
                   [](const forget_job&) {},
                   [](const store_forgotten&) {},
                   [](const store_drained&) {},
               },
               next);
  }
  is_proceeding_ = false;
}

void cluster_node_actor::write_front() {
  const auto& first = steps_.front();
  if (const auto* const order = std::get_if<store_job>(&first)) {
    writing_ = write(entry_of(order->record.id), stored_text(order->record));
  } else if (const auto* const list = std::get_if<store_forgotten>(&first)) {
    writing_ = write(std::string{forgotten_entry}, list->all.stored_text());
  } else if (const auto* const drained = std::get_if<store_drained>(&first)) {
    writing_ = write(std::string{drained_entry}, stored_drained(drained->nodes));
  } else {
    writing_ = write(entry_of(std::get<forget_job>(first).job), std::nullopt);
  }
}

std::uint64_t cluster_node_actor::write(std::string entry, std::optional<std::string> text) {
  const auto number = ++last_write_;
  send(keeper_, write_entry{.number = number,
                            .term = lead_->term,
                            .name = std::move(entry),
                            .text = std::move(text)});
  return number;
}

void cluster_node_actor::on_entry_written(const entry_written& fact) {
  look_at_lease();
  const bool is_over = fact.failure && fact.failure->code == error_code::in_use;
  if (const auto made = submissions_.extract(fact.number)) {
    on_submission_stored(made.mapped(), fact.failure);
  } else if (fact.number != writing_) {
    return;  // Of a term that is over.
  } else {
    writing_ = 0;
    if (fact.failure) roles_.report("store what is to be kept: " + fact.failure->message);
    // Where others may lead, nothing is done that they would not know of.
    is_write_due_ = fact.failure && roles_.may_lead;
    failed_writes_ = is_write_due_ ? failed_writes_ + 1 : 0;
    if (!fact.failure) {
      steps_.pop_front();
    } else if (!is_write_due_) {
      give_up_front_step(*fact.failure);
    }
  }
  if (is_over && leads()) return on_lead_ended("a later term has begun");
  // Another may be able to.
  if (failed_writes_ >= most_failed_writes) return on_lead_ended("it cannot store its jobs");
  proceed();
}

}  // namespace weir
