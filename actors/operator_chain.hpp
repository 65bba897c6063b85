// SPDX-License-Identifier: Apache-2.0
// Operators in a row - or a small tree, where one result feeds several - that run in one task and
// hand batches to each other by a call.
//
// The one place where exceptions of operators are caught: what leaves here is an error that names
// the operator. Watermarks, timers and the end of input pass from operator to operator, one slice
// of work at a time: `work` returns after each slice so that output can drain in between.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/output_gate.hpp"
#include "actors/spilling_terms.hpp"
#include "actors/task_description.hpp"
#include "api/failed_record.hpp"
#include "api/operator.hpp"
#include "api/state_backend.hpp"
#include "state/snapshot_set.hpp"

namespace weir {

// What the operators of a task may use of the world.
struct operator_environment {
  file_system* files = nullptr;
  entry_stores* stores = nullptr;  // Not null where state spills.
  std::string attempt_token;       // See operator_context.
  bool has_checkpoints = false;    // Snapshots will be taken,
  bool is_incremental = false;     // and leave out what earlier ones have.
  bool allows_non_restored_state = false;
  // Records that do not fail the job any more, by identity_of, and what becomes of them; none:
  // there are none. Outlives the chain.
  const std::map<std::string, error_policy>* poison = nullptr;
  spilling_terms spilling;
};

class operator_chain {
public:
  // `description` and `outputs` outlive the chain.
  operator_chain(const task_description& description, operator_environment world,
                 output_gate& outputs);
  ~operator_chain();

  // With `restored`, from what a checkpoint holds: it outlives the call.
  [[nodiscard]] status open(processing_time now, const snapshot_set* restored = nullptr);
  // Sets the time that operators see during the next calls.
  void set_now(processing_time now);

  [[nodiscard]] status process(std::uint32_t input, record_batch& batch);
  // Asks the source at the head for records.
  [[nodiscard]] result<poll_result> poll();

  // These only take note; `work` does it.
  void on_watermark(event_time watermark);
  void on_idle(bool is_idle);
  void on_input_ended();

  // One slice of what is due: watermarks on their way, timers, the end of input.
  [[nodiscard]] status work() {
    auto worked = do_work();
    return worked ? trim() : worked;
  }
  bool has_work() const;
  // When `has_work` will be true by itself, if ever.
  std::optional<processing_time> next_timer() const;
  // The end of input has passed through every operator.
  bool has_finished() const;

  // What every operator has at this moment. REQUIRES: !has_work().
  [[nodiscard]] result<std::vector<operator_snapshot>> snapshot(checkpoint_id checkpoint,
                                                                const snapshot_base& base);
  [[nodiscard]] status on_checkpoint_completed(checkpoint_id checkpoint);
  // What the operators have written may be seen. REQUIRES: has_finished().
  [[nodiscard]] status commit();

  // Closes every operator once. Errors while closing a failed task are of no interest any more.
  [[nodiscard]] status close(bool failed);

  // The record on which a user's function has failed, if that is why the chain has.
  const std::optional<failed_record>& failed_on() const { return failed_on_; }

  bool head_is_source() const;
  bool input_has_ended() const;
  // How far event time has come at the end of the chain.
  event_time watermark() const;
  const operator_counters& counters(std::size_t i) const;

private:
  struct chained_step;
  class chained_output;
  class fan_out;
  class discarding_output;

  template <class Action>
  [[nodiscard]] status guarded(chained_step& first, Action action);
  error_policy judge(const chained_step& step, failed_record& failed, std::size_t index);
  [[nodiscard]] status do_work();
  // Between two batches, when nobody holds on to an entry.
  [[nodiscard]] status trim();
  void build_ports(const task_description& description);
  [[nodiscard]] status open_step(chained_step& step, const snapshot_set* restored);
  std::unique_ptr<output> output_for(const port_target& target);
  void pass_on_watermark(chained_step& from, event_time watermark);
  void pass_on_idle(chained_step& from, bool is_idle);

  output_gate* outputs_;
  std::vector<std::unique_ptr<chained_step>> steps_;
  std::vector<std::unique_ptr<output>> owned_outputs_;
  chained_step* running_ = nullptr;  // Whose code is being run: who is to blame for an exception.
  processing_time now_{};
  bool is_incremental_ = false;
  bool allows_non_restored_state_ = false;
  const std::map<std::string, error_policy>* poison_ = nullptr;
  std::optional<failed_record> failed_on_;
  bool is_closed_ = false;
};

}  // namespace weir
