// SPDX-License-Identifier: Apache-2.0
// The system calls behind network/tcp_socket.hpp.
#include "network/tcp_socket.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>

namespace weir {

namespace {

error system_failure(const std::string& activity) {
  return {error_code::io_failure, activity + ": " + std::generic_category().message(errno)};
}

using addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

result<addresses> parse(const endpoint& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto port = std::to_string(where.port);
  if (getaddrinfo(where.host.c_str(), port.c_str(), &hints, &found) != 0) {
    return error{error_code::invalid_argument,
                 "take '" + where.host +
                     "' for the address of a host: it must be numeric, such as "
                     "10.0.0.7 or fd00::7"};
  }
  return addresses{found, &freeaddrinfo};
}

int make_socket(const addrinfo& of) {
  return ::socket(of.ai_family, of.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, of.ai_protocol);
}

void set_option(int descriptor, int level, int option) {
  const int on = 1;
  static_cast<void>(setsockopt(descriptor, level, option, &on, sizeof on));
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

// Repeats a call that a signal has interrupted: nobody would tell when to try again.
template <class Call>
auto uninterrupted(Call call) {
  auto answer = call();
  while (answer < 0 && errno == EINTR) answer = call();
  return answer;
}

}  // namespace

std::string to_string(const endpoint& where) {
  const bool is_v6 = where.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

status validate(const endpoint& where) {
  const auto parsed = parse(where);
  return parsed ? status{} : parsed.failure();
}

result<tcp_socket> tcp_socket::listen(const endpoint& where) {
  const auto activity = "listen on " + to_string(where);
  const auto parsed = parse(where);
  if (!parsed) return within(activity, parsed.failure());
  tcp_socket made{make_socket(**parsed)};
  if (made.is_closed()) return system_failure(activity);
  set_option(made.descriptor_, SOL_SOCKET, SO_REUSEADDR);
  if (::bind(made.descriptor_, (*parsed)->ai_addr, (*parsed)->ai_addrlen) != 0 ||
      ::listen(made.descriptor_, SOMAXCONN) != 0) {
    return system_failure(activity);
  }
  return made;
}

result<tcp_socket> tcp_socket::connect(const endpoint& where) {
  const auto activity = "connect to " + to_string(where);
  const auto parsed = parse(where);
  if (!parsed) return within(activity, parsed.failure());
  tcp_socket made{make_socket(**parsed)};
  if (made.is_closed()) return system_failure(activity);
  set_option(made.descriptor_, IPPROTO_TCP, TCP_NODELAY);
  if (::connect(made.descriptor_, (*parsed)->ai_addr, (*parsed)->ai_addrlen) != 0 &&
      errno != EINPROGRESS) {
    return system_failure(activity);
  }
  return made;
}

result<std::optional<tcp_socket>> tcp_socket::accept() {
  const int descriptor = uninterrupted(
      [&] { return ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); });
  if (descriptor >= 0) {
    set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
    return std::optional<tcp_socket>{tcp_socket{descriptor}};
  }
  // One that went before it was accepted is nobody's failure.
  if (would_block() || errno == ECONNABORTED) return std::optional<tcp_socket>{};
  return system_failure("accept a connection");
}

status tcp_socket::finish_connecting() {
  int failure = 0;
  socklen_t size = sizeof failure;
  if (getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) failure = errno;
  if (failure == 0) return {};
  errno = failure;
  return system_failure("connect");
}

result<transferred> tcp_socket::read(std::span<char> room) {
  const auto count =
      uninterrupted([&] { return ::recv(descriptor_, room.data(), room.size(), 0); });
  if (count > 0) return transferred{.bytes = static_cast<std::size_t>(count)};
  if (count == 0) return transferred{.is_ended = true};
  if (would_block()) return transferred{};
  return system_failure("read");
}

result<transferred> tcp_socket::write(std::span<const std::string_view> pieces) {
  WEIR_ASSERT(pieces.size() <= most_pieces);
  std::array<iovec, most_pieces> vectors{};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
  }
  // As writev, but a connection that the other side has closed is an error and no signal.
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = pieces.size();
  const auto count = uninterrupted([&] { return ::sendmsg(descriptor_, &message, MSG_NOSIGNAL); });
  if (count >= 0) return transferred{.bytes = static_cast<std::size_t>(count)};
  if (would_block()) return transferred{};
  return system_failure("write");
}

void tcp_socket::end_writing() { ::shutdown(descriptor_, SHUT_WR); }

void tcp_socket::close() {
  if (is_closed()) return;
  ::close(std::exchange(descriptor_, -1));
}

endpoint tcp_socket::local() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getsockname(descriptor_, generic, &size) != 0 ||
      getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {};
  }
  return {host.data(), static_cast<std::uint16_t>(std::stoul(port.data()))};
}

}  // namespace weir
