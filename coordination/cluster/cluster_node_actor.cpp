// SPDX-License-Identifier: Apache-2.0
// Messages to events, and the processes of a node; see coordination/cluster/cluster_node_actor.hpp.
#include "coordination/cluster/cluster_node_actor.hpp"

#include <algorithm>
#include <utility>

#include <caf/all.hpp>

namespace weir {

namespace {

constexpr auto tick_interval = std::chrono::seconds{1};
// Of processes that have ended, which are told again to a leader that is joined anew.
constexpr std::size_t most_ends = 256;

}  // namespace

cluster_node_actor::cluster_node_actor(caf::actor_config& config, runtime& world,
                                       cluster_node_roles roles)
    : engine_actor{config, world},
      roles_{std::move(roles)},
      blobs_{world.files(), roles_.programs, roles_.program_patience},
      contacts_{roles_.contacts.begin(), roles_.contacts.end()} {}

caf::behavior cluster_node_actor::make_behavior() {
  leaderless_since_ = world().now();
  clean_up();
  if (auto removed = blobs_.remove_former_drafts(); !removed) {
    roles_.report(removed.failure().message);
  }
  if (const auto here = blobs_.list()) {
    programs_.insert(here->begin(), here->end());
  } else {
    roles_.report(here.failure().message);
  }
  world().fabric().watch_peers(caf::actor{this});
  delayed_send(this, tick_interval, node_tick{});
  seek();
  return {
      [this](const control_sent& sent) { on_control(sent); },
      [this](const peer_up& fact) { on_peer_up(fact.peer); },
      [this](const peer_down& fact) { on_peer_down(fact.peer); },
      [this](children_stirred) { on_children_stirred(); },
      [this](node_tick) { on_tick(); },
      [this](const lead_begun& fact) { on_lead_begun(fact); },
      [this](const lead_extended& fact) {
        if (lead_ && lead_->term == fact.term) lead_->until = fact.until;
      },
      [this](const lead_ended& fact) {
        if (lead_ && lead_->term == fact.term) on_lead_ended("another node may lead");
      },
      [this](const leader_seen& fact) { on_leader_seen(fact.node); },
      [this](const entry_written& fact) { on_entry_written(fact); },
  };
}

void cluster_node_actor::on_exit() {
  roles_.processes.reset();
  keeper_ = nullptr;
}

void cluster_node_actor::on_tick() {
  delayed_send(this, tick_interval, node_tick{});
  look_at_lease();
  clean_up();
  if (leads()) {
    beat();
    if (std::exchange(is_write_due_, false)) write_front();
    fetch_missing();
    give_up_programs();
    accept_uncopied();
    execute(state_.on_tick(world().now()));
    // What a store that hangs keeps back would only add up.
    if (writing_ == 0 && !is_write_due_) execute(state_.repeated_orders());
  } else {
    look_at_leader();
    fetch_next();
  }
}

// --- Messages ------------------------------------------------------------------------------------

void cluster_node_actor::on_control(const control_sent& sent) {
  look_at_lease();
  const auto message = decode_control(sent.bytes);
  if (!message) return roles_.report(message.failure().message);
  std::visit([this](const auto& fact) { on_fact(fact); }, *message);
}

void cluster_node_actor::send_to(const std::string& node, const control_message& message) {
  if (const auto root = roles_.links->root_of(node)) {
    send(root, control_sent{encode_control(message)});
  }
}

void cluster_node_actor::send_back(const control_message& message) {
  if (const auto to = caf::actor_cast<caf::actor>(current_sender())) {
    send(to, control_sent{encode_control(message)});
  }
}

template <class Fact>
void cluster_node_actor::tell_leader(const Fact& fact) {
  if (leads()) return on_fact(fact);
  if (was_welcomed_) send_to(leader_, fact);
}

bool cluster_node_actor::is_joined(const std::string& node, std::uint64_t session) const {
  const auto found = nodes_.find(node);
  return found != nodes_.end() && found->second.session == session;
}

// --- Processes -----------------------------------------------------------------------------------

void cluster_node_actor::on_fact(const start_process& order) {
  if (was_welcomed_ && order.session == session_) start(order.order);
}

void cluster_node_actor::start(const process_order& order) {
  blobs_.use(order.program, world().now());
  const auto is_here = blobs_.has(order.program);
  if (!is_here) return end_unstarted(order, "could not be started: " + is_here.failure().message);
  if (!*is_here) {
    programs_.erase(order.program);
    waiting_.push_back({order, world().now()});
    return fetch(order.program);
  }
  const auto started = roles_.processes->start(order, blobs_.path_of(order.program));
  if (!started) return end_unstarted(order, "could not be started: " + started.failure().message);
  tell_leader(process_started{order.job, order.number, *started, roles_.name});
}

void cluster_node_actor::end_unstarted(const process_order& order, const std::string& how) {
  tell_leader(process_ended{.job = order.job,
                            .number = order.number,
                            .how = how,
                            .exit_status = {},
                            .was_started = false,
                            .is_explained = false});
}

void cluster_node_actor::on_fact(const signal_process& order) {
  if (was_welcomed_ && order.session == session_) apply(order);
}

void cluster_node_actor::apply(const signal_process& order) {
  const bool ends = order.what == process_signal::terminate || order.what == process_signal::kill;
  const auto waits = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& each) {
    return each.order.job == order.job && each.order.number == order.number;
  });
  if (!ends || waits == waiting_.end()) {
    return roles_.processes->signal(order.job, order.number, order.what);
  }
  const auto dropped = waits->order;
  waiting_.erase(waits);
  end_unstarted(dropped, "was not started any more");
}

void cluster_node_actor::on_fact(const order_savepoint& order) {
  if (was_welcomed_ && order.session == session_) apply(order);
}

void cluster_node_actor::apply(const order_savepoint& order) {
  roles_.processes->order(order.job, order.number, order.order);
}

// Without a leader that hears it, what has happened is kept until there is one: sockets that nobody
// reads are full soon, and lose what a job manager has said last.
void cluster_node_actor::on_children_stirred() {
  look_at_lease();
  const auto found = roles_.processes->look();
  for (const auto& each : found.problems) roles_.report(each.message);
  for (const auto& each : found.reports) {
    tell_leader(each);
    last_reports_[{each.job, each.number}] = each;
  }
  for (const auto& each : found.ends) {
    tell_leader(each);
    remember(each);
  }
}

// The connection over which it was told may have been broken already.
void cluster_node_actor::remember(const process_ended& end) {
  told_end told{.report = {}, .end = end};
  if (auto last = last_reports_.extract({end.job, end.number})) {
    told.report = std::move(last.mapped());
    told.report->tasks.clear();  // Most of it, and it has none any more.
  }
  last_ends_.push_back(std::move(told));
  if (!is_led()) ++untold_ends_;
  while (last_ends_.size() > std::max(most_ends, untold_ends_)) last_ends_.pop_front();
}

// To a leader that has just welcomed this node: the newest report of each job manager, as each says
// all again, and what has ended since the leader was asked.
void cluster_node_actor::tell_what_was_found() {
  for (const auto& [process, report] : last_reports_) tell_leader(report);
  for (auto each = last_ends_.end() - static_cast<std::ptrdiff_t>(untold_ends_);
       each != last_ends_.end(); ++each) {
    if (each->report) tell_leader(*each->report);
    tell_leader(each->end);
  }
  untold_ends_ = 0;
}

void cluster_node_actor::on_fact(const process_started& fact) {
  if (!leads()) return;
  if (!state_.knows(fact.job, fact.number)) return refuse(fact.node, fact.job, fact.number);
  state_.on_started(fact);
}

void cluster_node_actor::on_fact(const process_reported& fact) {
  if (!leads()) return;
  if (!state_.knows(fact.job, fact.number)) return refuse(fact.node, fact.job, fact.number);
  execute(state_.on_reported(fact));
}

// It was given up while its node could not be reached, and runs all the same.
void cluster_node_actor::refuse(const std::string& node, const std::string& job,
                                std::uint32_t number) {
  execute({signal_process{node, job, number, process_signal::kill}});
}

void cluster_node_actor::on_fact(const process_ended& fact) {
  if (leads()) execute(state_.on_ended(fact, world().now()));
}

}  // namespace weir
