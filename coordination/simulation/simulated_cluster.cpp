// SPDX-License-Identifier: Apache-2.0
// Placing the roles and running the loop; see coordination/simulation/simulated_cluster.hpp.
#include "coordination/simulation/simulated_cluster.hpp"

#include <utility>

#include <caf/all.hpp>

#include "actors/caf_messages.hpp"
#include "actors/job_message_codec.hpp"
#include "coordination/forwarding_listener.hpp"
#include "coordination/job_manager_actor.hpp"
#include "coordination/node_actor.hpp"
#include "coordination/slot_assignment.hpp"

namespace weir {

namespace {

const job_message_codec job_codec;

// Passes on what it is told with the world's time, whatever the job manager's clock shows.
class remembering_listener final : public forwarding_listener {
public:
  // `next` may be null; the world need not be there before the listener is told something.
  remembering_listener(job_listener* next, const simulated_world& world)
      : forwarding_listener{next}, world_{&world} {}

  void on_state(job_state state, const std::optional<error>& cause, processing_time) override {
    outcome.state = state;
    outcome.cause = cause;
    forwarding_listener::on_state(state, cause, world_->now());
  }
  void on_progress(const job_totals& totals, processing_time) override {
    outcome.totals = totals;
    forwarding_listener::on_progress(totals, world_->now());
  }
  void on_checkpoint(const checkpoint_commands::report& report, processing_time) override {
    forwarding_listener::on_checkpoint(report, world_->now());
  }
  void on_savepoint(const savepoint_outcome& ended, processing_time) override {
    savepoints.push_back(ended);
    forwarding_listener::on_savepoint(ended, world_->now());
  }
  void on_restored(checkpoint_id checkpoint, const restored_bytes& read, processing_time) override {
    forwarding_listener::on_restored(checkpoint, read, world_->now());
  }
  void on_warning(const error& what, processing_time) override {
    forwarding_listener::on_warning(what, world_->now());
  }

  job_outcome outcome;
  std::vector<savepoint_outcome> savepoints;

private:
  const simulated_world* world_;
};

job_options prepared(const job_graph& graph, job_options options,
                     const simulated_cluster_options& simulation) {
  options.seed = simulation.seed;
  options.task_managers = simulation.task_managers;
  options.slots_per_task_manager = simulation.slots;
  if (simulation.slots > 0) return options;
  const auto needed = required_slots(execution_graph{graph, options});
  options.slots_per_task_manager =
      (needed + simulation.task_managers - 1) / simulation.task_managers;
  return options;
}

}  // namespace

struct simulated_cluster::machinery {
  machinery(const job_graph& job, const job_options& options, simulated_cluster_options simulation)
      : settings{std::move(simulation)},
        execution{std::make_shared<const execution_graph>(job, options)},
        slots_per_task_manager{options.slots_per_task_manager},
        listener{settings.listener, world},
        world{{.seed = settings.seed,
               .processes = settings.task_managers + 1,
               .files = settings.files,
               .tampering = settings.tampering,
               .observer = settings.observer,
               .codec = &job_codec,
               .step_time = settings.step_time,
               .schedule = settings.schedule}} {
    auto& first = world.process({0});
    first_node = first.spawn<node_actor>(first, execution,
                                         node_roles{.listener = &listener, .task_managers = 0});
    root = first.fabric().publish(first_node);
    for (std::uint32_t n = 0; n < settings.task_managers; ++n) {
      start_task_manager(world.process({n + 1}));
    }
  }

  void start_task_manager(runtime& process) {
    const auto& options = execution->options();
    auto backup = settings.backup
                      ? settings.backup(process.files())
                      : local_backup::open(process.files(), options, execution->graph().name);
    process.spawn<node_actor>(process, execution,
                              node_roles{.listener = nullptr,
                                         .joins = root,
                                         .task_managers = 1,
                                         .slots_per_task_manager = slots_per_task_manager,
                                         .backup = std::move(backup)});
  }

  simulated_cluster_options settings;
  std::shared_ptr<const execution_graph> execution;
  std::uint32_t slots_per_task_manager;
  remembering_listener listener;
  simulated_world world;
  caf::actor first_node;
  actor_address root;
};

simulated_cluster::simulated_cluster(const job_graph& graph, job_options options,
                                     simulated_cluster_options simulation)
    : machinery_{
          std::make_unique<machinery>(graph, prepared(graph, options, simulation), simulation)} {}

simulated_cluster::~simulated_cluster() { machinery_->first_node = nullptr; }

simulated_world& simulated_cluster::world() { return machinery_->world; }

const job_outcome& simulated_cluster::job() const { return machinery_->listener.outcome; }

void simulated_cluster::crash_task_manager(std::uint32_t task_manager) {
  machinery_->world.crash({task_manager + 1});
}

void simulated_cluster::restart_task_manager(std::uint32_t task_manager) {
  const process_id process{task_manager + 1};
  if (machinery_->world.is_alive(process)) return;
  machinery_->start_task_manager(machinery_->world.restart(process));
}

void simulated_cluster::pause_task_manager(std::uint32_t task_manager, duration span) {
  machinery_->world.pause({task_manager + 1}, span);
}

void simulated_cluster::savepoint(std::string directory) {
  caf::anon_send(machinery_->first_node, take_savepoint{std::move(directory)});
}

void simulated_cluster::stop_with_savepoint(std::string directory, bool drain) {
  caf::anon_send(machinery_->first_node, weir::stop_with_savepoint{std::move(directory), drain});
}

const std::vector<savepoint_outcome>& simulated_cluster::savepoints() const {
  return machinery_->listener.savepoints;
}

void simulated_cluster::cancel() { caf::anon_send(machinery_->first_node, cancel_job{}); }

simulated_outcome simulated_cluster::run() {
  auto& world = machinery_->world;
  const auto started = world.now();
  auto& outcome = machinery_->listener.outcome;
  while (!is_final(outcome.state) && world.now() - started < machinery_->settings.time_limit) {
    if (!world.step()) break;
  }
  return {outcome, world.trace_hash(), world.steps(), world.longest_mailbox(),
          world.now() - started};
}

simulated_outcome run_simulated(const job_graph& graph, job_options options,
                                simulated_cluster_options simulation) {
  if (auto valid = validate(graph, options); !valid) {
    return {{job_state::failed, valid.failure(), {}}, 0, 0, 0, {}};
  }
  simulated_cluster cluster{graph, options, simulation};
  return cluster.run();
}

}  // namespace weir
