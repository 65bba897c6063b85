// SPDX-License-Identifier: Apache-2.0
// The parts of a node's process; see coordination/cluster/cluster_node.hpp.
#include "coordination/cluster/cluster_node.hpp"

#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <utility>

#include <caf/all.hpp>

#include "actors/networked_runtime.hpp"
#include "coordination/cluster/cluster_node_actor.hpp"
#include "coordination/cluster/control_connections.hpp"
#include "coordination/connection_reports.hpp"
#include "coordination/directory_store.hpp"
#include "coordination/fabric_links.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

struct cluster_node::machinery {
  machinery(std::unique_ptr<networked_runtime> made, const std::string& directory)
      : world{std::move(made)},
        links{world->fabric()},
        store{world->files(), directory + "/records"} {}

  std::unique_ptr<networked_runtime> world;
  fabric_links links;
  directory_store store;
  std::unique_ptr<file_lock> lock;
  caf::actor node;
};

namespace {

result<std::unique_ptr<file_lock>> take_directory(file_system& files,
                                                  const std::string& directory) {
  if (auto made = files.make_directories(directory); !made) return made.failure();
  // What jobs were started with may be nobody else's business.
  if (::chmod(directory.c_str(), S_IRWXU) != 0) {
    return error{error_code::io_failure,
                 "keep the directory " + directory + " from others: " + std::strerror(errno)};
  }
  auto lock = files.lock(directory + "/lock");
  if (!lock && lock.failure().code == error_code::in_use) {
    return error{error_code::in_use, "another node uses the directory " + directory};
  }
  return lock;
}

// The next term of the leader that this directory belongs to.
result<leader_term> begin_term(directory_store& store, const std::string& holder) {
  const auto seen = store.look();
  if (!seen) return seen.failure();
  const auto taken = store.take(*seen, holder);
  if (!taken) return taken.failure();
  if (!*taken) return error{error_code::in_use, "another leader writes there"};
  // A leader that does not know its jobs would have their processes killed.
  if (const auto known = store.entries(); !known) return known.failure();
  return seen->term + 1;
}

}  // namespace

cluster_node::cluster_node(std::unique_ptr<machinery> made) : machinery_{std::move(made)} {}

result<std::unique_ptr<cluster_node>> cluster_node::start(cluster_node_settings settings) {
  WEIR_ASSERT(settings.listen.port != 0);
  const auto name = to_string(settings.listen);
  auto world = networked_runtime::start({.threads = 1,
                                         .idle = idle_workers::sleep,
                                         .self = {.cluster = std::string{control_cluster},
                                                  .program = std::string{control_version},
                                                  .process = node_process(name),
                                                  .incarnation = 0},
                                         .secret = settings.secret,
                                         .tls = settings.tls,
                                         .listen = settings.listen,
                                         .connections = control_connections(),
                                         .report = worth_telling(settings.report)});
  if (!world) return world.failure();
  auto parts = std::make_unique<machinery>(*std::move(world), settings.directory);
  auto& runtime = *parts->world;
  auto lock = take_directory(runtime.files(), settings.directory);
  if (!lock) return lock.failure();
  parts->lock = *std::move(lock);
  cluster_node_roles roles{.name = name,
                           .slots = settings.slots,
                           .directory = settings.directory,
                           .secret = settings.secret,
                           .tls_files = settings.tls_files,
                           .leader = settings.join,
                           .store = nullptr,
                           .term = 0,
                           .links = &parts->links,
                           .report = settings.report};
  if (settings.join.empty()) {
    const auto term = begin_term(parts->store, name);
    if (!term) return within("take over the jobs of this cluster", term.failure());
    roles.store = &parts->store;
    roles.term = *term;
  }
  parts->node = caf::actor{runtime.system().spawn<cluster_node_actor>(runtime, std::move(roles))};
  runtime.fabric().publish_root(parts->node);
  std::unique_ptr<cluster_node> started{new cluster_node{std::move(parts)}};
  if (!settings.join.empty()) {
    auto dialed = started->machinery_->links.dial(node_process(settings.join), settings.join);
    if (!dialed) return within("--join", dialed.failure());
  }
  return started;
}

cluster_node::~cluster_node() {
  caf::anon_send_exit(machinery_->node, caf::exit_reason::user_shutdown);
  machinery_->node = nullptr;
  machinery_->world->system().await_all_actors_done();
}

void cluster_node::on_child_signal() { caf::anon_send(machinery_->node, children_stirred{}); }

}  // namespace weir
