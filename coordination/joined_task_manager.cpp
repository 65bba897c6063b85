// SPDX-License-Identifier: Apache-2.0
// The parts of a task manager's process; see coordination/joined_task_manager.hpp.
#include "coordination/joined_task_manager.hpp"

#include <utility>

#include <caf/all.hpp>

#include "actors/networked_runtime.hpp"
#include "coordination/connection_reports.hpp"
#include "coordination/fabric_links.hpp"
#include "coordination/node_actor.hpp"
#include "coordination/program_identity.hpp"
#include "coordination/slot_assignment.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"

namespace weir {

struct joined_task_manager::machinery {
  explicit machinery(std::unique_ptr<networked_runtime> made)
      : world{std::move(made)}, links{world->fabric()} {}

  std::unique_ptr<networked_runtime> world;
  fabric_links links;
  caf::actor node;
};

joined_task_manager::joined_task_manager(std::unique_ptr<machinery> made)
    : machinery_{std::move(made)} {}

result<std::unique_ptr<joined_task_manager>> joined_task_manager::start(
    const job_graph& graph, job_options options, joined_task_manager_settings settings) {
  constexpr process_id first{0};
  WEIR_ASSERT(settings.process != first);
  options = with_enough_slots(graph, options);
  auto execution = std::make_shared<const execution_graph>(graph, options);
  posix_file_system files;
  auto program = program_identity(files, own_program, *execution);
  if (!program) return program.failure();
  auto world = networked_runtime::start({.threads = options.threads,
                                         .stores = make_rocksdb_stores,
                                         .self = {.cluster = graph.name,
                                                  .program = *std::move(program),
                                                  .process = settings.process,
                                                  .incarnation = 0},
                                         .secret = std::move(settings.secret),
                                         .tls = std::move(settings.tls),
                                         .listen = std::move(settings.listen),
                                         .report = worth_telling(settings.report)});
  if (!world) return world.failure();
  auto parts = std::make_unique<machinery>(*std::move(world));
  auto& runtime = *parts->world;
  parts->node = caf::actor{runtime.system().spawn<node_actor>(
      runtime, std::move(execution),
      node_roles{.joins = actor_address{first, 0},
                 .task_managers = 1,
                 .slots_per_task_manager = options.slots_per_task_manager,
                 .backup = local_backup::open(runtime.files(), options, graph.name),
                 .links = &parts->links,
                 .on_dismissed = std::move(settings.on_dismissed)})};
  // The others know the node by the number it joins with.
  runtime.fabric().listen();
  std::unique_ptr<joined_task_manager> joined{new joined_task_manager{std::move(parts)}};
  if (auto dialed = runtime.fabric().dial(first, settings.job_manager); !dialed) {
    return dialed.failure();
  }
  return joined;
}

joined_task_manager::~joined_task_manager() {
  caf::anon_send_exit(machinery_->node, caf::exit_reason::user_shutdown);
  machinery_->node = nullptr;
  machinery_->world->system().await_all_actors_done();
}

}  // namespace weir
