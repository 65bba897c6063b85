// SPDX-License-Identifier: Apache-2.0
// Starting, joining and replacing; see coordination/node_actor.hpp.
#include "coordination/node_actor.hpp"

#include <algorithm>
#include <utility>

#include <caf/all.hpp>

#include "coordination/job_manager_actor.hpp"
#include "coordination/task_manager_actor.hpp"

namespace weir {

node_actor::node_actor(caf::actor_config& config, runtime& world,
                       std::shared_ptr<const execution_graph> graph, node_roles roles)
    : engine_actor{config, world},
      graph_{std::move(graph)},
      roles_{std::move(roles)},
      intensity_{3, std::chrono::seconds{10}} {}

caf::behavior node_actor::make_behavior() {
  if (roles_.listener != nullptr) {
    job_manager_ = spawn_child<job_manager_actor>(graph_, *roles_.listener);
    job_manager_address_ = world().fabric().publish(job_manager_);
    knows_job_manager_ = true;
    for (std::uint32_t i = 0; i < roles_.task_managers; ++i) start_task_manager();
  }
  world().fabric().watch_peers(caf::actor{this});
  return on_membership_messages().or_else([this](const fail_job& order) { give_up(order.cause); },
                                          [this](cancel_job order) {
                                            if (job_manager_) send(job_manager_, order);
                                          },
                                          [this](const take_savepoint& order) {
                                            if (job_manager_) send(job_manager_, order);
                                          },
                                          [this](const stop_with_savepoint& order) {
                                            if (job_manager_) send(job_manager_, order);
                                          });
}

void node_actor::on_exit() {
  task_managers_.clear();
  job_manager_ = nullptr;
  roles_.backup.reset();
}

// --- Who belongs to the cluster -----------------------------------------------------------------

caf::message_handler node_actor::on_membership_messages() {
  return {
      [this](const peer_up& fact) {
        if (roles_.joins && fact.peer == roles_.joins->process) join();
      },
      [this](const peer_down& fact) {
        if (members_.erase(fact.peer) == 0) return;
        if (roles_.on_member_lost) roles_.on_member_lost(fact.peer);
        tell_members();
      },
      [this](const join_cluster& who) {
        if (job_manager_) admit(who);
      },
      [this](const cluster_told& fact) {
        if (roles_.joins) on_told(fact);
      },
      [this](const leave_cluster& order) {
        if (roles_.listener == nullptr) return dismiss(std::nullopt);
        tell_roots(order);
        quit(caf::exit_reason::user_shutdown);
      },
  };
}

void node_actor::join() {
  const auto root = world().fabric().publish(caf::actor{this});
  const cluster_member self{world().process(),
                            roles_.links == nullptr ? "" : roles_.links->endpoint()};
  send(world().fabric().resolve(*roles_.joins), join_cluster{self, root});
}

void node_actor::admit(const join_cluster& who) {
  members_[who.member.process] = {who.member, who.root};
  if (roles_.on_member_joined) roles_.on_member_joined(who.member.process);
  tell_members();
}

void node_actor::tell_members() {
  cluster_told fact{job_manager_address_, {}};
  for (const auto& [process, joined] : members_) fact.members.push_back(joined.member);
  tell_roots(fact);
}

void node_actor::on_told(const cluster_told& fact) {
  if (roles_.links != nullptr) {
    std::map<process_id, std::string> others;
    for (const auto& each : fact.members) {
      if (each.process != world().process()) others[each.process] = each.endpoint;
    }
    for (const auto& [process, endpoint] : dialed_) {
      if (!others.contains(process)) roles_.links->forget(process);
    }
    for (const auto& [process, endpoint] : others) {
      const auto known = dialed_.find(process);
      if (known != dialed_.end() && known->second == endpoint) continue;
      if (auto dialed = roles_.links->dial(process, endpoint); !dialed) {
        return give_up(dialed.failure());
      }
    }
    dialed_ = std::move(others);
  }
  if (knows_job_manager_ && fact.job_manager == job_manager_address_) return;
  end_task_managers();
  job_manager_address_ = fact.job_manager;
  knows_job_manager_ = true;
  for (std::uint32_t i = 0; i < roles_.task_managers; ++i) start_task_manager();
}

void node_actor::dismiss(const std::optional<error>& failure) {
  end_task_managers();
  roles_.backup.reset();
  if (const auto tell = std::exchange(roles_.on_dismissed, nullptr)) tell(failure);
}

// --- Whom it supervises --------------------------------------------------------------------------

void node_actor::start_task_manager() {
  task_managers_.push_back(spawn_child<task_manager_actor>(graph_, roles_.slots_per_task_manager,
                                                           job_manager_address_, roles_.backup));
}

void node_actor::end_task_managers() {
  for (const auto& each : std::exchange(task_managers_, {})) {
    send_exit(each, caf::exit_reason::user_shutdown);
  }
}

void node_actor::on_child_ended(const caf::actor_addr& child, bool, error cause) {
  if (job_manager_ && child == job_manager_.address()) {
    job_manager_ = nullptr;
    tell_roots(leave_cluster{});
    roles_.listener->on_state(job_state::failed, within("the job manager was lost", cause),
                              world().now());
    return quit(caf::exit_reason::user_shutdown);
  }
  const auto lost = std::find_if(task_managers_.begin(), task_managers_.end(),
                                 [&](const auto& each) { return each.address() == child; });
  if (lost == task_managers_.end()) return;  // It was ended.
  task_managers_.erase(lost);
  if (intensity_.on_child_ended(world().now())) {
    start_task_manager();
  } else {
    give_up(within("a node lost its task managers too often", std::move(cause)));
  }
}

// The job manager must outlive the job's failure, or nobody would tell the listener.
void node_actor::give_up(error cause) {
  if (job_manager_) return send(job_manager_, fail_job{std::move(cause)});
  dismiss(cause);
  fail(cause);
}

}  // namespace weir
