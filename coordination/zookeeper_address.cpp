// SPDX-License-Identifier: Apache-2.0
// What is left of an address once its scheme, its servers and its path are checked.
#include "coordination/zookeeper_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace weir {

namespace {

constexpr std::string_view usual_port = ":2181";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, port);
  return failed == std::errc{} && end == last && port != 0;
}

bool is_host(std::string_view text) {
  const bool has_brackets = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (has_brackets) text = text.substr(1, text.size() - 2);
  return !text.empty() && std::all_of(text.begin(), text.end(), [has_brackets](char c) {
    return is_letter_or_digit(c) || c == '.' ||
           (has_brackets ? c == ':' || c == '%' : c == '-' || c == '_');
  });
}

// With its port; none if it is no server.
std::optional<std::string> server_of(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) {
    if (!is_host(text)) return std::nullopt;
    return std::string{text} + std::string{usual_port};
  }
  if (!is_host(text.substr(0, colon)) || !is_port(text.substr(colon + 1))) return std::nullopt;
  return std::string{text};
}

bool is_node_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_node_path(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // The slash.
    const auto end = std::min(path.find('/'), path.size());
    if (!is_node_name(path.substr(0, end))) return false;
    path.remove_prefix(end);
  }
  return true;
}

}  // namespace

result<zookeeper_address> parse_zookeeper_address(std::string_view text) {
  const auto wrong = [text](const std::string& what) {
    return error{error_code::invalid_argument,
                 "the address \"" + std::string{text} + "\" of a ZooKeeper: " + what +
                     "; it must be like zookeeper://host:2181,host2:2181/weir"};
  };
  if (!text.starts_with(zookeeper_scheme)) return wrong("does not begin with zookeeper://");
  auto rest = text.substr(zookeeper_scheme.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash + 1 == rest.size()) {
    return wrong("names no znode below which Weir may write");
  }
  zookeeper_address address{.path = std::string{rest.substr(slash)}};
  if (!is_node_path(address.path)) return wrong("\"" + address.path + "\" is no path of a znode");
  for (auto servers = rest.substr(0, slash);;) {
    const auto comma = std::min(servers.find(','), servers.size());
    const auto server = server_of(servers.substr(0, comma));
    if (!server) {
      return wrong("\"" + std::string{servers.substr(0, comma)} + "\" is not HOST or HOST:PORT");
    }
    if (!address.servers.empty()) address.servers += ',';
    address.servers += *server;
    if (comma == servers.size()) return address;
    servers.remove_prefix(comma + 1);
  }
}

}  // namespace weir
