// SPDX-License-Identifier: Apache-2.0
// The parts of a node's process; see coordination/cluster/cluster_node.hpp.
#include "coordination/cluster/cluster_node.hpp"

#include <cerrno>
#include <cstring>
#include <mutex>
#include <sys/stat.h>
#include <utility>

#include <caf/all.hpp>

#include "actors/networked_runtime.hpp"
#include "coordination/cluster/cluster_node_actor.hpp"
#include "coordination/cluster/control_connections.hpp"
#include "coordination/cluster/leadership_keeper.hpp"
#include "coordination/cluster/node_processes.hpp"
#include "coordination/cluster/repeated_messages.hpp"
#include "coordination/connection_reports.hpp"
#include "coordination/hexadecimal.hpp"
#include "coordination/store_location.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

class fabric_node_links final : public node_links {
public:
  // `fabric` outlives the links.
  explicit fabric_node_links(tcp_fabric& fabric) : fabric_{&fabric} {}

  process_id process_of(const std::string& node) const override { return node_process(node); }
  caf::actor root_of(const std::string& node) override {
    return fabric_->resolve({node_process(node), 0});
  }
  status dial(const std::string& node) override {
    const auto place = parse_endpoint(node);
    return place ? fabric_->dial(node_process(node), *place) : place.failure();
  }
  void forget(const std::string& node) override { fabric_->forget(node_process(node)); }

private:
  tcp_fabric* fabric_;
};

// What any thread of a node reports, without what it has reported a moment ago.
class node_log {
public:
  explicit node_log(std::function<void(const std::string&)> write) : write_{std::move(write)} {}

  // Null: none, or none any more; everything is written then.
  void use_clock(runtime* clock) {
    const std::scoped_lock lock{guard_};
    clock_ = clock;
  }
  void report(const std::string& message) {
    const std::scoped_lock lock{guard_};
    if (clock_ == nullptr) return write_(message);
    // The clock is read under the lock, so it does not seem to go back.
    for (const auto& each : messages_.on_message(message, clock_->now())) write_(each);
  }
  void report_change(const std::string& message) {
    const std::scoped_lock lock{guard_};
    for (const auto& each : messages_.on_change(message)) write_(each);
  }

private:
  std::mutex guard_;
  std::function<void(const std::string&)> write_;
  runtime* clock_ = nullptr;
  repeated_messages messages_;
};

}  // namespace

struct cluster_node::machinery {
  machinery(std::unique_ptr<networked_runtime> made, std::shared_ptr<node_log> told)
      : log{std::move(told)}, world{std::move(made)}, links{world->fabric()} {
    log->use_clock(world.get());
  }
  ~machinery() { log->use_clock(nullptr); }
  machinery(const machinery&) = delete;
  machinery& operator=(const machinery&) = delete;

  std::shared_ptr<node_log> log;

  std::unique_ptr<networked_runtime> world;
  fabric_node_links links;
  std::unique_ptr<file_lock> lock;
  caf::actor node;
  caf::actor keeper;  // None: the node is never to lead.
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

// The next term of the leader that a store belongs to, with what it has stored.
result<lead_begun> begin_alone(high_availability_store& store, const std::string& holder) {
  const auto seen = store.look();
  if (!seen) return seen.failure();
  const auto taken = store.take(*seen, holder);
  if (!taken) return taken.failure();
  if (!*taken) return error{error_code::in_use, "another leader writes there"};
  auto entries = store.entries();
  if (!entries) return entries.failure();
  return lead_begun{.keeper = {},
                    .term = seen->term + 1,
                    .until = processing_time::max(),
                    .entries = *std::move(entries)};
}

// Nobody without the secret changes what nodes have stored in ZooKeeper.
std::string store_user(const cluster_secret& secret) {
  std::string digits;
  for (const char each : secret.prove("user of the high-availability store")) {
    digits += hexadecimal(static_cast<unsigned char>(each)).substr(14);
  }
  return "weir:" + digits;
}

}  // namespace

cluster_node::cluster_node(std::unique_ptr<machinery> made) : machinery_{std::move(made)} {}

result<std::unique_ptr<cluster_node>> cluster_node::start(cluster_node_settings settings) {
  WEIR_ASSERT(settings.listen.port != 0);
  const auto name = to_string(settings.listen);
  const auto log = std::make_shared<node_log>(std::move(settings.report));
  settings.report = [log](const std::string& message) { log->report(message); };
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
  auto parts = std::make_unique<machinery>(*std::move(world), log);
  auto& runtime = *parts->world;
  auto lock = take_directory(runtime.files(), settings.directory);
  if (!lock) return lock.failure();
  parts->lock = *std::move(lock);
  std::vector<std::string> contacts;
  if (!settings.join.empty()) contacts.push_back(settings.join);
  parts->node = caf::actor{runtime.system().spawn<cluster_node_actor>(
      runtime, cluster_node_roles{
                   .name = name,
                   .slots = settings.slots,
                   .programs = settings.directory + "/blobs",
                   .processes = std::make_unique<node_processes>(
                       runtime.files(),
                       node_processes_settings{settings.directory, name, settings.secret,
                                               settings.tls_files, std::move(settings.groups)}),
                   .links = &parts->links,
                   .contacts = std::move(contacts),
                   .may_lead = !settings.high_availability.empty(),
                   .report = settings.report,
                   .report_change = [log](const std::string& what) { log->report_change(what); }})};
  std::unique_ptr<cluster_node> started{new cluster_node{std::move(parts)}};
  if (auto kept = started->keep_lead(settings, name); !kept) return kept.failure();
  runtime.fabric().publish_root(started->machinery_->node);
  return started;
}

status cluster_node::keep_lead(const cluster_node_settings& settings, const std::string& name) {
  auto& parts = *machinery_;
  auto& runtime = *parts.world;
  const bool is_alone = settings.high_availability.empty();
  if (is_alone && !settings.join.empty()) return {};
  auto store = open_store(runtime.files(),
                          is_alone ? settings.directory + "/records" : settings.high_availability,
                          {.digest = store_user(settings.secret)});
  if (!store) return store.failure();
  const auto holder = holder_of(name, runtime.random());
  std::optional<lead_begun> alone;
  if (is_alone) {
    auto begun = begin_alone(**store, holder);
    if (!begun) return within("take over the jobs of this cluster", begun.failure());
    alone = *std::move(begun);
  }
  leadership_keeper::roles roles{
      .store = *std::move(store), .election = {}, .node = parts.node, .report = settings.report};
  if (!is_alone) roles.election = election_options{.holder = holder, .lease = settings.lease};
  // A thread of its own: a store that hangs holds up nobody else.
  parts.keeper = caf::actor{
      runtime.system().spawn<leadership_keeper, caf::detached>(runtime, std::move(roles))};
  if (alone) {
    alone->keeper = parts.keeper;
    caf::anon_send(parts.node, *std::move(alone));
  }
  return {};
}

cluster_node::~cluster_node() {
  for (auto* const each : {&machinery_->keeper, &machinery_->node}) {
    if (*each) caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
    *each = nullptr;
  }
  machinery_->world->system().await_all_actors_done();
}

void cluster_node::on_child_signal() { caf::anon_send(machinery_->node, children_stirred{}); }

}  // namespace weir
