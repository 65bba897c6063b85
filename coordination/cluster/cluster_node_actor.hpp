// SPDX-License-Identifier: Apache-2.0
// The root of a node's process: turns what nodes, clients and children say into events of the
// cluster's state, and what that decides into messages and processes. Runs on one thread of its
// own, with which the children would end.
//
// A node that follows:
//
//   peer_up{leader} -> node_joining{its processes} -> leader
//   <- node_welcomed, or the name of the leader, which it joins instead
//   <- start_process, signal_process    -> process_started, process_reported, process_ended
//   lacks a program: -> want_blob <- blob_chunk, until it is whole
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/caf_control_messages.hpp"
#include "actors/engine_actor.hpp"
#include "coordination/cluster/blob_store.hpp"
#include "coordination/cluster/cluster_state.hpp"
#include "coordination/cluster/node_processes.hpp"
#include "coordination/high_availability_store.hpp"
#include "coordination/process_links.hpp"

namespace weir {

struct cluster_node_roles {
  std::string name{};  // Where it listens.
  std::uint32_t slots = 0;
  std::string directory{};
  cluster_secret secret;
  tls_paths tls_files{};  // Absolute: for the processes of jobs.
  std::string leader{};   // Where the leader listens; empty: this node leads.
  // Of the leader: what it must not forget, and the term in which it writes. Outlives the node.
  high_availability_store* store = nullptr;
  leader_term term = 0;
  process_links* links = nullptr;  // Outlives the node.
  // Told what somebody should know. Thread-safe.
  std::function<void(const std::string&)> report;
};

class cluster_node_actor final : public engine_actor {
public:
  cluster_node_actor(caf::actor_config& config, runtime& world, cluster_node_roles roles);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "cluster_node"; }

private:
  // A process that has ended, and what it had reported last.
  struct told_end {
    std::optional<process_reported> report{};
    process_ended end{};
  };

  bool leads() const { return roles_.leader.empty(); }
  void recover();
  void on_control(const control_sent& sent);
  void on_peer_up(process_id peer);
  void on_peer_down(process_id peer);
  void on_children_stirred();
  void on_tick();

  // What nodes say.
  void on_fact(const node_joining& who);
  void on_fact(const node_welcomed& fact);
  void on_fact(const start_process& order);
  void on_fact(const signal_process& order);
  void on_fact(const process_started& fact);
  void on_fact(const process_reported& fact);
  void on_fact(const process_ended& fact);
  void on_fact(const want_blob& wish);
  void on_fact(const blob_chunk& chunk);
  void on_fact(const asked_question& asked);
  void on_fact(const given_answer&) {}

  // What clients ask.
  reply answer_to(const question& what);
  reply reply_to(const blob_chunk& chunk);
  reply reply_to(const submit_job& wish);
  reply reply_to(const list_jobs& wish);
  reply reply_to(const list_nodes& wish);
  reply reply_to(const order_job& wish);
  reply reply_to(const restart_job& wish);
  reply reply_to(const rescale_job& wish);
  reply reply_to(const drain_node& wish);
  reply reply_to(const read_log& wish);
  reply accepted_or_refused(const std::string& job, const result<cluster_state::commands>& orders);

  void execute(const cluster_state::commands& commands);
  status put(const job_record& record);
  void store(const job_record& record);
  void forget(const std::string& job);
  void start(const process_order& order);
  void fail_orders_of(const std::string& program, const std::string& why);
  // Carries the fact to the leader, which may be this node.
  template <class Fact>
  void tell_leader(const Fact& fact);
  template <class Order>
  void tell_node(const std::string& node, const Order& order);
  void send_to(process_id peer, const control_message& message);
  void send_back(const control_message& message);
  void join();
  void remember(const process_ended& end);
  void refuse(const std::string& job, std::uint32_t number);

  cluster_node_roles roles_;
  blob_store blobs_;
  std::unique_ptr<node_processes> processes_;
  cluster_state state_;                      // Of the leader.
  std::map<process_id, std::string> nodes_;  // That have joined the leader.
  std::deque<cluster_command> commands_;     // That are still to be executed.
  bool is_executing_ = false;
  std::vector<process_order> waiting_;  // For their programs.
  std::optional<processing_time> leaderless_since_;
  bool is_connected_ = false;  // To the leader.
  bool was_welcomed_ = false;  // By the leader, over the connection that there is now.
  bool gave_up_ = false;
  std::map<std::pair<std::string, std::uint32_t>, process_reported> last_reports_;
  std::deque<told_end> last_ends_;
};

}  // namespace weir
