// SPDX-License-Identifier: Apache-2.0
// A mailbox of its own that the caller's thread waits at; see
// coordination/cluster/cluster_client.hpp.
#include "coordination/cluster/cluster_client.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <caf/all.hpp>

#include "actors/caf_control_messages.hpp"
#include "actors/networked_runtime.hpp"
#include "coordination/cluster/control_connections.hpp"
#include "coordination/cluster/node_list.hpp"
#include "coordination/connection_reports.hpp"
#include "coordination/hexadecimal.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

// Clients have numbers that no node has (node_process), and hardly any other client.
process_id any_client() {
  std::uint32_t number = 0;
  for (const char each : fresh_challenge().substr(0, 4)) {
    number = (number << 8U) | static_cast<unsigned char>(each);
  }
  constexpr std::uint32_t above_all_nodes = 1U << 31U;
  return {number | above_all_nodes};
}

// A client asks the leader itself: that others reach it does not help.
error out_of_reach(const std::string& leader, const error& why) {
  return {why.code, "node " + leader +
                        " leads the cluster, and cannot be reached from here: " + why.message +
                        " Whoever asks a cluster needs to reach each node where it listens"};
}

}  // namespace

std::string fresh_id() {
  std::string digits;
  for (const char each : fresh_challenge().substr(0, 6)) {
    digits += hexadecimal(static_cast<unsigned char>(each)).substr(14);
  }
  return digits;
}

struct cluster_client::machinery {
  machinery(std::unique_ptr<networked_runtime> made, cluster_client_settings given)
      : settings{std::move(given)},
        nodes{nodes_in(settings.node)},
        world{std::move(made)},
        mailbox{world->system()} {}

  processing_time deadline() { return world->now() + settings.patience; }

  cluster_client_settings settings;
  std::vector<std::string> nodes;  // That it was given.
  std::size_t first = 0;           // Of them is asked first.
  std::unique_ptr<networked_runtime> world;
  caf::scoped_actor mailbox;
  std::set<process_id> up;
  std::string leader;
  std::uint64_t last_number = 0;
  process_id dialed{};  // Whom it last tried to reach.
  // What has come since it was last looked at.
  std::optional<std::string> problem;
  std::optional<given_answer> received;

  void ask(process_id peer, const asked_question& what) {
    mailbox->send(world->fabric().resolve({peer, 0}), control_sent{encode_control(what)});
  }
  // Takes one message, or nothing until that time.
  void take(processing_time until) {
    const auto span = std::max(until - world->now(), duration::zero());
    mailbox->receive([this](const peer_up& fact) { up.insert(fact.peer); },
                     [this](const peer_down& fact) {
                       up.erase(fact.peer);
                       // Asked again, it is dialed again.
                       world->fabric().forget(fact.peer);
                     },
                     [this](const not_connected& fact) {
                       // An earlier one may still be told of.
                       if (fact.peer == dialed) problem = fact.why;
                     },
                     [this](const control_sent& sent) {
                       auto message = decode_control(sent.bytes);
                       if (!message) {
                         problem = message.failure().message;
                       } else if (auto* const got = std::get_if<given_answer>(&*message)) {
                         received = std::move(*got);
                       }
                     },
                     caf::after(span) >> [] {});
  }
};

cluster_client::cluster_client(std::unique_ptr<machinery> made) : machinery_{std::move(made)} {}

cluster_client::~cluster_client() = default;

result<std::unique_ptr<cluster_client>> cluster_client::connect(cluster_client_settings settings) {
  // The mailbox is there after the runtime, which reports to it.
  auto box = std::make_shared<std::pair<std::mutex, caf::actor_addr>>();
  const auto tell = [box](process_id peer, const error& why) {
    if (!is_worth_telling(why)) return;
    const std::scoped_lock lock{box->first};
    if (const auto to = caf::actor_cast<caf::actor>(box->second)) {
      caf::anon_send(to, not_connected{peer, why.message});
    }
  };
  auto world = networked_runtime::start({.threads = 1,
                                         .idle = idle_workers::sleep,
                                         .self = {.cluster = std::string{control_cluster},
                                                  .program = settings.version,
                                                  .process = any_client(),
                                                  .incarnation = 0},
                                         .secret = settings.secret,
                                         .tls = settings.tls,
                                         .listen = {},
                                         .connections = control_connections(),
                                         .report = [](const error&) {},
                                         .on_not_reached = tell});
  if (!world) return within("listen for answers", world.failure());
  auto parts = std::make_unique<machinery>(*std::move(world), std::move(settings));
  {
    const std::scoped_lock lock{box->first};
    box->second = parts->mailbox.address();
  }
  parts->world->fabric().watch_peers(caf::actor_cast<caf::actor>(parts->mailbox.address()));
  parts->world->fabric().listen();
  std::unique_ptr<cluster_client> client{new cluster_client{std::move(parts)}};
  status connected;
  for (std::size_t tries = 0; tries < client->machinery_->nodes.size(); ++tries) {
    if (tries > 0) client->turn_elsewhere();
    client->machinery_->leader = client->machinery_->nodes[client->machinery_->first];
    connected =
        client->connect_to(client->machinery_->leader, client->machinery_->settings.patience);
    if (connected) return client;
  }
  return connected.failure();
}

void cluster_client::turn_elsewhere() {
  auto& parts = *machinery_;
  parts.first = (parts.first + 1) % parts.nodes.size();
  parts.leader = parts.nodes[parts.first];
}

status cluster_client::connect_to(const std::string& node, duration patience) {
  auto& parts = *machinery_;
  const auto peer = node_process(node);
  if (parts.up.contains(peer)) return {};
  const auto where = parse_endpoint(node);
  if (!where) return within("connect to node " + node, where.failure());
  parts.problem.reset();
  parts.dialed = peer;
  if (auto dialed = parts.world->fabric().dial(peer, *where); !dialed) return dialed;
  const auto until = parts.world->now() + patience;
  while (!parts.up.contains(peer)) {
    if (parts.world->now() >= until) parts.problem = "it does not answer";
    if (parts.problem) {
      parts.world->fabric().forget(peer);
      return error{error_code::io_failure, "connect to node " + node + ": " + *parts.problem +
                                               "; is there a weir node of this cluster?"};
    }
    parts.take(until);
  }
  return {};
}

result<reply> cluster_client::ask_once(const std::string& node, const question& what) {
  auto& parts = *machinery_;
  if (auto connected = connect_to(node, parts.settings.patience); !connected) {
    return connected.failure();
  }
  const auto peer = node_process(node);
  const auto number = ++parts.last_number;
  parts.received.reset();
  parts.ask(peer, {number, what});
  const auto until = parts.deadline();
  while (!parts.received || parts.received->number != number) {
    if (!parts.up.contains(peer) || parts.world->now() >= until) {
      return error{error_code::io_failure, "ask node " + node + ": no answer has come"};
    }
    parts.take(until);
  }
  auto got = std::move(parts.received->what);
  if (const auto* const no = std::get_if<refused>(&got)) return error{no->code, no->why};
  return got;
}

void cluster_client::wait(duration span) {
  const auto until = now() + span;
  while (now() < until) machinery_->take(until);
}

processing_time cluster_client::now() { return machinery_->world->now(); }

result<reply> cluster_client::ask_at(const std::string& node, const question& what) {
  return ask_once(node, what);
}

result<reply> cluster_client::ask(const question& what) {
  constexpr duration between_tries = std::chrono::milliseconds{200};
  // A leader of whom somebody has told may be lost: whoever has told will know soon.
  constexpr duration patience_with_others = std::chrono::seconds{2};
  auto& parts = *machinery_;
  const auto until = parts.deadline();
  std::set<std::string> unreachable;
  // Who was said to lead, and could not be reached.
  std::optional<std::pair<std::string, error>> far;
  for (int hops = 0;; ++hops) {
    const auto asked = parts.leader;
    const bool is_given = asked == parts.nodes[parts.first];
    const auto patience = is_given ? parts.settings.patience
                                   : std::min(parts.settings.patience, patience_with_others);
    if (auto connected = connect_to(asked, patience); !connected) {
      unreachable.insert(asked);
      if (!is_given) far = {asked, out_of_reach(asked, connected.failure())};
      turn_elsewhere();
      if (unreachable.contains(parts.leader)) return is_given ? connected.failure() : far->second;
      continue;
    }
    auto got = ask_once(asked, what);
    if (!got) {
      // It may have been done, so it is not asked again.
      if (got.failure().code == error_code::io_failure) turn_elsewhere();
      return got;
    }
    const auto* const elsewhere = std::get_if<ask_leader>(&*got);
    if (elsewhere == nullptr) return got;
    unreachable.clear();
    turn_elsewhere();
    if (!elsewhere->leader.empty() && elsewhere->leader != asked) parts.leader = elsewhere->leader;
    if (now() >= until) {
      if (far && far->first == elsewhere->leader) return far->second;
      return error{error_code::io_failure,
                   "ask node " + asked + ": nobody leads its cluster at the moment; try again"};
    }
    if (hops > 0) wait(between_tries);
  }
}

}  // namespace weir
