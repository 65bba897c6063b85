// SPDX-License-Identifier: Apache-2.0
// The wiring and the passing on of marks behind actors/operator_chain.hpp.
#include "actors/operator_chain.hpp"

#include <algorithm>
#include <utility>

#include "state/memory_backend.hpp"
#include "state/table_restore.hpp"

namespace weir {

// One operator in its place.
struct operator_chain::chained_step final : watermark_output, record_failures {
  chained_step(operator_chain& owner, const chained_operator& description,
               const task_description& task, const operator_environment& world)
      : chain{&owner},
        targets{description.targets},
        node{description.node},
        name{node->name + subtask_suffix(task.subtask, task.parallelism)},
        backend{key_groups_of(task.subtask, task.parallelism, task.max_parallelism),
                task.max_parallelism, make_cold_space(world.spilling, world.stores, name)} {
    context.name = name;
    context.id = description.id;
    context.subtask = task.subtask;
    context.parallelism = task.parallelism;
    context.max_parallelism = task.max_parallelism;
    context.seed = mix(task.seed + description.id.value);
    context.state = &backend;
    context.watermarks = this;
    context.splits = &task.splits;
    context.on_error = node->on_error;
    context.dead_letter_port = node->dead_letter_port;
    context.failures = this;
  }

  void emit_watermark(event_time watermark) override { chain->pass_on_watermark(*this, watermark); }
  void emit_idle(bool is_idle) override { chain->pass_on_idle(*this, is_idle); }

  error_policy on_record_failed(failed_record& failed, std::size_t index) override {
    return chain->judge(*this, failed, index);
  }

  // What has finished has nothing left to do, whatever its timers say.
  // `processing_time::max()`: none. Asked for at every step of a task, where an optional that goes
  // through memory costs more than all else.
  processing_time next_timer() const {
    if (has_finished) return processing_time::max();
    const auto timer = work->next_processing_timer();
    return timer ? *timer : processing_time::max();
  }

  operator_chain* chain;
  std::vector<port_target> targets;
  const graph_node* node;
  std::string name;
  memory_backend backend;
  operator_context context;
  std::unique_ptr<stream_operator> work;  // Null until `open`.
  const chained_step* fed_by =
      nullptr;  // The operator whose batch it handles, if one of the chain.
  std::optional<event_time> due_watermark;
  bool input_ended = false;
  bool has_finished = false;
};

class operator_chain::chained_output final : public output {
public:
  chained_output(operator_chain& chain, chained_step& to, std::uint32_t input)
      : chain_{&chain}, to_{&to}, input_{input} {}

  void emit(record_batch& batch) override {
    auto* caller = std::exchange(chain_->running_, to_);
    to_->fed_by = caller;
    to_->work->process(input_, batch);
    to_->fed_by = nullptr;
    chain_->running_ = caller;
  }

private:
  operator_chain* chain_;
  chained_step* to_;
  std::uint32_t input_;
};

// Several consumers of one port: each but the last gets a copy.
class operator_chain::fan_out final : public output {
public:
  explicit fan_out(std::vector<output*> consumers) : consumers_{std::move(consumers)} {}

  void emit(record_batch& batch) override {
    if (!copy_) copy_ = batch.make_empty();
    for (std::size_t i = 0; i + 1 < consumers_.size(); ++i) {
      batch.append_to(*copy_);
      consumers_[i]->emit(*copy_);
      copy_->clear();
    }
    consumers_.back()->emit(batch);
  }

private:
  std::vector<output*> consumers_;
  std::unique_ptr<record_batch> copy_;
};

class operator_chain::discarding_output final : public output {
public:
  void emit(record_batch&) override {}
};

operator_chain::operator_chain(const task_description& description, operator_environment world,
                               output_gate& outputs)
    : outputs_{&outputs},
      is_incremental_{world.is_incremental},
      allows_non_restored_state_{world.allows_non_restored_state},
      poison_{world.poison} {
  for (const auto& part : description.operators) {
    steps_.push_back(std::make_unique<chained_step>(*this, part, description, world));
    auto& context = steps_.back()->context;
    context.files = world.files;
    context.attempt_token = world.attempt_token;
    context.has_checkpoints = world.has_checkpoints;
    if (world.has_checkpoints && world.is_incremental) {
      steps_.back()->backend.memory().track_changes();
    }
  }
  build_ports(description);
}

operator_chain::~operator_chain() = default;

std::unique_ptr<output> operator_chain::output_for(const port_target& target) {
  return std::make_unique<chained_output>(*this, *steps_[target.index], target.input);
}

void operator_chain::build_ports(const task_description& description) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto port_count = description.operators[i].node->output_types.size();
    for (std::uint32_t port = 0; port < port_count; ++port) {
      std::vector<output*> consumers;
      for (const auto& target : steps_[i]->targets) {
        if (target.port != port) continue;
        if (!target.is_chained) {
          consumers.push_back(&outputs_->edge(target.index));
          continue;
        }
        owned_outputs_.push_back(output_for(target));
        consumers.push_back(owned_outputs_.back().get());
      }
      if (consumers.empty()) {
        owned_outputs_.push_back(std::make_unique<discarding_output>());
        consumers.push_back(owned_outputs_.back().get());
      } else if (consumers.size() > 1) {
        owned_outputs_.push_back(std::make_unique<fan_out>(std::move(consumers)));
        consumers = {owned_outputs_.back().get()};
      }
      steps_[i]->context.ports.push_back(consumers.front());
    }
  }
}

template <class Action>
status operator_chain::guarded(chained_step& first, Action action) {
  running_ = &first;
  error cause;
  try {
    action();
    return {};
  } catch (const task_failure& failure) {
    cause = failure.cause();
    if (cause.code == error_code::malformed_record) {
      failed_on_ = failed_record{.failed_in = running_->context.id,
                                 .operator_name = running_->context.name,
                                 .record = cause.message,
                                 .cause = {},
                                 .place = "malformed input",
                                 .among = {},
                                 .can_be_left_out = false};
    }
  } catch (const std::exception& thrown) {
    cause = {error_code::user_function, std::string{"threw: "} + thrown.what()};
  } catch (...) {
    cause = {error_code::user_function, "threw something that is not a std::exception"};
  }
  return within("operator " + running_->context.name, std::move(cause));
}

// Only who takes the source's batch as it is knows from its position where a record came from.
error_policy operator_chain::judge(const chained_step& step, failed_record& failed,
                                   std::size_t index) {
  const auto& head = *steps_.front();
  if (failed.place.empty() && head_is_source() && step.fed_by != nullptr) {
    if (step.fed_by == &head) failed.place = head.work->place_of(index);
    if (failed.place.empty()) failed.among = head.work->places();
  }
  if (poison_ != nullptr) {
    const auto known = poison_->find(identity_of(failed));
    if (known != poison_->end()) return known->second;
  }
  failed_on_ = failed;
  return error_policy::fail;
}

status operator_chain::open(processing_time now, const snapshot_set* restored) {
  set_now(now);
  // From the end to the head, so that whoever emits while opening finds its consumers ready.
  for (auto each = steps_.rbegin(); each != steps_.rend(); ++each) {
    if (auto opened = open_step(**each, restored); !opened) return opened;
  }
  return {};
}

status operator_chain::open_step(chained_step& step, const snapshot_set* restored) {
  std::unique_ptr<restored_operator> former;
  if (restored != nullptr && restored->has(step.context.id)) {
    former = restored->restored(step.context.id, step.context.key_groups());
  }
  step.context.restored = former.get();
  auto opened = guarded(step, [&] {
    step.backend.restore_from(former.get());
    step.work = step.node->make_operator();
    step.work->open(step.context);
    const auto left_out = step.backend.not_restored();
    if (!allows_non_restored_state_ && !left_out.empty()) {
      throw task_failure{state_left_out(left_out.front())};
    }
    step.backend.end_restore();
  });
  step.context.restored = nullptr;
  step.backend.restore_from(nullptr);
  return opened;
}

void operator_chain::set_now(processing_time now) {
  now_ = now;
  for (auto& each : steps_) each->context.now = now;
}

status operator_chain::process(std::uint32_t input, record_batch& batch) {
  auto& head = *steps_.front();
  auto processed = guarded(head, [&] { head.work->process(input, batch); });
  return processed ? trim() : processed;
}

status operator_chain::trim() {
  for (auto& each : steps_) {
    if (auto trimmed = guarded(*each, [&] { each->backend.trim(); }); !trimmed) return trimmed;
  }
  return {};
}

result<poll_result> operator_chain::poll() {
  auto& head = *steps_.front();
  poll_result polled;
  auto outcome = guarded(head, [&] { polled = head.work->poll(); });
  if (!outcome) return outcome.failure();
  return polled;
}

void operator_chain::on_watermark(event_time watermark) {
  steps_.front()->due_watermark = watermark;
}

void operator_chain::on_idle(bool is_idle) {
  auto& head = *steps_.front();
  if (!head.work->makes_watermarks()) pass_on_idle(head, is_idle);
}

void operator_chain::on_input_ended() {
  auto& head = *steps_.front();
  if (head.context.watermark != end_of_time) head.due_watermark = end_of_time;
  head.input_ended = true;
}

void operator_chain::pass_on_watermark(chained_step& from, event_time watermark) {
  for (const auto& target : from.targets) {
    if (!target.is_chained) {
      outputs_->emit_watermark(target.index, watermark);
    } else {
      steps_[target.index]->due_watermark = watermark;
    }
  }
}

void operator_chain::pass_on_idle(chained_step& from, bool is_idle) {
  for (const auto& target : from.targets) {
    if (!target.is_chained) {
      outputs_->emit_idle(target.index, is_idle);
    } else if (auto& next = *steps_[target.index]; !next.work->makes_watermarks()) {
      pass_on_idle(next, is_idle);
    }
  }
}

status operator_chain::do_work() {
  for (auto& each : steps_) {
    auto& step = *each;
    bool done = true;
    if (step.next_timer() <= now_) {
      return guarded(step, [&] { step.work->on_processing_time(now_); });
    }
    if (step.due_watermark) {
      const event_time watermark = *step.due_watermark;
      step.context.watermark = watermark;
      auto outcome = guarded(step, [&] { done = step.work->advance_to(watermark); });
      if (!outcome || !done) return outcome;
      step.due_watermark.reset();
      if (!step.work->makes_watermarks() || watermark == end_of_time) {
        pass_on_watermark(step, watermark);
      }
    }
    if (step.input_ended && !step.has_finished) {
      auto outcome = guarded(step, [&] { done = step.work->finish(); });
      if (!outcome || !done) return outcome;
      step.has_finished = true;
      for (const auto& target : step.targets) {
        if (target.is_chained) steps_[target.index]->input_ended = true;
      }
    }
  }
  if (has_finished()) outputs_->emit_end();
  return {};
}

bool operator_chain::has_work() const {
  return std::any_of(steps_.begin(), steps_.end(), [this](const auto& step) {
    return step->due_watermark || (step->input_ended && !step->has_finished) ||
           step->next_timer() <= now_;
  });
}

std::optional<processing_time> operator_chain::next_timer() const {
  auto earliest = processing_time::max();
  for (const auto& step : steps_) earliest = std::min(earliest, step->next_timer());
  return earliest == processing_time::max() ? std::nullopt : std::optional{earliest};
}

bool operator_chain::has_finished() const {
  return std::all_of(steps_.begin(), steps_.end(),
                     [](const auto& step) { return step->has_finished; });
}

result<std::vector<operator_snapshot>> operator_chain::snapshot(checkpoint_id checkpoint,
                                                                const snapshot_base& base) {
  WEIR_ASSERT(!has_work());
  std::vector<operator_snapshot> taken;
  for (auto& each : steps_) {
    auto& step = *each;
    operator_snapshot& of_step =
        taken.emplace_back(operator_snapshot{step.context.id, step.context.name, {}, {}});
    // The operator first: what it prepares may change its tables.
    auto outcome = guarded(step, [&] {
      step.work->snapshot(checkpoint, of_step.parts);
      step.backend.freeze_into(of_step, base.stands_alone || !is_incremental_);
    });
    if (!outcome) return outcome.failure();
  }
  return taken;
}

status operator_chain::on_checkpoint_completed(checkpoint_id checkpoint) {
  for (auto& each : steps_) {
    auto told = guarded(*each, [&] { each->work->on_checkpoint_completed(checkpoint); });
    if (!told) return told;
  }
  return {};
}

status operator_chain::commit() {
  for (auto& each : steps_) {
    auto committed = guarded(*each, [&] { each->work->commit(); });
    if (!committed) return committed;
  }
  return {};
}

status operator_chain::close(bool failed) {
  if (std::exchange(is_closed_, true)) return {};
  status first;
  for (auto& each : steps_) {
    if (!each->work) continue;
    auto closed = guarded(*each, [&] { each->work->close(failed); });
    if (first && !closed) first = closed;
  }
  return first;
}

bool operator_chain::input_has_ended() const { return steps_.front()->input_ended; }

bool operator_chain::head_is_source() const {
  return steps_.front()->node->kind == operator_kind::source;
}

event_time operator_chain::watermark() const { return steps_.back()->context.watermark; }

const operator_counters& operator_chain::counters(std::size_t i) const {
  return steps_[i]->context.counters;
}

}  // namespace weir
