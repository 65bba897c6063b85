// SPDX-License-Identifier: Apache-2.0
// The parts of a job manager's process; see coordination/process_cluster.hpp.
#include "coordination/process_cluster.hpp"

#include <mutex>
#include <utility>

#include <caf/all.hpp>

#include "actors/caf_messages.hpp"
#include "actors/networked_runtime.hpp"
#include "coordination/connection_reports.hpp"
#include "coordination/fabric_links.hpp"
#include "coordination/node_actor.hpp"
#include "coordination/outcome_listener.hpp"
#include "coordination/program_identity.hpp"
#include "coordination/slot_assignment.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"

namespace weir {

struct process_cluster::machinery {
  machinery(std::unique_ptr<networked_runtime> made, job_listener& next)
      : listener{&next}, world{std::move(made)}, links{world->fabric()} {}

  outcome_listener listener;
  std::unique_ptr<networked_runtime> world;
  fabric_links links;
  caf::actor node;
  std::unique_ptr<task_manager_processes> processes;
};

process_cluster::process_cluster(std::unique_ptr<machinery> made) : machinery_{std::move(made)} {}

result<std::unique_ptr<process_cluster>> process_cluster::start(const job_graph& graph,
                                                                job_options options,
                                                                job_listener& listener,
                                                                process_cluster_settings settings) {
  options = with_enough_slots(graph, options);
  posix_file_system files;
  auto program = program_identity(files, own_program, execution_graph{graph, options});
  if (!program) return program.failure();
  const auto report = settings.report;
  auto world = networked_runtime::start({.threads = options.threads,
                                         .stores = make_rocksdb_stores,
                                         .self = {.cluster = graph.name,
                                                  .program = *std::move(program),
                                                  .process = {},
                                                  .incarnation = 0},
                                         .secret = std::move(settings.secret),
                                         .tls = std::move(settings.tls),
                                         .listen = std::move(settings.listen),
                                         .report = worth_telling(report)});
  if (!world) return world.failure();
  if (!options.seed) options.seed = (*world)->random();
  auto parts = std::make_unique<machinery>(*std::move(world), listener);
  auto& runtime = *parts->world;
  settings.command.variables.push_back(std::string{join_variable} + "=" +
                                       to_string(runtime.fabric().local()));
  parts->processes = std::make_unique<task_manager_processes>(std::move(settings.command), report);
  parts->node = caf::actor{runtime.system().spawn<node_actor>(
      runtime, std::make_shared<const execution_graph>(graph, options),
      node_roles{
          .listener = &parts->listener,
          .links = &parts->links,
          .on_member_joined = [processes = parts->processes.get()](
                                  process_id joined) { processes->has_joined(joined.value); },
          .on_member_lost = [processes = parts->processes.get()](
                                process_id lost) { processes->kill(lost.value); }})};
  runtime.fabric().publish_root(parts->node);
  std::unique_ptr<process_cluster> cluster{new process_cluster{std::move(parts)}};
  for (std::uint32_t i = 0; i < settings.processes; ++i) {
    if (auto started = cluster->machinery_->processes->start(); !started) return started.failure();
  }
  return cluster;
}

process_cluster::~process_cluster() {
  machinery_->processes->stop_replacing();
  caf::anon_send(machinery_->node, leave_cluster{true});
  machinery_->node = nullptr;
  // Says goodbye, behind what was sent. The processes of this host end with it at the latest.
  machinery_->world->system().await_all_actors_done();
  machinery_->processes->wait_for_all(std::chrono::seconds{5});
}

endpoint process_cluster::local() const { return machinery_->world->fabric().local(); }

void process_cluster::on_child_signal() {
  const auto replaced = machinery_->processes->on_child_signal(machinery_->world->now());
  if (!replaced) caf::anon_send(machinery_->node, fail_job{replaced.failure()});
}

job_outcome process_cluster::wait() { return machinery_->listener.wait(); }

void process_cluster::cancel() { caf::anon_send(machinery_->node, cancel_job{}); }

void process_cluster::savepoint(std::string directory) {
  caf::anon_send(machinery_->node, take_savepoint{std::move(directory)});
}

void process_cluster::stop_with_savepoint(std::string directory, bool drain) {
  caf::anon_send(machinery_->node, weir::stop_with_savepoint{std::move(directory), drain});
}

}  // namespace weir
