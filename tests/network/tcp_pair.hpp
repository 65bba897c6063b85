// SPDX-License-Identifier: Apache-2.0
// Connected sockets of this machine, and waiting for them without a clock.
#pragma once

#include <poll.h>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "network/tcp_socket.hpp"

namespace weir {

inline void wait_for(const tcp_socket& socket, short what) {
  pollfd polled{.fd = socket.descriptor(), .events = what, .revents = 0};
  EXPECT_EQ(::poll(&polled, 1, 60'000), 1) << "nothing happened for a minute";
}

// Connects to a port of this machine.
inline tcp_socket connect_to(const endpoint& where) {
  auto socket = tcp_socket::connect(where);
  WEIR_ASSERT(socket);
  wait_for(*socket, POLLOUT);
  EXPECT_TRUE(socket->finish_connecting());
  return std::move(*socket);
}

// Two ends of one connection.
inline std::pair<tcp_socket, tcp_socket> tcp_pair() {
  auto listening = tcp_socket::listen({});
  WEIR_ASSERT(listening);
  auto one = connect_to(listening->local());
  wait_for(*listening, POLLIN);
  auto other = listening->accept();
  WEIR_ASSERT(other && *other);
  return {std::move(one), std::move(**other)};
}

inline void write_all(tcp_socket& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(socket, POLLOUT);
    const auto written = socket.write(std::span{&bytes, 1});
    if (!written) return;
    bytes.remove_prefix(written->bytes);
  }
}

// All that comes until the other side has closed it, but at most `most` bytes.
inline std::string read_to_end(tcp_socket& socket, std::size_t most = 1 << 30) {
  std::string all;
  std::string room(64 * 1024, '\0');
  while (all.size() < most) {
    wait_for(socket, POLLIN);
    const auto got = socket.read(room);
    if (!got || got->is_ended) break;
    all.append(room, 0, got->bytes);
  }
  return all;
}

}  // namespace weir
