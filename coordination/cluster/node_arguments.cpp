// SPDX-License-Identifier: Apache-2.0
// Words and lines to a request; see coordination/cluster/node_arguments.hpp.
#include "coordination/cluster/node_arguments.hpp"

#include <array>
#include <utility>

#include "coordination/cluster/whole_number.hpp"
#include "coordination/command_words.hpp"
#include "coordination/configuration.hpp"
#include "coordination/control_groups.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

// Of the file; as options they have dashes.
constexpr std::array<std::string_view, 10> keys{
    "listen",      "slots",    "join",    "dir",    "high-availability",
    "secret-file", "tls-cert", "tls-key", "tls-ca", "control-group"};

const command_table& table() {
  static const command_table made{.command = "weir node",
                                  .help = "weir node --help",
                                  .options = {{"--listen"},
                                              {"--slots"},
                                              {"--join"},
                                              {"--dir"},
                                              {"--high-availability"},
                                              {"--secret-file"},
                                              {"--tls-cert"},
                                              {"--tls-key"},
                                              {"--tls-ca"},
                                              {"--control-group"},
                                              {"--config"}}};
  return made;
}

result<std::string> read_place(const std::string& name, const std::string& text) {
  const auto place = parse_endpoint(text);
  if (!place) return within("--" + name, place.failure());
  const auto option = "--" + name + " " + text;
  if (is_any_address(*place)) {
    return usage_error(table(), option + ": name the address by which others reach it");
  }
  if (place->port == 0) return usage_error(table(), option + ": a node needs its own port");
  return to_string(*place);
}

result<std::uint32_t> read_slots(const std::string& text) {
  auto slots = parse_whole_number(text, most_slots);
  if (!slots) return usage_error(table(), "--slots: " + slots.failure().message);
  return slots;
}

result<node_request> understand(const command_words& given) {
  node_request asked;
  const auto value_of = [&](const std::string& key) { return given.value_of(key, ""); };
  for (const std::string key : {"listen", "slots", "dir"}) {
    if (value_of(key).empty()) return usage_error(table(), "say --" + key);
  }
  auto listen = read_place("listen", value_of("listen"));
  if (!listen) return listen.failure();
  asked.listen = *std::move(listen);
  const auto slots = read_slots(value_of("slots"));
  if (!slots) return slots.failure();
  asked.slots = *slots;
  if (!value_of("join").empty()) {
    auto join = read_place("join", value_of("join"));
    if (!join) return join.failure();
    if (*join == asked.listen) return usage_error(table(), "--join: a node does not join itself");
    asked.join = *std::move(join);
  }
  asked.high_availability = value_of("high-availability");
  asked.directory = value_of("dir");
  asked.secret_file = value_of("secret-file");
  auto tls = tls_paths_of(given.options);
  if (!tls) return usage_error(table(), tls.failure().message);
  asked.tls = *std::move(tls);
  if (const auto group = given.value_of("control-group")) {
    auto checked = check_control_group_name(*group);
    if (!checked) return usage_error(table(), "--control-group: " + checked.failure().message);
    asked.control_group = *group;
  }
  return asked;
}

}  // namespace

result<node_request> parse_node_arguments(std::span<const std::string> words,
                                          const file_reader& read_file) {
  auto given = read_words(table(), words);
  if (!given) return given.failure();
  if (given->ask_for_help) return node_request{.help = true};
  if (const auto config = given->value_of("config")) {
    const auto text = read_file(*config);
    if (!text) return within("read the configuration", text.failure());
    auto lines = read_plain_keys(*config, *text, keys);
    if (!lines) return lines.failure();
    given->options.merge(*lines);
  }
  return understand(*given);
}

std::string_view node_help() {
  return R"(Usage: weir node --listen HOST:PORT --slots N --dir DIRECTORY [options]

Runs a node of a cluster until SIGINT or SIGTERM. Its jobs go on when it is started again.

  --listen HOST:PORT   where clients and other nodes reach this node: a numeric address
  --slots N            how many slots it offers to jobs
  --dir DIRECTORY      its programs, its records and the logs of its jobs; of this node alone
  --join HOST:PORT     another node of the cluster: it leads, or knows who does
  --high-availability WHERE
                       elect the leader, and keep the jobs, in a directory that all nodes share, or
                       in zookeeper://HOST:2181,HOST:2181/PATH; all nodes say the same. Without,
                       this node leads alone, unless it joins another
  --secret-file FILE   what all nodes and clients know and nobody else; or WEIR_CLUSTER_SECRET
  --tls-cert FILE      connect to nodes and clients with TLS; the certificate of this node, in PEM
  --tls-key FILE       the key of that certificate
  --tls-ca FILE        the authority that has signed the certificates of all others
  --control-group NAME give each process of a job a control group below this one, which holds its
                       limits: a path such as weir, or own for the group of the node
  --config FILE        the same as lines of YAML, without their dashes
  -h, --help           show this text and stop

More in docs/operating.md.
)";
}

}  // namespace weir
