// SPDX-License-Identifier: Apache-2.0
// What the leader of a cluster decides: which process of which job runs on which node, and what
// becomes of a job when one of them, or a node, is lost. Told what has happened, it answers with
// what is to be done.
//
// Invariants:
//   (1) A job has at most one job manager. Another is started only when the last is known to have
//       ended, or its node has been out of sight for `node_is_lost_after`: by then a node that
//       still runs has killed the job managers it has (`node_gives_up_after`).
//   (2) The task managers of a job belong to its job manager: they have ended before another is
//       started, or their node is out of sight, and they have nobody to work for.
//   (3) No node has more slots in use than it offers, as long as it offers no fewer than before.
//   (4) A number is given to one process of a job only, in all its lives.
//   (5) What must not be forgotten is stored before anything else that was decided with it is done.
//   (6) A savepoint that was asked for is answered once: by the job manager that was ordered to
//   take
//       it, or, when that has ended without, by the leader.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coordination/cluster/cluster_job.hpp"
#include "coordination/cluster/control_messages.hpp"
#include "coordination/cluster/forgotten_jobs.hpp"
#include "coordination/cluster/slot_packing.hpp"

namespace weir {

// A node that has no leader for so long kills the job managers that it has started.
inline constexpr duration node_gives_up_after = std::chrono::seconds{10};
inline constexpr duration node_is_lost_after = std::chrono::seconds{15};
// Processes that were told to end are killed then, again and again.
inline constexpr duration clearing_patience = std::chrono::seconds{5};
// So many that have ended are remembered, the newest.
inline constexpr std::size_t most_ended_jobs = 100;

struct store_job {
  job_record record{};
};
// Before the job in it that is new is forgotten.
struct store_forgotten {
  forgotten_jobs all{};
};
struct forget_job {
  std::string job{};
};
// Which nodes get no processes.
struct store_drained {
  std::set<std::string> nodes{};
};
using cluster_command = std::variant<store_job, store_forgotten, forget_job, store_drained,
                                     start_process, signal_process, order_savepoint>;

// What draining a node leads to.
struct node_draining {
  std::vector<cluster_command> orders{};
  std::string remark{};  // Which jobs stay there, and why; empty: none does.
};

class cluster_state {
public:
  using commands = std::vector<cluster_command>;

  // Takes over a job of a former leader. Its job manager is out of sight until its node has joined.
  void recover(job_record record, processing_time now);
  // Those that former leaders have forgotten.
  void recover(forgotten_jobs forgotten) { forgotten_ = std::move(forgotten); }
  // And what a former leader has stored of nodes.
  void recover_drained(std::set<std::string> nodes) { drained_ = std::move(nodes); }

  // What happened.

  // Or has joined once more: what it says of its processes is what it has.
  [[nodiscard]] commands on_node_joined(const node_joining& who, processing_time now);
  [[nodiscard]] commands on_node_lost(const std::string& node, processing_time now);
  // REQUIRES: there is no job of that id.
  [[nodiscard]] commands on_submitted(const std::string& id, const job_submission& what,
                                      processing_time now);
  void on_started(const process_started& fact);
  // Whether that process is one that this cluster has: another that runs is to be killed.
  bool knows(const std::string& job, std::uint32_t number) const;
  [[nodiscard]] commands on_reported(const process_reported& fact);
  [[nodiscard]] commands on_ended(const process_ended& fact, processing_time now);
  [[nodiscard]] commands on_tick(processing_time now);
  // What was told to job managers and is not answered yet, to be told again.
  [[nodiscard]] commands repeated_orders() const;

  // What somebody asks for. Jobs are named by their ids, or the beginning of one.

  // The id of that job; fails with not_found, or if there are several.
  result<std::string> find(const std::string& name) const;
  result<commands> cancel(const end_job& what, processing_time now);
  // Its answer is in the job's record, sooner or later.
  result<commands> take_savepoint(const ask_savepoint& what);
  result<commands> restart(const restart_job& what, processing_time now);
  result<commands> rescale(const rescale_job& what, processing_time now);
  // No process is started on that node any more, until it is undrained; jobs that can be moved are.
  result<node_draining> drain(const drain_node& what, processing_time now);
  // What waits for slots is started there. A node that is not drained stays as it is; one that is
  // away counts if it is drained.
  result<commands> undrain(const undrain_node& what);
  // Which nodes are drained could not be stored: it is tried again with the next that is asked.
  void on_drained_not_stored() { is_drained_stored_ = false; }

  // REQUIRES: there is a job of that id.
  listed_job list(const std::string& id) const;
  // In the order of their submission.
  std::vector<listed_job> list_jobs() const;
  std::vector<listed_node> list_nodes(const std::string& leader) const;
  bool is_drained(const std::string& node) const { return drained_.contains(node); }
  bool has(const std::string& id) const { return jobs_.contains(id); }
  // The hashes of what all jobs run or have run: any of them may be started again.
  std::set<std::string> programs() const;
  // What nodes may remove, but for what they need themselves.
  forget_jobs forgotten() const;

private:
  struct node_entry {
    std::uint32_t slots = 0;
  };

  std::uint32_t used_slots(const std::string& node) const;
  std::vector<free_node> free_nodes() const;
  std::string waits_for(const cluster_job& job) const;

  static process_ended loss_of(const cluster_process& process, const std::string& job,
                               const std::string& how);
  void on_all_ended(const std::vector<process_ended>& facts, processing_time now, commands& out);
  void settle(cluster_job& job, commands& out);
  void start_waiting(commands& out);
  void fill_slots(commands& out);
  void try_start(cluster_job& job, commands& out);
  void start_task_managers(cluster_job& job, commands& out);
  void start_planned(cluster_job& job, cluster_process& process, commands& out);
  cluster_process& add_process(cluster_job& job, const std::string& node, std::uint32_t slots);
  void on_job_manager_ended(cluster_job& job, const process_ended& fact, processing_time now,
                            commands& out);
  void on_task_manager_ended(cluster_job& job, const cluster_process& was,
                             const process_ended& fact, processing_time now, commands& out);
  void replace_job_manager(cluster_job& job, const std::string& cause, processing_time now,
                           commands& out);
  bool begin_next_life(cluster_job& job);
  void take_report(cluster_job& job, full_report whole, commands& out);
  static bool take_answer(cluster_job& job, const savepoint_answer& answer);
  static void repeat_orders(const cluster_job& job, commands& out);
  status order_savepoint_of(cluster_job& job, savepoint_order order, commands& out);
  void end(cluster_job& job, const std::string& how);
  // All its processes are to end; `signal` says how.
  void clear(cluster_job& job, process_signal signal, processing_time now, commands& out);
  void adopt(const running_process& found, const std::string& node, commands& out);
  result<cluster_job*> running_job_named(const std::string& name, const std::string& activity);
  status stop_for(cluster_job& job, planned_life next, commands& out);
  void forget_oldest(commands& out);
  void store_drained_nodes(commands& out);

  std::map<std::string, node_entry> nodes_;
  std::set<std::string> drained_;  // Nodes, whether or not they are there.
  bool is_drained_stored_ = true;
  std::map<std::string, cluster_job> jobs_;
  forgotten_jobs forgotten_;
};

}  // namespace weir
