// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of settings, of a node or of hosts, and as the words of a command: refused
// with the name of the file or of the command, or taken for something that can be run.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/cluster/cluster_arguments.hpp"
#include "coordination/cluster/host_list.hpp"
#include "coordination/cluster/node_arguments.hpp"
#include "coordination/cluster/spawn_arguments.hpp"
#include "coordination/configuration.hpp"
#include "coordination/setting.hpp"
#include "network/endpoint_text.hpp"

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (;;) {
    const auto end = text.find('\n');
    words.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return words;
    text.remove_prefix(end + 1);
  }
}

void read_as_job(std::string_view text) {
  const auto read = weir::read_configuration("job.yaml", text, {});
  WEIR_ASSERT(read.ok() || read.failure().message.starts_with("job.yaml: line "));
  if (!read) return;
  // What is there is left alone by a file that says nothing.
  const auto again = weir::read_configuration("job.yaml", "", read->options);
  WEIR_ASSERT(again.ok() && again->parameters.empty());
  WEIR_ASSERT(again->options.max_parallelism == read->options.max_parallelism);
  WEIR_ASSERT(read->options.max_parallelism >= 1 && read->options.max_parallelism <= 32768);
}

void read_as_node(std::string_view text) {
  const std::vector<std::string> words{"--config", "node.yaml"};
  const auto read = weir::parse_node_arguments(
      words, [&](const std::string&) -> weir::result<std::string> { return std::string{text}; });
  WEIR_ASSERT(read.ok() || !read.failure().message.empty());
  if (read && !read->help) WEIR_ASSERT(weir::parse_endpoint(read->listen).ok());
}

void read_as_hosts(std::string_view text) {
  const weir::cluster_host otherwise{.listen = {"", 6123}, .slots = 4, .directory = "weir"};
  const auto hosts = weir::parse_host_list(text, otherwise);
  WEIR_ASSERT(hosts.ok() || !hosts.failure().message.empty());
  if (!hosts) return;
  WEIR_ASSERT(!hosts->empty());
  std::set<std::string> places;
  for (const auto& host : *hosts) WEIR_ASSERT(places.insert(to_string(host.listen)).second);
}

void read_as_words(std::string_view text) {
  const auto words = words_of(text);
  const auto nothing = [](const std::string& path) -> weir::result<std::string> {
    return weir::error{weir::error_code::not_found, path};
  };
  const auto node = weir::parse_node_arguments(words, nothing);
  WEIR_ASSERT(node.ok() || !node.failure().message.empty());
  const auto spawn = weir::parse_spawn_arguments(words);
  WEIR_ASSERT(spawn.ok() || !spawn.failure().message.empty());
  if (!weir::is_cluster_command(words[0])) return;
  const auto asked = weir::parse_cluster_arguments(words, "127.0.0.1:6123");
  WEIR_ASSERT(asked.ok() || !asked.failure().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  switch (bytes[0] % 4) {
    case 0:
      read_as_job(text);
      break;
    case 1:
      read_as_node(text);
      break;
    case 2:
      read_as_hosts(text);
      break;
    default:
      read_as_words(text);
  }
  return 0;
}
