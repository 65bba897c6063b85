// SPDX-License-Identifier: Apache-2.0
// The root of a node's process: turns what nodes, clients and children say into events of the
// cluster's state, and what that decides into messages and processes. Runs on one thread of its
// own, with which the children would end.
//
// Whether it leads is told to it by the keeper of its leadership, if it has one. A node that
// follows:
//
//   peer_up{any node that may know} -> node_joining{its processes} -> who leads
//   <- node_welcomed -> process_reported, the last of each job manager, and what has ended since
//   <- or node_redirected by one that does not lead
//   <- leader_beats, start_process, signal_process, order_savepoint
//      -> process_started, _reported, _ended
//   <- forget_jobs: what no job needs is removed, but for what may be on its way to one
//   lacks a program: -> want_blob <- blob_chunk, until it is whole
//
// A leader that is lost, or has lost its lead, costs nobody a process: the next one learns from
// the nodes what runs. Only job managers of a node that finds no leader are killed, after
// `node_gives_up_after`, as another may be started elsewhere.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/caf_control_messages.hpp"
#include "actors/caf_leadership_messages.hpp"
#include "actors/engine_actor.hpp"
#include "coordination/cluster/blob_store.hpp"
#include "coordination/cluster/cluster_state.hpp"
#include "coordination/cluster/node_links.hpp"
#include "coordination/cluster/process_host.hpp"
#include "coordination/high_availability_store.hpp"

namespace weir {

struct cluster_node_roles {
  std::string name{};  // Where it listens.
  std::uint32_t slots = 0;
  std::string programs{};  // The directory of its blob store.
  std::unique_ptr<process_host> processes{};
  node_links* links = nullptr;  // Outlives the node.
  // Where to ask who leads, if no keeper says so.
  std::vector<std::string> contacts{};
  // It may be elected, and so may others: what it cannot store is not done. Otherwise it leads
  // alone or never.
  bool may_lead = false;
  // How long a program is kept that no job needs; an upload that does not go on, too.
  duration program_patience = longest_idleness;
  // How long a leader waits until somebody else who may lead has the program of a new job, before
  // it accepts that all the same.
  duration copy_patience = std::chrono::seconds{5};
  // Told what somebody should know, which may be the same again and again. Thread-safe.
  std::function<void(const std::string&)> report{};
  // Told who leads now, and who is there: each time. Thread-safe.
  std::function<void(const std::string&)> report_change{};
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
  struct lead {
    leader_term term = 0;
    processing_time until{};
  };
  // The answer to a client that is given when all that was decided before it is stored.
  struct held_answer {
    caf::strong_actor_ptr to{};
    given_answer what{};
  };
  using step = std::variant<store_job, store_forgotten, forget_job, store_drained, start_process,
                            signal_process, order_savepoint, held_answer>;
  // A job whose first record is being stored.
  struct submission {
    caf::strong_actor_ptr from{};
    std::uint64_t question = 0;
    submit_job wish{};
  };
  // A job that is stored, and to be accepted once its program can no longer be lost with this node.
  struct held_acceptance {
    caf::strong_actor_ptr from{};
    std::uint64_t question = 0;
    std::string job{};
    std::string program{};
    processing_time since{};
  };
  struct wish_for_program {
    caf::strong_actor_ptr from{};
    std::string program{};
    processing_time since{};
  };
  struct waiting_order {
    process_order order{};
    processing_time since{};
  };

  void on_control(const control_sent& sent);
  void on_peer_up(process_id peer);
  void on_peer_down(process_id peer);
  void on_children_stirred();
  void on_tick();

  // Who leads: cluster_node_leadership.cpp.
  bool leads() const { return lead_.has_value(); }
  bool is_led() const { return leads() || was_welcomed_; }
  void look_at_lease();
  void on_lead_begun(const lead_begun& fact);
  void on_lead_ended(const std::string& why);
  void on_leader_seen(const std::string& node);
  void on_leader_lost(processing_time since);
  // As the store has it; empty: it does not say, or was not heard of lately.
  std::string stored_leader();
  void follow(const std::string& node);
  void seek();
  void join(const std::string& node);
  void dial(const std::string& node);
  void look_at_leader();
  void beat();
  std::vector<std::string> candidates() const;
  void on_fact(const node_joining& who);
  void on_fact(const node_welcomed& fact);
  void on_fact(const node_redirected& fact);
  void on_fact(const leader_beats& fact);
  // What is decided and stored.
  status recover(const std::string& entry, std::string_view text);
  void execute(const cluster_state::commands& commands);
  void proceed();
  void write_front();
  std::uint64_t write(std::string entry, std::optional<std::string> text);
  void on_entry_written(const entry_written& fact);

  // What nodes say of processes, and orders: cluster_node_actor.cpp.
  void on_fact(const start_process& order);
  void on_fact(const signal_process& order);
  void on_fact(const order_savepoint& order);
  void on_fact(const process_started& fact);
  void on_fact(const process_reported& fact);
  void on_fact(const process_ended& fact);
  void on_fact(const given_answer&) {}
  void apply(const start_process& order) { start(order.order); }
  void start(const process_order& order);
  void end_unstarted(const process_order& order, const std::string& how);
  void remember(const process_ended& end);
  void tell_what_was_found();
  void refuse(const std::string& node, const std::string& job, std::uint32_t number);
  void apply(const signal_process& order);
  void apply(const order_savepoint& order);
  template <class Fact>
  void tell_leader(const Fact& fact);
  bool is_joined(const std::string& node, std::uint64_t session) const;
  template <class Order>
  void tell_node(const Order& order);
  void send_to(const std::string& node, const control_message& message);
  void send_back(const control_message& message);

  // Programs: cluster_node_programs.cpp.
  void on_fact(const want_blob& wish);
  void on_fact(const blob_chunk& chunk);
  void on_fact(const keep_programs& wish);
  void send_program(const caf::strong_actor_ptr& to, const want_blob& wish);
  void fetch(const std::string& program);
  void fetch_next();
  void begin_fetch(const std::string& program);
  void on_program_missing(const std::string& program);
  void fetch_missing();
  void give_up_programs();
  void on_program_here(const std::string& program);
  void fail_orders_of(const std::string& program, const std::string& why);
  void on_fact(const programs_kept& fact);
  void accept_once_copied(held_acceptance acceptance);
  void accept_uncopied();
  accepted accepted_uncopied(const std::string& job, const std::string& why) const;

  // What no job needs any more: cluster_node_cleaning.cpp.
  void clean_up();
  void on_fact(const forget_jobs& fact);
  void forget(const forget_jobs& what);
  void remove_unused(const std::string& program);
  bool is_wanted(const std::string& program) const;

  // What clients ask: cluster_node_answers.cpp. None: it is answered later.
  void on_fact(const asked_question& asked);
  std::optional<reply> answer_to(const question& what);
  std::optional<reply> reply_to(const blob_chunk& chunk);
  std::optional<reply> reply_to(const submit_job& wish);
  std::optional<reply> reply_to_known(const submit_job& wish, bool is_program_here);
  std::optional<reply> reply_to(const list_jobs& wish);
  std::optional<reply> reply_to(const list_nodes& wish);
  std::optional<reply> reply_to(const end_job& wish);
  std::optional<reply> reply_to(const ask_savepoint& wish);
  std::optional<reply> reply_to(const restart_job& wish);
  std::optional<reply> reply_to(const rescale_job& wish);
  std::optional<reply> reply_to(const drain_node& wish);
  std::optional<reply> reply_to(const undrain_node& wish);
  std::optional<reply> reply_to(const read_log& wish);
  std::optional<reply> reply_once_stored(const std::string& job,
                                         const result<cluster_state::commands>& orders);
  std::optional<reply> hold_until_done(const cluster_state::commands& orders, reply what);
  void hold(caf::strong_actor_ptr to, given_answer what);
  void give_up_front_step(const error& cause);
  void answer(const caf::strong_actor_ptr& to, const given_answer& what);
  void on_submission_stored(const submission& made, const std::optional<error>& failure);

  cluster_node_roles roles_;
  blob_store blobs_;
  std::set<process_id> up_;  // Peers.

  // Who leads.
  caf::actor keeper_;          // None: it has never led.
  std::optional<lead> lead_;   // None: it does not lead.
  std::string leader_;         // Whom it follows, or looks for; empty: it does not know whom.
  processing_time seen_at_;    // When the store was last heard of.
  std::string seen_leader_;    // As the store has it.
  bool was_welcomed_ = false;  // By the leader.
  std::uint64_t session_ = 0;  // With which it was.
  processing_time last_beat_;  // Of the leader.
  std::optional<processing_time> leaderless_since_;
  bool gave_up_ = false;
  std::set<std::string> contacts_;                // Nodes that may know who leads.
  std::map<std::string, std::uint64_t> offered_;  // The sessions with which they were asked.
  std::set<std::string> dialed_;

  // Of the leader.
  cluster_state state_;
  std::map<std::string, node_joining> nodes_;  // That have joined it, without their processes.
  bool has_new_candidates_ = false;            // That the others have not been told.
  bool has_unreadable_records_ = false;
  std::deque<step> steps_;  // That are still to be done.
  bool is_proceeding_ = false;
  std::uint64_t last_write_ = 0;
  std::uint64_t writing_ = 0;  // The number of the write that the first step waits for; 0: none.
  std::uint32_t failed_writes_ = 0;                  // One after the other.
  bool is_write_due_ = false;                        // It has failed, and is tried again.
  std::map<std::uint64_t, submission> submissions_;  // By the number of their write.
  std::vector<held_acceptance> acceptances_;
  std::uint64_t question_ = 0;  // Which is being answered.

  // Processes and programs.
  std::vector<waiting_order> waiting_;          // For their programs.
  std::set<std::string> programs_;              // That are here.
  std::set<std::string> wanted_;                // Programs that are to be fetched,
  std::map<std::string, std::string> fetches_;  // and those on their way, from which node.
  std::vector<wish_for_program> wishes_;        // Of nodes, for what this leader lacks itself.
  std::map<std::pair<std::string, std::uint32_t>, process_reported> last_reports_;
  std::deque<told_end> last_ends_;
  std::size_t untold_ends_ = 0;     // The last of them, which happened while there was no leader.
  std::set<std::string> uploaded_;  // By clients; no job has been seen that runs them.
  processing_time next_cleaning_;
};

}  // namespace weir
