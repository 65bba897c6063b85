// SPDX-License-Identifier: Apache-2.0
// One subtask of one operator chain, without the actor around it.
//
// A step handles one event and never blocks:
//
//   1. output waiting for credit?       stop; the next grant resumes here
//   2. timers, watermarks, end due?     one slice of that
//   3. checkpoint due?                  a snapshot, and its barrier to all outputs
//   4. otherwise                        the next batch from the source or the input gate
//
// A checkpoint is due when the gate has aligned its barriers; in a source, and in a task that has
// drained and so gets no barriers, when the coordinator has triggered it.
//
// This loop is all there is to back-pressure: a slow consumer stops this task, this task's full
// queues stop its producers, and so on up to the sources. No operator takes part in it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "actors/input_gate.hpp"
#include "actors/operator_chain.hpp"
#include "actors/output_gate.hpp"
#include "actors/task_description.hpp"

namespace weir {

// What a task had at the barrier of a checkpoint.
struct task_snapshot {
  checkpoint_id checkpoint;
  std::vector<operator_snapshot> operators;
  duration alignment{};  // From the first barrier to the last.
  snapshot_base base{};
};

// What a task tells the world. The actor answers with messages, a test with a vector.
class task_host {
public:
  virtual ~task_host() = default;
  virtual void send(channel_index output, frame leaving) = 0;
  virtual void grant(channel_index input, credit_grant granted) = 0;
  // To be written while the task goes on.
  virtual void on_snapshot_taken(task_snapshot taken) = 0;
};

// What a task has done so far, for progress and metrics.
struct task_report {
  task_index task;
  bool is_source = false;
  bool is_sink = false;
  std::uint64_t records_in = 0;       // Of the head; of a source: records read.
  std::uint64_t records_written = 0;  // By the task's sinks.
  std::uint64_t late_dropped = 0;
  std::uint64_t skipped = 0;
  std::uint64_t dead_lettered = 0;
  event_time watermark = beginning_of_time;
};

class task {
public:
  enum class progress : std::uint8_t {
    made,                // Call again.
    waiting_for_input,   // Until `deliver`, or until `wake_at`.
    waiting_for_credit,  // Until `on_granted`.
    drained,             // All input handled, all output has left: until `commit`.
    finished,
    failed,  // See `failure`.
  };

  // `host` outlives the task.
  task(task_description description, operator_environment world, task_host& host);
  ~task();

  // Opens the operators, with the state that `restored` holds of them, if any; it outlives the
  // call. REQUIRES: called once, before `step`.
  [[nodiscard]] status open(processing_time now, const snapshot_set* restored = nullptr);

  // The channel leads to another process. Fails if its records cannot go there.
  // REQUIRES: called before `step`.
  [[nodiscard]] status lead_far(channel_index output) { return outputs_.lead_far(output); }

  // A frame came in; fails when one is missing before it, or its records cannot be decoded.
  [[nodiscard]] status deliver(channel_index input, frame arrived);
  void on_granted(channel_index output, credit_grant grant);
  // Tells every sender its present limit once more.
  void announce_credit();

  // A checkpoint has begun. Only sources and tasks that have drained are told; others hear of it by
  // its barriers. An older one than the last is ignored. `stops`: a source reads nothing behind it,
  // until it resumes or the next checkpoint is triggered. `base`: see snapshot_base.
  void trigger_checkpoint(checkpoint_id checkpoint, bool stops = false,
                          const snapshot_base& base = {});
  // A source reads on, if it was that checkpoint that stopped it or would have.
  void resume_reading(checkpoint_id checkpoint);
  // A source reads no more, as if its input had ended here.
  void end_input() { input_is_over_ = true; }
  // What was prepared for it, or before, may be seen. Answers `made` or `failed`.
  progress on_checkpoint_completed(checkpoint_id checkpoint);

  progress step(processing_time now);
  // With waiting_for_input: when to call `step` again in any case, if ever.
  std::optional<processing_time> wake_at() const { return wake_at_; }
  const error& failure() const { return failure_; }
  // The record on which a user's function has failed, if that is the failure.
  const std::optional<failed_record>& failed_on() const { return chain_.failed_on(); }

  // Every task of the job has drained: makes visible what the sinks have written, and finishes.
  // Fails if this task has not drained.
  progress commit();
  // The job stops at this checkpoint: makes visible what belongs to it, and finishes. What was done
  // behind it is given up.
  progress stop(checkpoint_id checkpoint);
  // The task is given up; sinks leave nothing that looks complete.
  void abandon();

  task_report report() const;
  const task_description& description() const { return description_; }
  const input_gate& inputs() const { return inputs_; }

private:
  progress take_next_event();
  progress take_from_source();
  bool has_drained() const;
  bool is_stopped() const { return stops_at_ && *stops_at_ <= last_checkpoint_; }
  // A checkpoint to be taken, and what it is based on.
  struct checkpoint_order {
    checkpoint_id id;
    snapshot_base base;
  };

  std::optional<checkpoint_order> due_checkpoint() const;
  progress take_snapshot(const checkpoint_order& order);
  progress fail(error cause);
  void send_and_grant();

  task_description description_;
  task_host* host_;
  input_gate inputs_;
  output_gate outputs_;
  operator_chain chain_;
  std::optional<processing_time> wake_at_;
  std::optional<processing_time> source_retry_at_;
  std::optional<checkpoint_order> aligned_;    // The gate let its barrier out.
  std::optional<checkpoint_order> triggered_;  // By the coordinator.
  std::optional<checkpoint_id> stops_at_;
  bool input_is_over_ = false;
  checkpoint_id last_checkpoint_;
  std::optional<processing_time> alignment_began_;
  bool has_failed_ = false;
  bool has_finished_ = false;
  processing_time now_{};
  error failure_;
};

}  // namespace weir
