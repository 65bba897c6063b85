// SPDX-License-Identifier: Apache-2.0
// The contract between the engine and one step of a job.
//
// The engine calls an operator from one task at a time, in this order:
//
//   open -> (process | advance_to | on_processing_time | poll)* -> finish -> commit -> close
//
// and, from `open` to `commit`, at any moment when nothing is due:
//
//   snapshot(c) -> ... -> on_checkpoint_completed(c), or a later one's, or neither
//
// An operator never blocks, never reads a clock, never starts a thread and reaches other operators
// only through its ports. Port 0 is its main output, the others are side outputs. It may throw: the
// task fails, and the error names the operator.
//
// A long reaction is done in slices: `advance_to`, `on_processing_time` and `finish` return false
// while there is more to do, and are called again once the output has drained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/error_policy.hpp"
#include "api/ids.hpp"
#include "api/key_group.hpp"
#include "api/record_batch.hpp"
#include "api/snapshot.hpp"
#include "api/time.hpp"

namespace weir {

class file_system;      // api/file_system.hpp
class record_failures;  // api/failed_record.hpp
class state_backend;    // api/state_backend.hpp
struct source_split;    // api/source.hpp

// Where an operator's results go: the next operators of the chain, or the network. The receiver may
// change or take the records; whatever is left in the batch belongs to the caller again.
class output {
public:
  virtual ~output() = default;
  virtual void emit(record_batch& batch) = 0;
};

// What an operator may count. Read by the task between two steps, reported as metrics.
struct operator_counters {
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
  std::uint64_t late_dropped = 0;
  std::uint64_t skipped = 0;        // By the error policy `skip`.
  std::uint64_t dead_lettered = 0;  // By the error policy `dead_letter`.
};

// How an operator that makes its own event time tells the operators behind it.
class watermark_output {
public:
  virtual ~watermark_output() = default;
  virtual void emit_watermark(event_time watermark) = 0;
  // An idle stream holds nobody's event time back.
  virtual void emit_idle(bool is_idle) = 0;
};

// The place an operator runs in. Outlives the operator.
struct operator_context {
  std::string name;  // "window-counts (2/4)": the operator and its subtask, for messages.
  operator_id id;
  subtask_index subtask;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = default_max_parallelism;
  std::uint64_t seed = 0;  // For random choices; the same in every run of a simulation.
  // No other attempt of any job has the same, so that what it names is its own.
  std::string attempt_token;
  bool has_checkpoints = false;  // `snapshot` will be called from time to time.
  processing_time now{};         // When the current step began. Kept up to date by the task.
  event_time watermark = beginning_of_time;  // Of the operator's input. Kept up to date.
  file_system* files = nullptr;
  state_backend* state = nullptr;
  const restored_operator* restored = nullptr;  // None: the job starts afresh.
  watermark_output* watermarks = nullptr;
  std::vector<output*> ports;                         // At least as many as the operator declared.
  const std::vector<source_split>* splits = nullptr;  // A source's share of the input.
  error_policy on_error = error_policy::fail;
  std::uint32_t dead_letter_port = 0;
  record_failures* failures = nullptr;  // Who hears of a record that fails the job.
  operator_counters counters;

  // The key groups of the keyed state that lives here.
  key_group_range key_groups() const {
    return key_groups_of(subtask, parallelism, max_parallelism);
  }
};

// What a source has to say when it is asked for records.
struct poll_result {
  enum class kind : std::uint8_t { more, idle, ended };
  kind what = kind::more;
  // With `idle`: when to ask again.
  processing_time retry_at{};
};

class stream_operator {
public:
  virtual ~stream_operator() = default;

  // `context` outlives the operator. Throws `task_failure` when the operator cannot start.
  virtual void open(operator_context& context) { context_ = &context; }

  // Handles a batch from input 0 or, in a two-input operator, input 1.
  virtual void process(std::uint32_t input, record_batch& batch) = 0;

  // Event time has come to `watermark`: no record of that time or before follows, but late ones.
  // Returns true when all that was due has been emitted; the watermark then goes on to the next
  // operators, unless `makes_watermarks()`.
  virtual bool advance_to(event_time watermark) {
    static_cast<void>(watermark);
    return true;
  }

  // Processing time has come to `now`. Returns true when all that was due has been emitted.
  virtual bool on_processing_time(processing_time now) {
    static_cast<void>(now);
    return true;
  }
  // When `on_processing_time` must be called next, if at all.
  virtual std::optional<processing_time> next_processing_timer() const { return std::nullopt; }

  // Only of sources: reads at most a batch of records and emits them. Never blocks.
  virtual poll_result poll() { return {poll_result::kind::ended, {}}; }
  // Only of sources, and while they emit: where record `i` of the batch came from, and where all of
  // it did. Empty if that is not known.
  virtual std::string place_of(std::size_t i) const {
    static_cast<void>(i);
    return {};
  }
  virtual std::string places() const { return {}; }

  // Every input has ended, the watermark is `end_of_time`; the last chance to emit. Returns true
  // when everything has been emitted.
  virtual bool finish() { return true; }

  // A checkpoint: adds what must outlive a failure and is in no table. What was written to the
  // outside since the last one must survive a crash from here on, but not be seen yet.
  virtual void snapshot(checkpoint_id checkpoint, state_parts& parts) {
    static_cast<void>(checkpoint);
    static_cast<void>(parts);
  }
  // Everything up to the snapshot for `checkpoint` will never be undone: it may be seen. Ids only
  // grow; those of checkpoints that did not complete are left out.
  virtual void on_checkpoint_completed(checkpoint_id checkpoint) { static_cast<void>(checkpoint); }

  // Every operator of the job has finished: what this one has written to the outside may be seen.
  virtual void commit() {}

  // The task ends; `failed` when the job has not handled all its input. Called once, also after
  // `open` threw.
  virtual void close(bool failed) { static_cast<void>(failed); }

  // True of an operator that emits its own watermarks and swallows those of its input.
  virtual bool makes_watermarks() const { return false; }

protected:
  operator_context& context() { return *context_; }
  const operator_context& context() const { return *context_; }
  void emit(record_batch& batch, std::uint32_t port = 0) { context_->ports[port]->emit(batch); }

private:
  operator_context* context_ = nullptr;
};

// Why a task cannot go on. Thrown by operators and by what they call (readers, writers, state);
// caught in one place, the operator chain, which adds the operator's name.
class task_failure {
public:
  explicit task_failure(error cause) : cause_{std::move(cause)} {}
  const error& cause() const { return cause_; }

private:
  error cause_;
};

// Throws the failure of `outcome`, if it is one, as a task_failure; else returns its value.
template <class T>
T value_or_fail(result<T> outcome) {
  if (!outcome) throw task_failure{outcome.failure()};
  if constexpr (!std::is_void_v<T>) return std::move(outcome).value();
}

}  // namespace weir
