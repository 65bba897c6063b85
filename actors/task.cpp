// SPDX-License-Identifier: Apache-2.0
// The step loop of actors/task.hpp.
#include "actors/task.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

// Of the records that each input channel brings.
std::vector<const element_type*> types_of_inputs(const task_description& of) {
  std::vector<const element_type*> types;
  for (const auto input : of.input_of_channel) {
    types.push_back(&of.operators.front().node->input_types[input]);
  }
  return types;
}

}  // namespace

task::task(task_description description, operator_environment world, task_host& host)
    : description_{std::move(description)},
      host_{&host},
      inputs_{types_of_inputs(description_), description_.credit_window,
              description_.is_exactly_once},
      outputs_{description_},
      chain_{description_, world, outputs_} {}

task::~task() { abandon(); }

status task::open(processing_time now, const snapshot_set* restored) {
  return chain_.open(now, restored);
}

status task::deliver(channel_index input, frame arrived) {
  return inputs_.deliver(input, std::move(arrived));
}

void task::on_granted(channel_index output, credit_grant grant) {
  outputs_.on_granted(output, std::move(grant));
}

void task::announce_credit() {
  for (std::uint32_t i = 0; i < inputs_.channel_count(); ++i) {
    host_->grant({i}, inputs_.channel({i}).announce());
  }
}

task::progress task::fail(error cause) {
  has_failed_ = true;
  failure_ = std::move(cause);
  return progress::failed;
}

void task::send_and_grant() {
  outputs_.send(
      [this](channel_index channel, frame leaving) { host_->send(channel, std::move(leaving)); });
  for (std::uint32_t i = 0; i < inputs_.channel_count(); ++i) {
    if (auto due = inputs_.channel({i}).take_grant()) host_->grant({i}, std::move(*due));
  }
}

task::progress task::step(processing_time now) {
  if (has_failed_) return progress::failed;
  if (has_finished_) return progress::finished;
  now_ = now;
  wake_at_.reset();
  chain_.set_now(now);
  bool is_blocked = outputs_.is_blocked();
  if (is_blocked) {
    send_and_grant();
    is_blocked = outputs_.is_blocked();
  }
  progress made = progress::made;
  if (is_blocked) {
    made = progress::waiting_for_credit;
  } else if (chain_.has_work()) {
    if (auto worked = chain_.work(); !worked) made = fail(worked.failure());
  } else if (const auto checkpoint = due_checkpoint()) {
    made = take_snapshot(*checkpoint);
  } else if (!chain_.has_finished()) {
    made = take_next_event();
  }
  send_and_grant();
  if (made == progress::failed) return made;
  if (!chain_.has_finished()) return made;
  if (!outputs_.is_drained()) return progress::waiting_for_credit;
  return due_checkpoint() ? progress::made : progress::drained;
}

bool task::has_drained() const { return chain_.has_finished() && outputs_.is_drained(); }

void task::trigger_checkpoint(checkpoint_id checkpoint, bool stops, const snapshot_base& base) {
  if (checkpoint <= last_checkpoint_) return;
  triggered_ = {checkpoint, base};
  stops_at_ = stops ? std::optional{checkpoint} : std::nullopt;
}

void task::resume_reading(checkpoint_id checkpoint) {
  if (stops_at_ == checkpoint) stops_at_.reset();
}

std::optional<task::checkpoint_order> task::due_checkpoint() const {
  if (aligned_) return aligned_;
  if (!triggered_) return std::nullopt;
  const bool is_reading = chain_.head_is_source() && !chain_.input_has_ended();
  return is_reading || has_drained() ? triggered_ : std::nullopt;
}

task::progress task::take_snapshot(const checkpoint_order& order) {
  const auto [id, base] = order;
  auto taken = chain_.snapshot(id, base);
  if (!taken) {
    return fail(within("snapshot for checkpoint " + std::to_string(id.value), taken.failure()));
  }
  if (!chain_.has_finished()) outputs_.emit_barrier(id, base);
  last_checkpoint_ = id;
  aligned_.reset();
  if (triggered_ && triggered_->id <= id) triggered_.reset();
  const auto began = std::exchange(alignment_began_, std::nullopt);
  host_->on_snapshot_taken({id, *std::move(taken), began ? now_ - *began : duration{}, base});
  return progress::made;
}

task::progress task::on_checkpoint_completed(checkpoint_id checkpoint) {
  if (has_failed_) return progress::failed;
  if (has_finished_) return progress::finished;
  auto told = chain_.on_checkpoint_completed(checkpoint);
  if (told) return progress::made;
  return fail(within("commit checkpoint " + std::to_string(checkpoint.value), told.failure()));
}

task::progress task::commit() {
  if (has_failed_) return progress::failed;
  if (has_finished_) return progress::finished;
  if (!has_drained()) {
    return fail({error_code::internal, "was told to commit before it had handled all its input"});
  }
  if (auto committed = chain_.commit(); !committed) return fail(committed.failure());
  if (auto closed = chain_.close(false); !closed) return fail(closed.failure());
  has_finished_ = true;
  return progress::finished;
}

task::progress task::stop(checkpoint_id checkpoint) {
  const auto told = on_checkpoint_completed(checkpoint);
  if (told != progress::made) return told;
  // As of a job that did not come to the end of its input. What cannot be tidied up is of no
  // interest: all that counts is committed.
  static_cast<void>(chain_.close(true));
  has_finished_ = true;
  return progress::finished;
}

task::progress task::take_next_event() {
  WEIR_ASSERT(!outputs_.is_blocked());  // So queued output is bounded by one event's.
  if (chain_.head_is_source()) return take_from_source();
  auto next = inputs_.next();
  if (!alignment_began_ && inputs_.is_aligning()) alignment_began_ = now_;
  if (!next) {
    wake_at_ = chain_.next_timer();
    return progress::waiting_for_input;
  }
  if (auto* ready = std::get_if<input_gate::batch_ready>(&*next)) {
    const auto input = description_.input_of_channel[ready->channel.value];
    auto processed = chain_.process(input, *ready->batch);
    inputs_.on_processed(std::move(*ready));
    if (!processed) return fail(processed.failure());
  } else if (auto* advanced = std::get_if<input_gate::time_advanced>(&*next)) {
    chain_.on_watermark(advanced->watermark);
  } else if (auto* changed = std::get_if<input_gate::status_changed>(&*next)) {
    chain_.on_idle(changed->is_idle);
  } else if (auto* aligned = std::get_if<input_gate::barrier_aligned>(&*next)) {
    aligned_ = {aligned->checkpoint, aligned->base};
  } else {
    chain_.on_input_ended();
  }
  return progress::made;
}

task::progress task::take_from_source() {
  if (is_stopped()) {
    wake_at_ = chain_.next_timer();
    return progress::waiting_for_input;
  }
  if (input_is_over_) {
    chain_.on_input_ended();
    return progress::made;
  }
  if (source_retry_at_ && now_ < *source_retry_at_) {
    const auto timer = chain_.next_timer();
    wake_at_ = timer ? std::min(*timer, *source_retry_at_) : *source_retry_at_;
    return progress::waiting_for_input;
  }
  source_retry_at_.reset();
  auto polled = chain_.poll();
  if (!polled) return fail(polled.failure());
  switch (polled->what) {
    case poll_result::kind::more:
      break;
    case poll_result::kind::idle:
      source_retry_at_ = polled->retry_at;
      break;
    case poll_result::kind::ended:
      chain_.on_input_ended();
      break;
  }
  return progress::made;
}

void task::abandon() {
  if (has_finished_) return;
  static_cast<void>(chain_.close(true));
}

task_report task::report() const {
  task_report report;
  report.task = description_.task;
  report.is_source = chain_.head_is_source();
  const auto& operators = description_.operators;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    const auto& counted = chain_.counters(i);
    if (operators[i].node->kind == operator_kind::sink) {
      report.is_sink = true;
      report.records_written += counted.records_in;
    }
    report.late_dropped += counted.late_dropped;
    report.skipped += counted.skipped;
    report.dead_lettered += counted.dead_lettered;
  }
  const auto& head = chain_.counters(0);
  report.records_in = report.is_source ? head.records_out : head.records_in;
  report.watermark = chain_.watermark();
  return report;
}

}  // namespace weir
