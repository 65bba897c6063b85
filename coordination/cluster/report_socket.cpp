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
#include <vector>

#include "coordination/cluster/control_messages.hpp"

namespace weir {

namespace {

error failed(const std::string& call) {
  return {error_code::io_failure,
          "open a socket for reports: " + call + ": " + std::strerror(errno)};
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
  const auto flags = ::fcntl(ends[0], F_GETFL);
  if (::fcntl(ends[0], F_SETOWN, ::getpid()) != 0 ||
      ::fcntl(ends[0], F_SETFL, flags | O_ASYNC) != 0) {
    return failed("fcntl");
  }
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
  if (!is_socket || ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
    return error{error_code::invalid_argument, std::string{report_variable} + "=" + value +
                                                   ": it is no socket for reports; only weir node "
                                                   "sets this variable"};
  }
  return std::optional{report_socket{descriptor}};
}

void report_socket::send(const full_report& report) const {
  const auto bytes = encode_report(report);
  static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

result<std::optional<full_report>> report_socket::receive() const {
  std::vector<char> bytes(most_report_bytes + 2);
  for (;;) {
    const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::optional<full_report>{};
    auto report = decode_report({bytes.data(), static_cast<std::size_t>(count)});
    if (!report) return report.failure();
    return std::optional{*std::move(report)};
  }
}

}  // namespace weir
