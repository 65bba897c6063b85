// SPDX-License-Identifier: Apache-2.0
// The job manager: carries out what the lifecycle and the checkpoints decide. Collects slots, deals
// out splits, deploys and connects tasks, gathers their reports, and tells the listener.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/caf_messages.hpp"
#include "actors/engine_actor.hpp"
#include "coordination/execution_graph.hpp"
#include "coordination/job_checkpoints.hpp"
#include "coordination/job_lifecycle.hpp"
#include "coordination/job_listener.hpp"
#include "coordination/poison_records.hpp"
#include "coordination/slot_assignment.hpp"

namespace weir {

class job_manager_actor final : public engine_actor {
public:
  // `listener` outlives the actor.
  job_manager_actor(caf::actor_config& config, runtime& world, const caf::actor& node,
                    std::shared_ptr<const execution_graph> graph, job_listener& listener);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "job_manager"; }

protected:
  // A task manager has ended or cannot be reached.
  void on_child_ended(const caf::actor_addr& child, bool finished, error cause) override;

private:
  struct registered_task_manager {
    caf::actor handle;
    process_id process;
    bool is_lost = false;
  };

  // One that was there before, and comes back, is the same with other slots.
  void add_task_manager(const task_manager_registered& offer);
  void lose_task_manager(std::uint32_t number, const error& cause);
  caf::message_handler on_job_messages();
  caf::message_handler on_task_messages();
  caf::message_handler on_checkpoint_messages();
  caf::message_handler on_savepoint_messages();
  void execute(const job_lifecycle::commands& commands);
  void carry_out(const job_checkpoints::orders& orders);
  void enter(const report_state& fact);
  // Takes the checkpoint directory, or tries again a little later for as long as it may be in use.
  void open_directory();
  void offer_slots();
  void wait_for_slots(attempt_number attempt);
  void check_slots_for(attempt_number attempt);
  void check_deployment_of(attempt_number attempt);
  // Those that the job waits for.
  std::uint32_t missing_slots() const;
  void deploy(attempt_number attempt);
  [[nodiscard]] result<std::vector<std::vector<source_split>>> discover_splits();
  void connect(attempt_number attempt);
  // Where each task was in the attempt before, as far as that is still there.
  std::vector<offered_slot> former_slots() const;
  void on_started(const task_started& fact);
  void request_savepoint(std::string directory, after_savepoint then);
  template <class Message>
  void tell(task_index task, const Message& order) {
    const auto address = addresses_.find(task);
    if (address == addresses_.end()) return;
    if (const auto handle = world().fabric().resolve(address->second)) send(handle, order);
  }
  // Sends `order` to every deployed task. One that is gone has reported its end, or will.
  template <class Message>
  void tell_tasks(const Message& order) {
    for (const auto& [task, address] : addresses_) {
      if (const auto handle = world().fabric().resolve(address)) send(handle, order);
    }
  }
  void on_ended(const task_ended& ended);
  void tell_progress();
  // The tasks of the newest attempt.
  std::vector<listed_task> listed_tasks() const;
  void note_task(attempt_number attempt, task_index task, const char* state);
  job_lifecycle::moment this_moment() { return {world().now(), world().random()}; }

  std::shared_ptr<const execution_graph> graph_;
  job_listener* listener_;
  job_lifecycle lifecycle_;
  job_checkpoints checkpoints_;
  poison_records poison_;
  std::uint64_t chance_;  // Makes the tokens of its attempts differ from all others.
  std::optional<processing_time> in_use_since_;  // The directory, by another.
  bool is_open_ = false;
  std::optional<processing_time> tick_is_due_;
  std::vector<registered_task_manager> task_managers_;
  std::vector<offered_slot> offers_;
  std::vector<offered_slot> assigned_;             // By task, once deployed.
  std::map<task_index, actor_address> addresses_;  // Of the deployed tasks.
  std::map<task_index, std::string> states_;       // Of the same, in writing.
  std::vector<listed_task> told_tasks_;
  std::map<task_index, task_report> reports_;
  checkpoint_id restored_;         // By this attempt; 0: it has started afresh.
  restored_bytes restored_bytes_;  // By those of its tasks that have started.
  std::map<task_index, failed_record> failed_records_;  // Of tasks that are about to end.
};

}  // namespace weir
