// SPDX-License-Identifier: Apache-2.0
// Every message that engine actors send each other. Commands are imperative, facts are past tense.
// All but the data messages are small values; each carries the attempt it belongs to, so that what
// an earlier attempt left behind is recognised and dropped.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/snapshot_facts.hpp"
#include "actors/spilling_terms.hpp"
#include "actors/task.hpp"
#include "api/attempt_token.hpp"
#include "api/error_policy.hpp"
#include "api/failed_record.hpp"
#include "api/ids.hpp"
#include "api/source.hpp"
#include "network/fabric.hpp"
#include "network/frame.hpp"
#include "state/restored_bytes.hpp"
#include "state/written_snapshot.hpp"

namespace weir {

// Between tasks. The content is taken by the first who handles the message.
struct frame_sent {
  attempt_number attempt;
  channel_index channel;  // The receiver's.
  std::shared_ptr<frame> content;
};
struct credit_granted {
  attempt_number attempt;
  channel_index channel;  // The receiver's, which is the sender of the data.
  std::shared_ptr<credit_grant> content;
};

// From a task to itself.
struct resume_task {};
struct wake_task {
  processing_time due;
};
struct announce_credit {};

// From a task to the writer of its snapshot, and from that to itself.
struct continue_writing {};
// Back to the task, before the job manager learns of it.
struct snapshot_written {
  std::shared_ptr<const written_snapshot> content;
};

// What all tasks of an attempt have in common.
struct attempt_terms {
  attempt_token token;               // See operator_context::attempt_token.
  std::string checkpoint_directory;  // Empty: there are no checkpoints.
  bool is_incremental = true;        // Snapshots leave out what earlier ones have.
  bool allows_non_restored_state = false;
  spilling_terms spilling;
  checkpoint_id restored;                      // 0: the attempt starts afresh.
  std::vector<snapshot_place> snapshot_files;  // Of the checkpoint to restore.
  bool stops = false;                          // Tasks do nothing but wait for stop_task.
  // Records that do not fail the job any more; see operator_environment.
  std::map<std::string, error_policy> poison;
  std::uint64_t seed = 0;  // Of the job; see job_options::seed.
};

// A process of the job, and where it listens: "10.0.0.7:6123".
struct cluster_member {
  process_id process;
  std::string endpoint;
};
// From the root of a process to that of the job manager's, each time they are connected.
struct join_cluster {
  cluster_member member;
  actor_address root;
};
// The answer, and again whenever it changes.
struct cluster_told {
  actor_address job_manager;
  std::vector<cluster_member> members;  // Those that have joined.
};
// To the same: the job has ended.
struct leave_cluster {
  bool succeeded = false;
};

// From the job manager.
struct deploy_task {
  attempt_number attempt;
  task_index task;
  std::uint32_t slot = 0;  // Of the task manager.
  std::vector<source_split> splits;
  actor_address job_manager;
  std::shared_ptr<const attempt_terms> terms = std::make_shared<const attempt_terms>();
};
struct trigger_checkpoint {
  attempt_number attempt;
  checkpoint_id checkpoint;
  bool stops = false;  // A source reads nothing behind it.
  snapshot_base base{};
};
struct resume_source {  // Behind a checkpoint that should have stopped it.
  attempt_number attempt;
  checkpoint_id checkpoint;
};
struct end_input {  // To a source: there is no more, whatever there is.
  attempt_number attempt;
};
struct stop_task {  // Commit what belongs to the checkpoint, and end there.
  attempt_number attempt;
  checkpoint_id checkpoint;
};
struct checkpoint_completed {
  attempt_number attempt;
  checkpoint_id checkpoint;
};
struct connect_task {
  attempt_number attempt;
  std::vector<actor_address> upstream;    // One for each input channel.
  std::vector<actor_address> downstream;  // One for each output channel.
};
struct commit_output {
  attempt_number attempt;
};
struct cancel_attempt {
  attempt_number attempt;
};
struct request_report {
  attempt_number attempt;
};

// To the job manager.
struct task_manager_registered {
  actor_address task_manager;
  std::uint32_t slots = 0;
};
struct task_deployed {
  attempt_number attempt;
  task_index task;
  actor_address address;
};
struct task_started {
  attempt_number attempt;
  task_index task;
  restored_bytes restored{};
  std::vector<std::string> warnings{};  // What the user should see of the restore.
};
struct task_drained {  // All its input is handled; it waits for commit_output.
  attempt_number attempt;
  task_index task;
};
struct checkpoint_acknowledged {  // The task's snapshot is durable.
  attempt_number attempt;
  checkpoint_id checkpoint;
  task_index task;
  snapshot_facts facts;
};
struct checkpoint_declined {  // The task's snapshot could not be written.
  attempt_number attempt;
  checkpoint_id checkpoint;
  task_index task;
  error cause;
};
struct record_failed {  // And with it the task, which ends next.
  attempt_number attempt;
  task_index task;
  failed_record record;
};
struct task_ended {
  attempt_number attempt;
  task_index task;
  bool finished = false;  // As it should; otherwise `cause` says why not.
  bool cancelled = false;
  error cause;
};
struct task_reported {
  attempt_number attempt;
  task_report report;
};

// From the job manager to itself.
// It waits for its checkpoint directory.
struct open_checkpoints {};
// It waits for slots since that attempt was to be run again; 0: since it was started.
struct check_slots {
  attempt_number attempt;
};
struct check_deployment {
  attempt_number attempt;
};
struct report_progress {};
struct checkpoint_tick {
  processing_time due;
};
struct restart_due {
  attempt_number attempt;  // The one that failed.
};

// From the job manager's node: the job cannot go on.
struct fail_job {
  error cause;
};

// From outside: the user wants the job to end.
struct cancel_job {};
// From outside; `directory` is where the savepoint gets a directory of its own, empty: where the
// settings say.
struct take_savepoint {
  std::string directory;
};
struct stop_with_savepoint {
  std::string directory;
  bool drain = false;
};

}  // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::peer_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::peer_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::frame_sent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::credit_granted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::resume_task)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::wake_task)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::announce_credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::join_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::cluster_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::leave_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::deploy_task)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::connect_task)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::commit_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::cancel_attempt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::request_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::task_manager_registered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::task_deployed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::task_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::task_drained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::record_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::task_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::task_reported)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::open_checkpoints)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::check_slots)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::check_deployment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::report_progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::fail_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::cancel_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::continue_writing)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::snapshot_written)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::take_savepoint)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::stop_with_savepoint)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::resume_source)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::end_input)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::stop_task)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::trigger_checkpoint)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::checkpoint_completed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::checkpoint_acknowledged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::checkpoint_declined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::checkpoint_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::restart_due)
