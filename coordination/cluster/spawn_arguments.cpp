// SPDX-License-Identifier: Apache-2.0
// Words to a request; see coordination/cluster/spawn_arguments.hpp.
#include "coordination/cluster/spawn_arguments.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "coordination/cluster/whole_number.hpp"
#include "coordination/suggestion.hpp"

namespace weir {

namespace {

constexpr std::array<std::string_view, 12> options{
    "--hosts", "--secret-file", "--slots",    "--port",    "--dir",    "--program",
    "--ssh",   "--dry-run",     "--tls-cert", "--tls-key", "--tls-ca", "--help"};
constexpr std::uint32_t most_ports = 65535;

error usage_error(const std::string& problem) {
  return {error_code::invalid_argument, problem + " See weir spawn --help"};
}

using given_options = std::map<std::string, std::string>;  // By their names without dashes.

result<given_options> read_words(std::span<const std::string> words) {
  given_options given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto name = words[i].substr(0, equals);
    if (std::find(options.begin(), options.end(), name) == options.end()) {
      const auto meant = did_you_mean(name, options);
      return usage_error("weir spawn: unknown option " + name + (meant.empty() ? "." : meant));
    }
    std::string value;
    if (name == "--dry-run") {
      if (equals != std::string::npos) {
        return usage_error("option " + name + " does not take a value.");
      }
    } else {
      if (equals == std::string::npos && i + 1 == words.size()) {
        return usage_error("option " + name + " needs a value.");
      }
      value = equals == std::string::npos ? words[++i] : words[i].substr(equals + 1);
      if (value.empty()) return usage_error("option " + name + " needs a value.");
    }
    if (!given.emplace(name.substr(2), value).second) {
      return usage_error("option " + name + " was given more than once.");
    }
  }
  return given;
}

result<std::uint32_t> read_number(const std::string& name, const std::string& text,
                                  std::uint32_t most) {
  auto number = parse_whole_number(text, most);
  if (!number) return usage_error(name + ": " + number.failure().message + ".");
  return number;
}

}  // namespace

result<spawn_request> parse_spawn_arguments(std::span<const std::string> words) {
  const auto asks_for_help = [](const std::string& word) {
    return word == "--help" || word == "-h";
  };
  if (std::any_of(words.begin(), words.end(), asks_for_help)) return spawn_request{.help = true};
  auto given = read_words(words);
  if (!given) return given.failure();
  for (const std::string needed : {"hosts", "secret-file"}) {
    if (!given->contains(needed)) return usage_error("weir spawn: say --" + needed + ".");
  }
  const auto value_of = [&](const std::string& name, const std::string& otherwise) {
    const auto found = given->find(name);
    return found == given->end() ? otherwise : found->second;
  };
  const auto slots = read_number("--slots", value_of("slots", "1"), most_slots);
  if (!slots) return slots.failure();
  const auto port = read_number("--port", value_of("port", "6123"), most_ports);
  if (!port) return port.failure();
  auto tls = tls_paths_of(*given);
  if (!tls) return usage_error(tls.failure().message);
  return spawn_request{.hosts_file = value_of("hosts", ""),
                       .otherwise = {.listen = {.port = static_cast<std::uint16_t>(*port)},
                                     .slots = *slots,
                                     .directory = value_of("dir", "weir-node")},
                       .settings = {.ssh = value_of("ssh", "ssh"),
                                    .program = value_of("program", "weir"),
                                    .secret_file = value_of("secret-file", ""),
                                    .tls = *std::move(tls)},
                       .is_dry = given->contains("dry-run")};
}

std::string_view spawn_help() {
  return R"(Usage: weir spawn --hosts FILE --secret-file FILE [options]

Starts a node on each host of a file, over ssh. The first one leads, the others join it. The nodes
go on when this command has ended; `weir nodes` shows them.

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
  --dry-run           print the commands for a shell, and run none
  -h, --help          show this text and stop

More in docs/operating.md.
)";
}

}  // namespace weir
