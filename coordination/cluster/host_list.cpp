// SPDX-License-Identifier: Apache-2.0
// Line by line, word by word; see coordination/cluster/host_list.hpp.
#include "coordination/cluster/host_list.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "coordination/cluster/whole_number.hpp"
#include "coordination/suggestion.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

constexpr std::array<std::string_view, 4> keys{"slots", "port", "ssh", "dir"};

status set(cluster_host& host, std::string_view key, std::string_view value) {
  if (value.empty()) return error{error_code::invalid_argument, "there is no value"};
  if (key == "ssh" || key == "dir") {
    (key == "ssh" ? host.ssh : host.directory) = value;
    return {};
  }
  if (key == "slots") {
    const auto slots = parse_whole_number(value, most_slots);
    if (!slots) return slots.failure();
    host.slots = *slots;
    return {};
  }
  const auto port = parse_whole_number(value, 65535);
  if (!port) return port.failure();
  host.listen.port = static_cast<std::uint16_t>(*port);
  return {};
}

result<cluster_host> parse_host(std::istringstream& words, cluster_host host) {
  std::string word;
  words >> word;
  const auto place = parse_endpoint(word + ":" + std::to_string(host.listen.port));
  if (!place || is_any_address(*place)) {
    return error{error_code::invalid_argument,
                 "'" + word + "' is no address at which others reach a host, such as 10.0.0.1"};
  }
  host.listen.host = place->host;
  host.ssh = place->host;
  while (words >> word) {
    const auto equals = word.find('=');
    const auto key = word.substr(0, equals);
    if (equals == std::string::npos || std::find(keys.begin(), keys.end(), key) == keys.end()) {
      const auto meant = did_you_mean(key, keys);
      return error{error_code::invalid_argument,
                   "'" + word + "' is none of slots=, port=, ssh= and dir=" + meant};
    }
    if (auto done = set(host, key, std::string_view{word}.substr(equals + 1)); !done) {
      return within(key, done.failure());
    }
  }
  return host;
}

}  // namespace

result<std::vector<cluster_host>> parse_host_list(std::string_view text,
                                                  const cluster_host& otherwise) {
  std::vector<cluster_host> hosts;
  std::set<std::string> places;
  std::istringstream lines{std::string{text}};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream words{line.substr(0, line.find('#'))};
    if ((words >> std::ws).eof()) continue;
    const auto where = "line " + std::to_string(number);
    auto host = parse_host(words, otherwise);
    if (!host) return within(where, host.failure());
    if (!places.insert(to_string(host->listen)).second) {
      return error{error_code::invalid_argument,
                   where + ": " + to_string(host->listen) + " was named before"};
    }
    hosts.push_back(*std::move(host));
  }
  if (hosts.empty()) {
    return error{error_code::invalid_argument,
                 "there is no host; write one address to a line, the leader's first"};
  }
  return hosts;
}

}  // namespace weir
