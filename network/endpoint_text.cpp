// SPDX-License-Identifier: Apache-2.0
// Text to hosts and ports; see network/endpoint_text.hpp.
#include "network/endpoint_text.hpp"

#include <charconv>

namespace weir {

namespace {

error no_endpoint(std::string_view text) {
  return {error_code::invalid_argument,
          "'" + std::string{text} +
              "' is not HOST:PORT with a numeric address, such as 10.0.0.7:6123 or [::1]:6123"};
}

}  // namespace

result<endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return no_endpoint(text);
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  endpoint parsed;
  const auto [end, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), parsed.port);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return no_endpoint(text);
  const bool is_bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (is_bracketed) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return no_endpoint(text);
  }
  parsed.host = host == "localhost" ? "127.0.0.1" : std::string{host};
  if (!validate(parsed)) return no_endpoint(text);
  return parsed;
}

bool is_any_address(const endpoint& where) { return where.host == "0.0.0.0" || where.host == "::"; }

bool is_loopback(const endpoint& where) {
  return where.host.starts_with("127.") || where.host == "::1";
}

}  // namespace weir
