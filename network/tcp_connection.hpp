// SPDX-License-Identifier: Apache-2.0
// A socket, the connection that is judged by what it delivers, and the queue of what it is to take.
//
// Any thread may send. Whoever finds nobody writing writes at once, for itself and for those who
// come meanwhile: so a message needs no other thread on its way out, and many of them share one
// system call. What the socket does not take is written by the transport's thread when it does.
// With TLS a sender encrypts what it sends, under a lock of its own, before it is queued.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "network/connection.hpp"
#include "network/tcp_socket.hpp"
#include "network/tls_channel.hpp"
#include "network/transport_inbox.hpp"
#include "network/write_queue.hpp"

namespace weir {

class tcp_connection {
public:
  // `number` is its own among all of the transport: its epoch. `tls`: none, if bytes go as they
  // are.
  tcp_connection(std::uint64_t number, tcp_socket socket, connection part,
                 const write_queue_limits& limits, std::shared_ptr<transport_inbox> inbox,
                 std::unique_ptr<tls_channel> tls = nullptr)
      : number_{number},
        part_{std::move(part)},
        inbox_{std::move(inbox)},
        tls_{std::move(tls)},
        socket_{std::move(socket)},
        queue_{limits} {}

  // --- For any thread

  std::uint64_t number() const { return number_; }
  // Who is there. REQUIRES: the connection has been open.
  const peer_identity& peer() const { return part_.peer(); }
  // Sends whole frames, after all that were sent before. Fails if the connection has ended, or if
  // the other side does not keep up: then it ends, because nothing may be missing from it.
  status send(std::string frames);
  // Less waits than the marks of the queue say. Who can wait, should, while it is false.
  bool is_writable() const;
  // Bytes that wait.
  std::size_t waiting() const;
  // The transport's thread runs `action`; never, if it has ended before.
  void post(std::function<void()> action) { inbox_->post(std::move(action)); }

  // --- For the transport's thread

  connection& part() { return part_; }
  tcp_socket& socket() { return socket_; }
  bool has_tls() const { return tls_ != nullptr; }
  // As tls_channel does; its output is sent. REQUIRES: has_tls().
  result<std::size_t> decrypt(std::string_view& received, std::span<char> room);
  // Writes what waits, as far as the socket takes it: when it is writable again.
  void flush();
  // Whether is_writable() has become true since this was asked last.
  bool take_became_writable();
  // Why the connection has to be ended, if it has to.
  std::optional<error> broken() const;
  // Nothing can be sent any more. What waits is still written; then the other side reads the end.
  void end_sending();
  void close();

private:
  // `order`: held by the caller with TLS, so that bytes are queued as they were encrypted.
  status send_bytes(std::string bytes, std::unique_lock<std::mutex>& order);
  void write(std::unique_lock<std::mutex>& lock);
  void end_writing_if_done();
  void on_failed(error why);

  const std::uint64_t number_;
  connection part_;
  std::shared_ptr<transport_inbox> inbox_;
  std::mutex tls_guard_;  // Of tls_; taken before the other.
  std::unique_ptr<tls_channel> tls_;
  mutable std::mutex guard_;  // Of all below.
  tcp_socket socket_;         // Closed only while nobody writes.
  write_queue queue_;
  bool is_writing_ = false;
  bool is_blocked_ = false;       // Until the next flush().
  bool is_flush_missed_ = false;  // It came while somebody was writing.
  bool became_writable_ = false;
  bool is_ending_ = false;
  bool is_closing_ = false;
  std::optional<error> broken_;
};

}  // namespace weir
