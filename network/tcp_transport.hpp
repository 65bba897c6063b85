// SPDX-License-Identifier: Apache-2.0
// The connections of a process to the others of its cluster: one thread that listens, dials, reads,
// keeps time, and ends what has to end. It decides nothing: network/connection.hpp and its
// neighbours do.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "network/cluster_secret.hpp"
#include "network/connection.hpp"
#include "network/reconnect_backoff.hpp"
#include "network/tcp_connection.hpp"
#include "network/tcp_socket.hpp"
#include "network/tls_credentials.hpp"
#include "network/write_queue.hpp"

namespace weir {

struct tcp_transport_settings {
  cluster_membership self;
  cluster_secret secret;
  std::optional<tls_credentials> tls{};  // None: what is sent can be read and changed on its way.
  endpoint listen{};                     // Loopback unless told otherwise.
  connection_settings connections{};
  write_queue_limits queues{};
  reconnect_settings reconnects{};
  // Connections that may be accepted and have not proved who they are. For one more, one is closed:
  // the oldest of those that were refused, else of those that have not said who they are or of
  // those that have, whichever are more: so neither crowd out the others. REQUIRES: at least 1.
  std::size_t most_greetings = 128;
  // Any number, anew with each call, on the transport's thread: so that processes do not dial in
  // step.
  std::function<std::uint64_t()> chance;
};

// Who uses the connections. Called on the transport's thread, which waits for the answer.
class tcp_listener {
public:
  virtual ~tcp_listener() = default;
  // Open; the one before it to the same peer, if any, has been reported as ended.
  virtual void on_connected(const std::shared_ptr<tcp_connection>& opened) = 0;
  // The connection ends if that fails. The payload lives until the return.
  virtual status on_frame(tcp_connection& from, const wire_frame& received) = 0;
  // Reported once for every connection that was open; nothing comes from it any more.
  virtual void on_disconnected(tcp_connection& ended, const error& why) = 0;
  // The queue of one that was not writable is short again.
  virtual void on_writable(tcp_connection& connection) = 0;
  // A connection did not open: one to that peer, which was dialed; or, if there is none, one of a
  // stranger, who was turned away. Of strangers ten a second are told of.
  virtual void on_not_connected(std::optional<process_id> dialed, const error& why) = 0;
};

class tcp_transport {
public:
  // Takes the port, and nothing else: who connects waits in the system's queue, and nobody is
  // dialed, until `listen` is called. Fails if the port cannot be had, or if the settings cannot
  // work. `listener` outlives the transport.
  static result<std::unique_ptr<tcp_transport>> bind(tcp_transport_settings settings,
                                                     tcp_listener& listener);
  tcp_transport(const tcp_transport&) = delete;
  tcp_transport& operator=(const tcp_transport&) = delete;
  // Says goodbye to all peers, behind all that was sent to them, and waits until they have it, for
  // at most the heartbeat timeout. Each connection is reported as ended.
  ~tcp_transport();

  // Where it listens, or will.
  endpoint local() const;

  // Accepts, dials, and calls the listener from now on. REQUIRES: it was not called before.
  void listen();

  // From now on that peer is there: it is dialed until it is connected, and again when it is not.
  // Returns at once. Fails if `where` is no address. A later call changes the address.
  status dial(process_id peer, const endpoint& where);
  // That peer is not dialed any more. What is open stays open.
  void forget(process_id peer);

  // Runs `action` on the transport's thread, soon: once it listens; never, if it is ending.
  void post(std::function<void()> action);

private:
  class worker;
  explicit tcp_transport(std::unique_ptr<worker> made);

  std::unique_ptr<worker> worker_;
};

}  // namespace weir
