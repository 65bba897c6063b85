// SPDX-License-Identifier: Apache-2.0
// Messages to events and decisions to messages; see coordination/cluster/cluster_node_actor.hpp.
// What clients ask is answered in cluster_node_answers.cpp.
#include "coordination/cluster/cluster_node_actor.hpp"

#include <utility>

#include <caf/all.hpp>

#include "coordination/overloaded.hpp"

namespace weir {

namespace {

constexpr auto tick_interval = std::chrono::seconds{1};
constexpr std::string_view record_prefix = "job-";
// Of processes that have ended, which are told again to a leader that is joined anew.
constexpr std::size_t most_ends = 256;

}  // namespace

cluster_node_actor::cluster_node_actor(caf::actor_config& config, runtime& world,
                                       cluster_node_roles roles)
    : engine_actor{config, world},
      roles_{std::move(roles)},
      blobs_{world.files(), roles_.directory + "/blobs"},
      processes_{std::make_unique<node_processes>(
          world.files(), node_processes_settings{roles_.directory, roles_.name, roles_.secret,
                                                 roles_.tls_files})} {}

caf::behavior cluster_node_actor::make_behavior() {
  if (leads()) {
    recover();
  } else {
    leaderless_since_ = world().now();
  }
  world().fabric().watch_peers(caf::actor{this});
  delayed_send(this, tick_interval, node_tick{});
  return {
      [this](const control_sent& sent) { on_control(sent); },
      [this](const peer_up& fact) { on_peer_up(fact.peer); },
      [this](const peer_down& fact) { on_peer_down(fact.peer); },
      [this](children_stirred) { on_children_stirred(); },
      [this](node_tick) { on_tick(); },
  };
}

void cluster_node_actor::on_exit() { processes_.reset(); }

void cluster_node_actor::recover() {
  const auto entries = roles_.store->entries();
  // That they can be read was seen when the term began.
  if (!entries) {
    return fail(within("look for jobs of a former life", entries.failure()));
  }
  for (const auto& [name, text] : *entries) {
    if (!name.starts_with(record_prefix)) continue;
    auto record = read_stored(text);
    if (record) {
      state_.recover(*std::move(record), world().now());
    } else {
      roles_.report(within("the entry " + name, record.failure()).message);
    }
  }
  execute(state_.on_node_joined({roles_.name, roles_.slots, {}}, world().now()));
}

// --- Messages ------------------------------------------------------------------------------------

void cluster_node_actor::on_control(const control_sent& sent) {
  const auto message = decode_control(sent.bytes);
  if (!message) return roles_.report(message.failure().message);
  std::visit([this](const auto& fact) { on_fact(fact); }, *message);
}

void cluster_node_actor::send_to(process_id peer, const control_message& message) {
  if (const auto root = world().fabric().resolve({peer, 0})) {
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
  if (!leaderless_since_) send_to(node_process(roles_.leader), fact);
}

template <class Order>
void cluster_node_actor::tell_node(const std::string& node, const Order& order) {
  if (node == roles_.name) return on_fact(order);
  send_to(node_process(node), order);
}

void cluster_node_actor::on_peer_up(process_id peer) {
  if (leads() || peer != node_process(roles_.leader)) return;
  is_connected_ = true;
  was_welcomed_ = false;
  join();
}

// Repeated until it is answered: who has just begun to listen may not have got so far as to hear.
void cluster_node_actor::join() {
  for (const auto& each : last_ends_) {
    if (each.report) send_to(node_process(roles_.leader), *each.report);
    send_to(node_process(roles_.leader), each.end);
  }
  send_to(node_process(roles_.leader),
          node_joining{roles_.name, roles_.slots, processes_->running()});
}

void cluster_node_actor::on_peer_down(process_id peer) {
  if (const auto lost = nodes_.extract(peer)) {
    roles_.report("node " + lost.mapped() + " is out of sight");
    return execute(state_.on_node_lost(lost.mapped(), world().now()));
  }
  if (leads() || peer != node_process(roles_.leader)) return;
  if (!leaderless_since_) leaderless_since_ = world().now();
  is_connected_ = false;
  was_welcomed_ = false;
  // The leader learns what there is when it is joined again, and that these are not.
  waiting_.clear();
}

void cluster_node_actor::on_fact(const node_joining& who) {
  if (!leads()) return send_back(node_welcomed{roles_.leader});
  send_back(node_welcomed{roles_.name});
  // Asked again over the same connection, it knows less than what it has been told since.
  if (!nodes_.emplace(node_process(who.name), who.name).second) return;
  roles_.report("node " + who.name + " has joined with " + std::to_string(who.slots) + " slots");
  execute(state_.on_node_joined(who, world().now()));
}

void cluster_node_actor::on_fact(const node_welcomed& fact) {
  if (leads()) return;
  if (fact.leader == roles_.leader) {
    was_welcomed_ = true;
    leaderless_since_.reset();
    gave_up_ = false;
    return on_children_stirred();
  }
  roles_.links->forget(node_process(roles_.leader));
  roles_.leader = fact.leader;
  is_connected_ = false;
  auto dialed = roles_.links->dial(node_process(fact.leader), fact.leader);
  if (!dialed) roles_.report(within("join the leader", dialed.failure()).message);
}

// --- Processes -----------------------------------------------------------------------------------

void cluster_node_actor::on_fact(const start_process& order) { start(order.order); }

void cluster_node_actor::start(const process_order& order) {
  const auto ended = [&](const std::string& why) {
    tell_leader(process_ended{.job = order.job,
                              .number = order.number,
                              .how = "could not be started: " + why,
                              .exit_status = {},
                              .was_started = false});
  };
  const auto is_here = blobs_.has(order.program);
  if (!is_here) return ended(is_here.failure().message);
  if (!*is_here && leads()) return ended("its program " + order.program + " is not stored");
  if (!*is_here) {
    const bool is_on_its_way =
        std::any_of(waiting_.begin(), waiting_.end(),
                    [&](const process_order& each) { return each.program == order.program; });
    waiting_.push_back(order);
    if (!is_on_its_way) tell_leader(want_blob{order.program, 0});
    return;
  }
  const auto started = processes_->start(order, blobs_.path_of(order.program));
  if (!started) return ended(started.failure().message);
  tell_leader(process_started{order.job, order.number, *started});
}

void cluster_node_actor::on_fact(const want_blob& wish) {
  auto chunk = blobs_.read(wish.hash, wish.offset);
  if (chunk) return send_back(*chunk);
  roles_.report(chunk.failure().message);
  send_back(blob_chunk{.hash = wish.hash, .total = 0, .offset = wish.offset, .bytes = {}});
}

void cluster_node_actor::on_fact(const blob_chunk& chunk) {
  const auto next = blobs_.add(chunk);
  if (!next) return fail_orders_of(chunk.hash, next.failure().message);
  if (*next < chunk.total) return tell_leader(want_blob{chunk.hash, *next});
  const auto orders = std::exchange(waiting_, {});
  for (const auto& each : orders) {
    if (each.program == chunk.hash) {
      start(each);
    } else {
      waiting_.push_back(each);
    }
  }
}

void cluster_node_actor::fail_orders_of(const std::string& program, const std::string& why) {
  std::erase_if(waiting_, [&](const process_order& each) {
    if (each.program != program) return false;
    tell_leader(process_ended{.job = each.job,
                              .number = each.number,
                              .how = "could not be started: " + why,
                              .exit_status = {},
                              .was_started = false});
    return true;
  });
}

void cluster_node_actor::on_fact(const signal_process& order) {
  const bool ends = order.what == process_signal::terminate || order.what == process_signal::kill;
  if (!ends) return processes_->signal(order.job, order.number, order.what);
  const auto waits = std::erase_if(waiting_, [&](const process_order& each) {
    return each.job == order.job && each.number == order.number;
  });
  if (waits == 0) return processes_->signal(order.job, order.number, order.what);
  tell_leader(process_ended{.job = order.job,
                            .number = order.number,
                            .how = "was not started any more",
                            .exit_status = {},
                            .was_started = false});
}

// Without a leader that hears it, what has happened waits where it is: in the sockets, and as
// children that nobody has waited for.
void cluster_node_actor::on_children_stirred() {
  if (!leads() && !was_welcomed_) return;
  const auto found = processes_->look();
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
  if (const auto last = last_reports_.extract({end.job, end.number})) told.report = last.mapped();
  last_ends_.push_back(std::move(told));
  if (last_ends_.size() > most_ends) last_ends_.pop_front();
}

void cluster_node_actor::on_fact(const process_started& fact) {
  if (!state_.knows(fact.job, fact.number)) return refuse(fact.job, fact.number);
  state_.on_started(fact);
}

void cluster_node_actor::on_fact(const process_reported& fact) {
  if (!state_.knows(fact.job, fact.number)) return refuse(fact.job, fact.number);
  execute(state_.on_reported(fact));
}

// It was given up while its node could not be reached, and runs all the same.
void cluster_node_actor::refuse(const std::string& job, std::uint32_t number) {
  const auto teller = caf::actor_cast<caf::actor>(current_sender());
  if (!teller || teller == caf::actor{this}) {
    return processes_->signal(job, number, process_signal::kill);
  }
  send(teller, control_sent{encode_control(signal_process{"", job, number, process_signal::kill})});
}

void cluster_node_actor::on_fact(const process_ended& fact) {
  execute(state_.on_ended(fact, world().now()));
}

void cluster_node_actor::on_tick() {
  delayed_send(this, tick_interval, node_tick{});
  if (leads()) return execute(state_.on_tick(world().now()));
  if (is_connected_ && !was_welcomed_) join();
  const bool gives_up =
      leaderless_since_ && !gave_up_ && world().now() - *leaderless_since_ >= node_gives_up_after;
  if (!gives_up) return;
  gave_up_ = true;
  if (processes_->running().empty()) return;
  roles_.report("the leader " + roles_.leader +
                " is out of sight: its jobs may be started elsewhere, so their job managers here "
                "are killed");
  processes_->kill_job_managers();
}

// What one command leads to is done behind those that were decided with it.
void cluster_node_actor::execute(const cluster_state::commands& commands) {
  commands_.insert(commands_.end(), commands.begin(), commands.end());
  if (std::exchange(is_executing_, true)) return;
  while (!commands_.empty()) {
    const auto next = std::move(commands_.front());
    commands_.pop_front();
    std::visit(overloaded{
                   [this](const store_job& order) { store(order.record); },
                   [this](const forget_job& order) { forget(order.job); },
                   [this](const auto& order) { tell_node(order.node, order); },
               },
               next);
  }
  is_executing_ = false;
}

void cluster_node_actor::forget(const std::string& job) {
  auto erased = roles_.store->erase(roles_.term, std::string{record_prefix} + job);
  if (!erased) roles_.report(within("forget job " + job, erased.failure()).message);
}

status cluster_node_actor::put(const job_record& record) {
  return roles_.store->put(roles_.term, std::string{record_prefix} + record.id,
                           stored_text(record));
}

void cluster_node_actor::store(const job_record& record) {
  auto stored = put(record);
  if (stored) return;
  roles_.report("job " + record.id +
                " would not be known after a restart of this node: " + stored.failure().message);
}

}  // namespace weir
