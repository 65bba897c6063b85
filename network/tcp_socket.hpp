// SPDX-License-Identifier: Apache-2.0
// A non-blocking TCP socket: the system calls of the transport, and what they can answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "api/error.hpp"

namespace weir {

// Where a process listens. The host is a numeric address of IPv4 or IPv6: to look a name up can
// take seconds, and nothing here waits.
struct endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // When listening, 0: any that is free.
  friend bool operator==(const endpoint&, const endpoint&) = default;
};

std::string to_string(const endpoint& where);
// Fails if the host is not a numeric address.
status validate(const endpoint& where);

// What came of reading or writing.
struct transferred {
  std::size_t bytes = 0;
  bool is_ended = false;  // Of reading: the other side sends nothing any more.
};

class tcp_socket {
public:
  tcp_socket(tcp_socket&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  tcp_socket& operator=(tcp_socket&&) = delete;
  ~tcp_socket() { close(); }

  static result<tcp_socket> listen(const endpoint& where);
  // Begins to connect. The socket is writable when that has come to an end.
  static result<tcp_socket> connect(const endpoint& where);

  // The next connection, if one is waiting. Of a listening socket.
  result<std::optional<tcp_socket>> accept();
  // What came of connecting.
  status finish_connecting();

  // Zero bytes and not ended: nothing is there.
  result<transferred> read(std::span<char> room);
  // Fewer bytes than there are: the system's buffer is full. REQUIRES: at most 64 pieces.
  static constexpr std::size_t most_pieces = 64;
  result<transferred> write(std::span<const std::string_view> pieces);
  // Nothing more will be written; the other side reads what there is, and then the end.
  void end_writing();
  void close();

  int descriptor() const { return descriptor_; }
  bool is_closed() const { return descriptor_ < 0; }
  // The own address; that of a listening socket has the port that was free.
  endpoint local() const;

private:
  explicit tcp_socket(int descriptor) : descriptor_{descriptor} {}

  int descriptor_ = -1;
};

}  // namespace weir
