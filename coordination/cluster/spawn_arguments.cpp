// SPDX-License-Identifier: Apache-2.0
// Words to a request; see coordination/cluster/spawn_arguments.hpp.
#include "coordination/cluster/spawn_arguments.hpp"

#include <utility>

#include "coordination/cluster/whole_number.hpp"
#include "coordination/command_words.hpp"
#include "coordination/control_groups.hpp"
#include "coordination/zookeeper_address.hpp"

namespace weir {

namespace {

constexpr std::uint32_t most_ports = 65535;

const command_table& table() {
  static const command_table made{.command = "weir spawn",
                                  .help = "weir spawn --help",
                                  .options = {{"--hosts"},
                                              {"--secret-file"},
                                              {"--slots"},
                                              {"--port"},
                                              {"--dir"},
                                              {"--program"},
                                              {"--ssh"},
                                              {"--tls-cert"},
                                              {"--tls-key"},
                                              {"--tls-ca"},
                                              {"--high-availability"},
                                              {"--control-group"},
                                              {"--dry-run", false}}};
  return made;
}

result<std::uint32_t> read_number(const command_words& given, const std::string& name,
                                  std::string_view otherwise, std::uint32_t most) {
  auto number = parse_whole_number(given.value_of(name, otherwise), most);
  if (!number) return usage_error(table(), "--" + name + ": " + number.failure().message);
  return number;
}

// A relative path would be another directory on each host.
status check_store(const std::string& place) {
  if (place.empty() || place.starts_with('/')) return {};
  if (place.starts_with(zookeeper_scheme)) {
    const auto address = parse_zookeeper_address(place);
    if (address) return {};
    return usage_error(table(), "--high-availability: " + address.failure().message);
  }
  return usage_error(table(), "--high-availability " + place +
                                  ": name a directory that all hosts share by its absolute path, "
                                  "or zookeeper://HOST:2181/PATH");
}

status check_group(const std::string& name) {
  if (name.empty()) return {};
  auto checked = check_control_group_name(name);
  if (checked) return {};
  return usage_error(table(), "--control-group: " + checked.failure().message);
}

}  // namespace

result<spawn_request> parse_spawn_arguments(std::span<const std::string> words) {
  const auto given = read_words(table(), words);
  if (!given) return given.failure();
  if (given->ask_for_help) return spawn_request{.help = true};
  for (const auto& [name, value] : given->options) {
    if (value.empty() && name != "dry-run") {
      return usage_error(table(), "option --" + name + " needs a value");
    }
  }
  for (const std::string needed : {"hosts", "secret-file"}) {
    if (!given->has(needed)) return usage_error(table(), "say --" + needed);
  }
  const auto slots = read_number(*given, "slots", "1", most_slots);
  if (!slots) return slots.failure();
  const auto port = read_number(*given, "port", "6123", most_ports);
  if (!port) return port.failure();
  auto tls = tls_paths_of(given->options);
  if (!tls) return usage_error(table(), tls.failure().message);
  const auto store = given->value_of("high-availability", "");
  if (auto checked = check_store(store); !checked) return checked.failure();
  const auto group = given->value_of("control-group", "");
  if (auto checked = check_group(group); !checked) return checked.failure();
  return spawn_request{.hosts_file = given->value_of("hosts", ""),
                       .otherwise = {.listen = {.port = static_cast<std::uint16_t>(*port)},
                                     .slots = *slots,
                                     .directory = given->value_of("dir", "weir-node")},
                       .settings = {.ssh = given->value_of("ssh", "ssh"),
                                    .program = given->value_of("program", "weir"),
                                    .secret_file = given->value_of("secret-file", ""),
                                    .tls = *std::move(tls),
                                    .high_availability = store,
                                    .control_group = group},
                       .is_dry = given->has("dry-run")};
}

std::string_view spawn_help() {
  return R"(Usage: weir spawn --hosts FILE --secret-file FILE [options]

Starts a node on each host of a file, over ssh. The first one leads and the others join it, unless
they elect their leader. The nodes go on when this command has ended; `weir nodes` shows them.

  --hosts FILE        an address to a line, and behind it, where it differs:
                      slots=N port=PORT dir=DIRECTORY ssh=DESTINATION
  --secret-file FILE  what all nodes know and nobody else; each host is given a copy
  --slots N           how many slots a node offers to jobs; 1 unless said
  --port PORT         where a node listens; 6123 unless said
  --dir DIRECTORY     of a node, on its host, from where ssh arrives; weir-node unless said
  --program PATH      this tool on those hosts; weir unless said
  --ssh COMMAND       how they are reached: "ssh -p 2222 -i key"; ssh unless said
  --tls-cert FILE     connect the nodes with TLS; the certificate of each, on its host: a relative
                      path begins in the directory of the node
  --tls-key FILE      the key of that certificate, there as well
  --tls-ca FILE       the authority that has signed the certificates of all, there as well
  --high-availability WHERE
                      all nodes elect their leader: in a directory that all hosts share, or in
                      zookeeper://HOST:2181,HOST:2181/PATH
  --control-group NAME
                      of each node, as `weir node` has it
  --dry-run           print the commands for a shell, and run none
  -h, --help          show this text and stop

More in docs/operating.md.
)";
}

}  // namespace weir
