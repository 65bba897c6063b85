// SPDX-License-Identifier: Apache-2.0
// The system calls of coordination/cluster/report_socket.hpp.
#include "coordination/cluster/report_socket.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "coordination/cluster/control_messages.hpp"

namespace weir {

namespace {

error failed(const std::string& call) {
  return {error_code::io_failure,
          "open a socket for reports: " + call + ": " + std::strerror(errno)};
}

// By SIGIO to this process.
bool signals_what_comes(int descriptor) {
  const auto flags = ::fcntl(descriptor, F_GETFL);
  return flags >= 0 && ::fcntl(descriptor, F_SETOWN, ::getpid()) == 0 &&
         ::fcntl(descriptor, F_SETFL, flags | O_ASYNC) == 0;
}

}  // namespace

report_socket::~report_socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

result<std::pair<report_socket, report_socket>> report_socket::make_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    return failed("socketpair");
  }
  std::pair made{report_socket{ends[0]}, report_socket{ends[1]}};
  if (!signals_what_comes(ends[0])) return failed("fcntl");
  return made;
}

result<std::optional<report_socket>> report_socket::inherited(const std::string& value) {
  if (value.empty()) return std::optional<report_socket>{};
  int descriptor = -1;
  const auto* const end = value.data() + value.size();
  const auto [rest, wrong] = std::from_chars(value.data(), end, descriptor);
  int kind = 0;
  socklen_t size = sizeof kind;
  const bool is_socket = wrong == std::errc{} && rest == end && descriptor >= 0 &&
                         ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &size) == 0 &&
                         kind == SOCK_SEQPACKET;
  if (!is_socket || ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0 ||
      !signals_what_comes(descriptor)) {
    return error{error_code::invalid_argument, std::string{report_variable} + "=" + value +
                                                   ": it is no socket for reports; only weir node "
                                                   "sets this variable"};
  }
  return std::optional{report_socket{descriptor}};
}

void report_socket::send_bytes(const std::string& bytes) const {
  static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

std::optional<std::string> report_socket::receive_bytes(std::size_t most) const {
  // One more than the longest message has with its version, so that a longer one is seen to be.
  std::string bytes(most + 2, '\0');
  for (;;) {
    const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  }
}

void report_socket::send(const full_report& report) const { send_bytes(encode_report(report)); }

void report_socket::send(const savepoint_order& order) const { send_bytes(encode_order(order)); }

result<std::optional<full_report>> report_socket::receive() const {
  const auto bytes = receive_bytes(most_report_bytes);
  if (!bytes) return std::optional<full_report>{};
  auto report = decode_report(*bytes);
  if (!report) return report.failure();
  return std::optional{*std::move(report)};
}

result<std::optional<savepoint_order>> report_socket::receive_order() const {
  const auto bytes = receive_bytes(most_order_bytes);
  if (!bytes) return std::optional<savepoint_order>{};
  auto order = decode_order(*bytes);
  if (!order) return order.failure();
  return std::optional{*std::move(order)};
}

}  // namespace weir
