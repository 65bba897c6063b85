// SPDX-License-Identifier: Apache-2.0
// The actor around a task: turns messages into calls of the task, and the task's answers into
// messages. All decisions are the task's.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "actors/caf_messages.hpp"
#include "actors/engine_actor.hpp"
#include "actors/task.hpp"
#include "state/local_first_stores.hpp"

namespace weir {

class task_actor final : public engine_actor, private task_host {
public:
  task_actor(caf::actor_config& config, runtime& world, const caf::actor& slot,
             attempt_number attempt, std::shared_ptr<const attempt_terms> terms,
             task_description description, actor_address job_manager,
             std::shared_ptr<local_backup> backup = nullptr);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "task"; }

protected:
  // The writer of a snapshot has ended. It tells the job manager itself how that went.
  void on_child_ended(const caf::actor_addr& child, bool finished, error cause) override;
  // What was on its way to or from that task may be lost, and with it the attempt.
  void on_unreachable(const caf::actor_addr& peer, error cause) override;

private:
  void start_when_connected(const connect_task& order);
  void on_connected(process_id peer);
  void start(const connect_task& order);
  caf::actor reach(actor_address peer);
  [[nodiscard]] status open();
  void tell_that_it_started();
  // Steps the task until it waits, or until others should have their turn.
  void run();
  void on_progress(task::progress made);
  void wake_at(processing_time due);

  void send(channel_index output, frame leaving) override;
  void grant(channel_index input, credit_grant granted) override;
  void on_snapshot_taken(task_snapshot taken) override;

  attempt_number attempt_;
  std::shared_ptr<const attempt_terms> terms_;
  std::shared_ptr<local_backup> backup_;  // Null: this process keeps none.
  checkpoint_place place_;                // Of which it has copies.
  local_first_files restored_files_;
  local_first_stores stores_;
  task task_;
  snapshot_history history_;
  caf::actor job_manager_;
  std::vector<caf::actor> upstream_;
  std::vector<caf::actor> downstream_;
  std::map<caf::actor_addr, process_id> far_peers_;  // Those of other processes.
  std::optional<connect_task> wiring_;               // Until it has started.
  std::set<process_id> missing_;  // Of the processes that it reaches: not connected yet.
  bool is_running_ = false;
  bool resume_is_under_way_ = false;
  bool has_told_that_it_drained_ = false;
  std::optional<processing_time> wake_is_due_;
};

}  // namespace weir
