// SPDX-License-Identifier: Apache-2.0
// The wiring of coordination/testing/tested_tasks.hpp.
#include "coordination/testing/tested_tasks.hpp"

#include <string>
#include <utility>

#include "actors/task.hpp"

namespace weir {

namespace {

// A task that is not done after so many steps in a row never will be: each is a batch, or a
// thousand timers.
constexpr std::size_t most_steps = 1'000;

error never_done(const task& busy) {
  return {error_code::user_function,
          "task " + busy.description().name + " still has work after " +
              std::to_string(most_steps) +
              " steps in a row; does a timer set itself again for a time that has come already?"};
}

}  // namespace

// One subtask of an input: how its records find the subtasks of what follows.
struct tested_tasks::input_subtask {
  explicit input_subtask(task_description made) : description{std::move(made)}, gate{description} {}

  std::uint32_t edges() const {
    return static_cast<std::uint32_t>(description.output_edges.size());
  }

  task_description description;
  output_gate gate;
};

struct tested_tasks::hosted_task final : task_host {
  hosted_task(tested_tasks& owner, task_description description, const operator_environment& world)
      : all{owner}, part{std::move(description), world, *this} {}

  void send(channel_index output, frame leaving) override {
    all.deliver(part.description().downstream[output.value], std::move(leaving));
  }
  void grant(channel_index input, credit_grant granted) override {
    all.grant(part.description().upstream[input.value], std::move(granted));
  }
  void on_snapshot_taken(task_snapshot taken) override {
    all.note(all.snapshot_->add(part.description(), std::move(taken.operators)));
  }

  tested_tasks& all;
  task part;
};

tested_tasks::tested_tasks(const job_graph& graph, const job_options& options,
                           const operator_environment& world)
    : graph_{graph, options} {
  for (std::uint32_t i = 0; i < graph_.task_count(); ++i) {
    auto description = graph_.describe({i}, {});
    const bool is_input = description.operators.front().node->kind == operator_kind::source;
    inputs_.push_back(is_input ? std::make_unique<input_subtask>(description) : nullptr);
    tasks_.push_back(
        is_input ? nullptr : std::make_unique<hosted_task>(*this, std::move(description), world));
  }
}

tested_tasks::~tested_tasks() = default;

status tested_tasks::open(processing_time now, const snapshot_set* restored) {
  for (auto& each : tasks_) {
    if (!each) continue;
    if (auto opened = each->part.open(now, restored); !opened) return opened;
  }
  return {};
}

status tested_tasks::run(processing_time now) {
  do {
    is_busy_ = false;
    for (auto& each : inputs_) {
      if (!each) continue;
      each->gate.send([&](channel_index channel, frame leaving) {
        deliver(each->description.downstream[channel.value], std::move(leaving));
      });
    }
    for (auto& each : tasks_) {
      if (!each) continue;
      auto progress = each->part.step(now);
      for (std::size_t steps = 0; progress == task::progress::made; ++steps) {
        if (steps == most_steps) return never_done(each->part);
        is_busy_ = true;
        progress = each->part.step(now);
      }
      if (progress == task::progress::failed) return each->part.failure();
    }
    if (!delivered_) return delivered_;
  } while (is_busy_);
  return {};
}

std::optional<processing_time> tested_tasks::next_timer() const {
  std::optional<processing_time> earliest;
  for (const auto& each : tasks_) {
    const auto wake = each ? each->part.wake_at() : std::nullopt;
    if (wake && (!earliest || *wake < *earliest)) earliest = wake;
  }
  return earliest;
}

void tested_tasks::push(std::uint32_t input, record_batch& batch) {
  const auto subtasks = of_input(input);
  auto& to = *subtasks[turn_++ % subtasks.size()];
  const auto copy = batch.make_empty();
  for (std::uint32_t edge = 0; edge + 1 < to.edges(); ++edge) {
    batch.append_to(*copy);
    to.gate.edge(edge).emit(*copy);
    copy->clear();
  }
  to.gate.edge(to.edges() - 1).emit(batch);
}

void tested_tasks::watermark(std::uint32_t input, event_time to) {
  for (auto* each : of_input(input)) {
    for (std::uint32_t edge = 0; edge < each->edges(); ++edge) each->gate.emit_watermark(edge, to);
  }
}

void tested_tasks::end_inputs() {
  for (auto& each : inputs_) {
    if (each) each->gate.emit_end();
  }
}

status tested_tasks::snapshot(checkpoint_id id, processing_time now, test_snapshot::files& into) {
  snapshot_ = &into;
  for (auto& each : inputs_) {
    if (each) each->gate.emit_barrier(id, {.checkpoint = {}, .stands_alone = true});
  }
  auto done = run(now);
  snapshot_ = nullptr;
  for (auto& each : tasks_) {
    if (!done || !each) continue;
    if (each->part.on_checkpoint_completed(id) == task::progress::failed) {
      done = each->part.failure();
    }
  }
  return done;
}

status tested_tasks::commit() {
  for (auto& each : tasks_) {
    if (each && each->part.commit() == task::progress::failed) return each->part.failure();
  }
  return {};
}

test_counts tested_tasks::counts() const {
  test_counts sum;
  for (const auto& each : tasks_) {
    if (!each) continue;
    const auto report = each->part.report();
    sum.late_dropped += report.late_dropped;
    sum.skipped += report.skipped;
    sum.dead_lettered += report.dead_lettered;
  }
  return sum;
}

void tested_tasks::deliver(const channel_peer& to, frame arrived) {
  is_busy_ = true;
  note(tasks_[to.task.value]->part.deliver(to.channel, std::move(arrived)));
}

void tested_tasks::grant(const channel_peer& to, credit_grant granted) {
  is_busy_ = true;
  if (auto& input = inputs_[to.task.value]) {
    input->gate.on_granted(to.channel, std::move(granted));
  } else {
    tasks_[to.task.value]->part.on_granted(to.channel, std::move(granted));
  }
}

void tested_tasks::note(status outcome) {
  if (delivered_ && !outcome) delivered_ = std::move(outcome);
}

std::vector<tested_tasks::input_subtask*> tested_tasks::of_input(std::uint32_t input) const {
  std::vector<input_subtask*> found;
  for (const auto& each : inputs_) {
    if (each && each->description.operators.front().node == &graph_.graph().nodes[input]) {
      found.push_back(each.get());
    }
  }
  return found;
}

}  // namespace weir
