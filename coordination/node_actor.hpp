// SPDX-License-Identifier: Apache-2.0
// The root of the supervision tree of one process. Starts what the process is for - the job
// manager, task managers, or both - and decides what their end means: a task manager is replaced,
// within limits; without its job manager a job is lost.
//
// A process for task managers joins that of the job manager whenever the two are connected:
//
//   joining -> join_cluster{where it listens} -> the job manager's node
//   <- cluster_told{the job manager, all who have joined}, again whenever somebody joins or is lost
//   dials the others, and starts its task managers, or replaces those of another job manager
//   <- leave_cluster: the job has ended
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "actors/caf_messages.hpp"
#include "actors/engine_actor.hpp"
#include "coordination/execution_graph.hpp"
#include "coordination/job_listener.hpp"
#include "coordination/process_links.hpp"
#include "coordination/restart_intensity.hpp"
#include "state/local_backup.hpp"

namespace weir {

// What a process is for.
struct node_roles {
  job_listener* listener = nullptr;  // Set: the job manager runs here and tells it.
  // The node of the job manager's process, if that is another.
  std::optional<actor_address> joins{};
  std::uint32_t task_managers = 0;
  std::uint32_t slots_per_task_manager = 1;
  // Where the tasks of this process keep copies of their state; null: nowhere.
  std::shared_ptr<local_backup> backup{};
  // Null where every process reaches every other anyway. Outlives the node.
  process_links* links = nullptr;
  // A process has joined, perhaps not for the first time. Called by the node.
  std::function<void(process_id)> on_member_joined{};
  // The connection to a process that had joined has ended. Called by the node.
  std::function<void(process_id)> on_member_lost{};
  // The job has ended, or the node has given up. Called once at most, by the node.
  std::function<void(const std::optional<error>& failure)> on_dismissed{};
};

class node_actor final : public engine_actor {
public:
  node_actor(caf::actor_config& config, runtime& world,
             std::shared_ptr<const execution_graph> graph, node_roles roles);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "node"; }

protected:
  void on_child_ended(const caf::actor_addr& child, bool finished, error cause) override;

private:
  struct joined_process {
    cluster_member member;
    actor_address root;
  };

  caf::message_handler on_membership_messages();
  void join();
  void admit(const join_cluster& who);
  void tell_members();
  template <class Message>
  void tell_roots(const Message& fact) {
    for (const auto& [process, joined] : members_) {
      if (const auto root = world().fabric().resolve(joined.root)) send(root, fact);
    }
  }
  void on_told(const cluster_told& fact);
  void start_task_manager();
  void end_task_managers();
  void dismiss(const std::optional<error>& failure);
  // Task managers are not replaced any more.
  void give_up(error cause);

  std::shared_ptr<const execution_graph> graph_;
  node_roles roles_;
  caf::actor job_manager_;
  actor_address job_manager_address_;  // Here, or as the cluster was told.
  bool knows_job_manager_ = false;
  std::vector<caf::actor> task_managers_;
  std::map<process_id, joined_process> members_;  // Of the job manager's node.
  std::map<process_id, std::string> dialed_;      // Of the others'.
  restart_intensity intensity_;
};

}  // namespace weir
