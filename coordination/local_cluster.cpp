// SPDX-License-Identifier: Apache-2.0
// The starting, waiting and stopping behind coordination/local_cluster.hpp.
#include "coordination/local_cluster.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

#include <caf/all.hpp>

#include "actors/caf_messages.hpp"
#include "actors/caf_runtime.hpp"
#include "coordination/node_actor.hpp"
#include "coordination/slot_assignment.hpp"

namespace weir {

namespace {

// Remembers the outcome for whoever waits, and passes everything on.
class outcome_listener final : public job_listener {
public:
  explicit outcome_listener(job_listener* next) : next_{next} {}

  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override {
    if (next_ != nullptr) next_->on_state(state, cause, now);
    if (!is_final(state)) return;
    {
      const std::scoped_lock lock{guard_};
      outcome_.state = state;
      outcome_.cause = cause;
    }
    ended_.notify_all();
  }
  void on_progress(const job_totals& totals, processing_time now) override {
    if (next_ != nullptr) next_->on_progress(totals, now);
    const std::scoped_lock lock{guard_};
    outcome_.totals = totals;
  }

  void on_checkpoint(const checkpoint_commands::report& report, processing_time now) override {
    if (next_ != nullptr) next_->on_checkpoint(report, now);
  }
  void on_savepoint(const savepoint_outcome& outcome, processing_time now) override {
    if (next_ != nullptr) next_->on_savepoint(outcome, now);
  }
  void on_warning(const error& what, processing_time now) override {
    if (next_ != nullptr) next_->on_warning(what, now);
  }

  job_outcome wait() {
    std::unique_lock lock{guard_};
    ended_.wait(lock, [this] { return is_final(outcome_.state); });
    return outcome_;
  }

private:
  job_listener* next_;
  std::mutex guard_;
  std::condition_variable ended_;
  job_outcome outcome_;
};

job_options with_enough_slots(const job_graph& graph, job_options options) {
  if (options.task_managers == 0) options.task_managers = 1;
  if (options.slots_per_task_manager > 0) return options;
  const auto needed = required_slots(execution_graph{graph, options});
  options.slots_per_task_manager = (needed + options.task_managers - 1) / options.task_managers;
  return options;
}

}  // namespace

struct local_cluster::machinery {
  machinery(const job_graph& graph, job_options options, job_listener* next)
      : listener{next}, world{options.threads} {
    if (!options.seed) options.seed = world.random();
    options = with_enough_slots(graph, options);
    const auto execution = std::make_shared<const execution_graph>(graph, options);
    node = caf::actor{world.system().spawn<node_actor>(
        world, execution,
        node_roles{.listener = &listener,
                   .task_managers = options.task_managers,
                   .slots_per_task_manager = options.slots_per_task_manager})};
  }

  outcome_listener listener;
  caf_runtime world;
  caf::actor node;
};

local_cluster::local_cluster(const job_graph& graph, job_options options, job_listener* listener)
    : machinery_{std::make_unique<machinery>(graph, options, listener)} {}

local_cluster::~local_cluster() {
  caf::anon_send_exit(machinery_->node, caf::exit_reason::user_shutdown);
  machinery_->node = nullptr;
}

job_outcome local_cluster::wait() { return machinery_->listener.wait(); }

void local_cluster::savepoint(std::string directory) {
  caf::anon_send(machinery_->node, take_savepoint{std::move(directory)});
}

void local_cluster::stop_with_savepoint(std::string directory, bool drain) {
  caf::anon_send(machinery_->node, weir::stop_with_savepoint{std::move(directory), drain});
}

void local_cluster::cancel() { caf::anon_send(machinery_->node, cancel_job{}); }

job_outcome run_locally(const job_graph& graph, job_options options, job_listener* listener) {
  if (auto valid = validate(graph, options); !valid) {
    return {job_state::failed, valid.failure(), {}};
  }
  local_cluster cluster{graph, options, listener};
  return cluster.wait();
}

}  // namespace weir
