// SPDX-License-Identifier: Apache-2.0
// The fabric of a process in a cluster: handles to the actors of other processes, over the
// connections of a transport. See network/fabric.hpp for what it promises.
//
// Invariants:
//   (1) A handle is of one connection. Nothing that was sent over one arrives over another.
//   (2) When a connection ends, each of its handles ends, once; then comes peer_down, and only then
//       the peer_up of the next.
//   (3) No lock of the fabric is held while CAF ends an actor or is asked to watch one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>

#include "network/fabric.hpp"
#include "network/message_codec.hpp"
#include "network/published_actors.hpp"
#include "network/tcp_proxy.hpp"
#include "network/tcp_transport.hpp"

namespace weir {

struct tcp_fabric_settings {
  tcp_transport_settings transport;
  std::shared_ptr<const message_codec> codec;
  // Told of connections that ended or did not come about, of strangers, and of messages that could
  // not be sent. Thread-safe; called until the last handle has ended.
  std::function<void(const error&)> report;
  // May be empty: told that a peer that did not keep up takes what it is sent again.
  std::function<void(process_id)> on_writable{};
  // May be empty: told, after the report, which dialed peer a connection did not come about with.
  std::function<void(process_id, const error&)> on_not_reached{};
};

class tcp_fabric final : public fabric, private tcp_listener {
public:
  // `system` outlives the fabric. Handles may outlive it, but have ended then.
  // Takes the port, but hears and dials nobody before there is a root or `listen` is called. Fails
  // if the port cannot be had, or if the settings cannot work.
  static result<std::unique_ptr<tcp_fabric>> bind(caf::actor_system& system,
                                                  tcp_fabric_settings settings);
  // Says goodbye to all peers.
  ~tcp_fabric() override;

  actor_address publish(const caf::actor& local) override;
  caf::actor resolve(actor_address address) override;
  void watch_peers(const caf::actor& listener) override;

  // Makes the root of this process known, whose address is {process, 0}, and then listens: so
  // whoever is connected to this process reaches its root.
  void publish_root(const caf::actor& root);
  // Listens without a root: what is sent to one is lost.
  void listen();

  // Where it listens, or will, and where another process does: see tcp_transport.
  endpoint local() const { return transport_->local(); }
  status dial(process_id peer, const endpoint& where) { return transport_->dial(peer, where); }
  void forget(process_id peer) { transport_->forget(peer); }
  // Whether that peer takes what it is sent. Who can wait, should, while it is false.
  bool is_writable(process_id peer) const;

private:
  using connection_ptr = std::shared_ptr<tcp_connection>;

  tcp_fabric(caf::actor_system& system, const tcp_fabric_settings& settings);

  void on_connected(const connection_ptr& opened) override;
  status on_frame(tcp_connection& from, const wire_frame& received) override;
  void on_disconnected(tcp_connection& ended, const error& why) override;
  void on_writable(tcp_connection& connection) override;
  void on_not_connected(std::optional<process_id> dialed, const error& why) override;

  status on_message(tcp_connection& from, std::string_view payload);
  status on_bounce(std::string_view payload);
  status on_exit(tcp_connection& from, std::string_view payload);
  status on_watch(tcp_connection& from, std::string_view payload);
  status on_down(tcp_connection& from, std::string_view payload);
  status on_link(tcp_connection& from, const wire_frame& received);

  void on_actor_ended(std::uint64_t connection, std::uint64_t actor, const caf::error& reason);
  // The actor at an address that came in over `from`.
  caf::strong_actor_ptr seen_from(tcp_connection& from, actor_address address);
  caf::strong_actor_ptr proxy_for(actor_address address, const connection_ptr& over);
  caf::strong_actor_ptr make_proxy(actor_address address, const connection_ptr& over);
  connection_ptr connection_to(process_id peer) const;

  caf::actor_system* system_;
  std::shared_ptr<const tcp_proxy_terms> terms_;
  std::function<void(process_id)> tell_writable_;
  std::function<void(process_id, const error&)> tell_not_reached_;

  mutable std::mutex guard_;
  std::map<process_id, connection_ptr> open_;
  // Of the open connections.
  std::map<actor_address, caf::strong_actor_ptr> proxies_;

  std::mutex listeners_guard_;
  std::vector<caf::actor_addr> listeners_;
  std::vector<process_id> up_;

  std::once_flag listening_;
  std::unique_ptr<tcp_transport> transport_;
};

}  // namespace weir
