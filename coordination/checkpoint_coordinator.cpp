// SPDX-License-Identifier: Apache-2.0
// The transitions of coordination/checkpoint_coordinator.hpp.
#include "coordination/checkpoint_coordinator.hpp"

#include <algorithm>
#include <utility>

#include "api/sometimes.hpp"

namespace weir {

namespace {

std::string name_of(checkpoint_id id) { return "checkpoint " + std::to_string(id.value); }

}  // namespace

checkpoint_policy checkpoint_policy_of(const job_options& options) {
  return {.interval = options.checkpoint_interval,
          .timeout = options.checkpoint_timeout,
          .min_pause = options.checkpoint_min_pause,
          .tolerable_failed = options.tolerable_failed_checkpoints,
          .retained = options.retained_checkpoints};
}

checkpoint_coordinator::checkpoint_coordinator(const checkpoint_policy& policy,
                                               std::uint32_t task_count, checkpoint_id highest_used,
                                               std::vector<checkpoint_id> completed)
    : policy_{policy},
      task_count_{task_count},
      last_used_{highest_used},
      completed_{completed.begin(), completed.end()} {
  for (const auto id : completed) last_used_ = std::max(last_used_, id);
}

void checkpoint_coordinator::on_attempt_started(attempt_number attempt,
                                                std::vector<task_index> sources,
                                                processing_time now, checkpoint_id restored) {
  WEIR_ASSERT(!pending_);
  attempt_ = attempt;
  newest_of_attempt_ = restored;
  sources_ = std::move(sources);
  drained_.clear();
  due_ = now + policy_.interval;
  pause_over_ = now;
  failures_in_a_row_ = 0;
  is_final_wanted_ = false;
  has_final_ = false;
  has_stopped_ = false;
  has_failed_the_job_ = false;
}

checkpoint_coordinator::commands checkpoint_coordinator::on_attempt_ended() {
  commands out;
  if (!attempt_) return out;
  const auto ended = *std::exchange(attempt_, std::nullopt);
  const error cause{error_code::cancelled, "attempt " + std::to_string(ended.value) + " has ended"};
  if (pending_ && !pending_->is_being_written) {
    WEIR_SOMETIMES("an attempt ended with a checkpoint under way");
    fail(cause, out);
  }
  end_wishes(cause, out);
  return out;
}

bool checkpoint_coordinator::may_start() const {
  return attempt_ && !pending_ && !has_final_ && !has_stopped_ && !has_failed_the_job_;
}

processing_time checkpoint_coordinator::earliest_start() const {
  if (is_final_wanted_) return due_;
  const auto wish = next_wish();
  return wish != wishes_.end() ? wish->since : std::max(due_, pause_over_);
}

std::optional<processing_time> checkpoint_coordinator::next_tick() const {
  if (pending_ && !pending_->is_being_written) return pending_->started + policy_.timeout;
  if (may_start()) return earliest_start();
  return std::nullopt;
}

checkpoint_coordinator::commands checkpoint_coordinator::on_tick(processing_time now) {
  commands out;
  if (pending_ && !pending_->is_being_written && now >= pending_->started + policy_.timeout) {
    WEIR_SOMETIMES("a checkpoint took too long");
    const error cause{error_code::io_failure,
                      std::to_string(pending_->missing) + " of " + std::to_string(task_count_) +
                          " tasks have not acknowledged it within " + to_string(policy_.timeout) +
                          " (execution.checkpointing.timeout)"};
    give_up(cause, out);
  }
  if (may_start() && now >= earliest_start()) start(now, out);
  return out;
}

void checkpoint_coordinator::start(processing_time now, commands& out) {
  last_used_.value += 1;
  due_ = now + policy_.interval;
  pending_ = pending_checkpoint{*attempt_, last_used_, now, is_final_wanted_};
  if (const auto wish = next_wish(); wish != wishes_.end()) {
    pending_->savepoint = wish->request;
    wishes_.erase(wish);
  }
  if (pending_->savepoint) {
    pending_->base.stands_alone = true;
  } else {
    pending_->base.checkpoint = newest_of_attempt_;
  }
  pending_->triggered.insert(sources_.begin(), sources_.end());
  pending_->triggered.insert(drained_.begin(), drained_.end());
  pending_->acknowledged.resize(task_count_);
  pending_->missing = task_count_;
  const auto& to = pending_->triggered;
  out.emplace_back(checkpoint_commands::trigger{
      *attempt_, last_used_, {to.begin(), to.end()}, pending_->stops(), pending_->base});
}

// A savepoint that fails is its user's affair; any other checkpoint is the job's.
void checkpoint_coordinator::give_up(const error& cause, commands& out) {
  const bool counts = !pending_->savepoint || pending_->is_final;
  fail(cause, out);
  if (counts && attempt_) count_failure(cause, out);
}

void checkpoint_coordinator::fail(error cause, commands& out) {
  const auto failed = *std::exchange(pending_, std::nullopt);
  cause = within(name_of(failed.id), std::move(cause));
  out.emplace_back(checkpoint_commands::report{failed.id, {}, 0, {}, cause});
  out.emplace_back(checkpoint_commands::discard{failed.id});
  if (!failed.savepoint) return;
  if (attempt_ && failed.savepoint->then == after_savepoint::drain_and_stop) {
    wishes_.push_front({*failed.savepoint, failed.started});
  } else {
    end_savepoint(failed, std::move(cause), out);
  }
}

void checkpoint_coordinator::end_savepoint(const pending_checkpoint& of, std::optional<error> cause,
                                           commands& out) {
  if (cause && of.stops() && attempt_ == of.attempt) {
    WEIR_SOMETIMES("a savepoint that should have stopped the job failed");
    out.emplace_back(checkpoint_commands::resume{of.attempt, of.id, sources_});
  }
  out.emplace_back(checkpoint_commands::savepoint_ended{*of.savepoint, of.id, std::move(cause)});
}

void checkpoint_coordinator::end_wishes(const error& cause, commands& out) {
  for (auto& each : std::exchange(wishes_, {})) {
    out.emplace_back(checkpoint_commands::savepoint_ended{std::move(each.request), {}, cause});
  }
}

// The final checkpoint ends the job, so whoever wants that comes first; and only the final one can
// be a savepoint that drains.
std::deque<checkpoint_coordinator::savepoint_wish>::const_iterator
checkpoint_coordinator::next_wish() const {
  const auto first = [this](auto is_it) {
    return std::find_if(wishes_.begin(), wishes_.end(),
                        [&](const savepoint_wish& each) { return is_it(each.request.then); });
  };
  if (!is_final_wanted_) {
    return first([](auto then) { return then != after_savepoint::drain_and_stop; });
  }
  const auto ending = first([](auto then) { return then != after_savepoint::go_on; });
  return ending != wishes_.end() ? ending : wishes_.begin();
}

std::optional<error> checkpoint_coordinator::refusal() const {
  const auto refused = [](const char* why) { return error{error_code::cancelled, why}; };
  const bool is_stopping =
      has_stopped_ ||
      (pending_ && pending_->savepoint && pending_->savepoint->then != after_savepoint::go_on) ||
      std::any_of(wishes_.begin(), wishes_.end(), [](const savepoint_wish& each) {
        return each.request.then != after_savepoint::go_on;
      });
  // Also between two attempts: the next one only commits.
  if (is_stopping) return refused("the job is being stopped with a savepoint already");
  if (!attempt_) return refused("the job does not run at the moment; try again when it does");
  if (has_final_ || has_failed_the_job_) return refused("the job is ending");
  return std::nullopt;
}

checkpoint_coordinator::commands checkpoint_coordinator::request_savepoint(
    savepoint_request request, processing_time now) {
  commands out;
  if (auto refused = refusal()) {
    out.emplace_back(checkpoint_commands::savepoint_ended{std::move(request), {}, *refused});
    return out;
  }
  if (request.then == after_savepoint::drain_and_stop) {
    out.emplace_back(checkpoint_commands::end_input{*attempt_, sources_});
  }
  wishes_.push_back({std::move(request), now});
  if (may_start() && now >= earliest_start()) start(now, out);
  return out;
}

void checkpoint_coordinator::count_failure(const error& cause, commands& out) {
  failures_in_a_row_ += 1;
  if (failures_in_a_row_ <= policy_.tolerable_failed) return;
  WEIR_SOMETIMES("too many checkpoints in a row failed");
  has_failed_the_job_ = true;
  out.emplace_back(checkpoint_commands::fail_job{within(
      std::to_string(failures_in_a_row_) +
          " checkpoints in a row failed (execution.checkpointing.tolerable-failed-checkpoints "
          "is " +
          std::to_string(policy_.tolerable_failed) + ")",
      cause)});
}

bool checkpoint_coordinator::is_awaited(attempt_number attempt, checkpoint_id id) const {
  return attempt_ == attempt && pending_ && pending_->id == id && !pending_->is_being_written;
}

checkpoint_coordinator::commands checkpoint_coordinator::on_acknowledged(attempt_number attempt,
                                                                         checkpoint_id id,
                                                                         task_index task,
                                                                         snapshot_facts facts) {
  commands out;
  if (!is_awaited(attempt, id)) {
    WEIR_SOMETIMES("an acknowledgement came for a checkpoint that was given up");
    return out;
  }
  WEIR_ASSERT(task.value < task_count_);
  auto& acknowledged = pending_->acknowledged[task.value];
  if (acknowledged) return out;
  pending_->bytes += facts.bytes;
  for (const shared_file& each : facts.shared) {
    if (each.checkpoint == pending_->id) pending_->bytes += each.bytes;
  }
  pending_->longest_alignment = std::max(pending_->longest_alignment, facts.alignment);
  pending_->missing -= 1;
  acknowledged = std::move(facts);
  if (pending_->missing > 0) return out;
  pending_->is_being_written = true;
  checkpoint_commands::write_manifest order{id, {}, pending_->savepoint};
  for (auto& each : pending_->acknowledged) order.tasks.push_back(std::move(*each));
  out.emplace_back(std::move(order));
  return out;
}

checkpoint_coordinator::commands checkpoint_coordinator::on_declined(attempt_number attempt,
                                                                     checkpoint_id id,
                                                                     task_index task,
                                                                     const error& cause) {
  commands out;
  // Who has acknowledged has nothing to decline.
  if (!is_awaited(attempt, id) || pending_->acknowledged.at(task.value)) return out;
  WEIR_SOMETIMES("a task could not write its snapshot");
  give_up(cause, out);
  return out;
}

checkpoint_coordinator::commands checkpoint_coordinator::on_task_drained(attempt_number attempt,
                                                                         task_index task) {
  commands out;
  if (attempt_ != attempt || !drained_.insert(task).second) return out;
  if (!pending_ || pending_->is_being_written) return out;
  if (pending_->acknowledged.at(task.value) || !pending_->triggered.insert(task).second) return out;
  out.emplace_back(
      checkpoint_commands::trigger{attempt, pending_->id, {task}, false, pending_->base});
  return out;
}

checkpoint_coordinator::commands checkpoint_coordinator::on_completed(
    checkpoint_id id, processing_time now, std::optional<error> savepoint_failure) {
  commands out;
  if (!is_manifest_being_written() || pending_->id != id) return out;
  const auto done = *std::exchange(pending_, std::nullopt);
  completed_.push_back(id);
  if (attempt_ == done.attempt) {
    newest_of_attempt_ = id;
    failures_in_a_row_ = 0;
    pause_over_ = now + policy_.min_pause;
    has_final_ = done.is_final;
    has_stopped_ = done.stops() && !savepoint_failure;
    out.emplace_back(
        checkpoint_commands::announce_completed{done.attempt, id, done.is_final, has_stopped_});
  }
  out.emplace_back(checkpoint_commands::report{id, now - done.started, done.bytes,
                                               done.longest_alignment, std::nullopt});
  while (completed_.size() > std::max(policy_.retained, 1U)) {
    out.emplace_back(checkpoint_commands::discard{completed_.front()});
    completed_.pop_front();
  }
  if (done.savepoint) end_savepoint(done, std::move(savepoint_failure), out);
  if (has_final_ || has_stopped_) end_wishes({error_code::cancelled, "the job is ending"}, out);
  return out;
}

checkpoint_coordinator::commands checkpoint_coordinator::on_not_completed(checkpoint_id id,
                                                                          const error& cause) {
  commands out;
  if (!is_manifest_being_written() || pending_->id != id) return out;
  WEIR_SOMETIMES("a manifest could not be written");
  give_up(cause, out);
  return out;
}

checkpoint_coordinator::commands checkpoint_coordinator::request_final(processing_time now) {
  commands out;
  if (!attempt_ || is_final_wanted_) return out;
  is_final_wanted_ = true;
  due_ = now;
  if (may_start()) start(now, out);
  return out;
}

checkpoint_coordinator::commands checkpoint_coordinator::discard_completed() {
  WEIR_ASSERT(!attempt_ && !pending_);
  commands out;
  for (const auto id : completed_) out.emplace_back(checkpoint_commands::discard{id});
  completed_.clear();
  return out;
}

std::optional<checkpoint_id> checkpoint_coordinator::pending() const {
  if (!pending_) return std::nullopt;
  return pending_->id;
}

std::optional<checkpoint_id> checkpoint_coordinator::last_completed() const {
  if (completed_.empty()) return std::nullopt;
  return completed_.back();
}

}  // namespace weir
