// SPDX-License-Identifier: Apache-2.0
// Few words and few options: read by hand; see coordination/cluster/cluster_arguments.hpp.
#include "coordination/cluster/cluster_arguments.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "coordination/cluster/whole_number.hpp"
#include "coordination/suggestion.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

using kind = cluster_request::kind;

struct command {
  std::string_view name;
  kind what;
  std::string_view operands;  // As the help writes them.
  std::size_t operand_count;
  std::vector<std::string_view> options;  // Beside those that all have.
};

const std::vector<command>& commands() {
  static const std::vector<command> all{
      {"jobs", kind::jobs, "nothing", 0, {"--json"}},
      {"job", kind::job, "ID", 1, {"--json"}},
      {"nodes", kind::nodes, "nothing", 0, {"--json"}},
      {"cancel", kind::cancel, "ID", 1, {}},
      {"savepoint", kind::savepoint, "ID", 1, {}},
      {"stop", kind::stop, "ID", 1, {"--savepoint"}},
      {"restart", kind::restart, "ID", 1, {"--from"}},
      {"rescale", kind::rescale, "ID N", 2, {}},
      {"drain", kind::drain, "NODE", 1, {}},
      {"logs", kind::logs, "ID", 1, {"--follow"}},
  };
  return all;
}

const command* find_command(std::string_view word) {
  const auto found = std::find_if(commands().begin(), commands().end(),
                                  [&](const command& each) { return each.name == word; });
  return found == commands().end() ? nullptr : &*found;
}

error usage_error(const command& of, const std::string& problem) {
  const std::string name{of.name};
  return {error_code::invalid_argument,
          "weir " + name + ": " + problem + " See weir " + name + " --help"};
}

// The options that a command was given, and their values.
struct read_words {
  std::vector<std::string> operands{};
  cluster_request asked{};
  std::map<std::string, std::string> tls{};  // By options without their dashes.
  bool asks_for_help = false;
};

bool takes_value(const std::string& option) {
  return option != "--json" && option != "--follow" && option != "--savepoint";
}

status read_option(const command& of, const std::string& name, const std::string* value,
                   read_words& into) {
  auto& asked = into.asked;
  if (takes_value(name) != (value != nullptr)) {
    return usage_error(
        of, "option " + name + (value == nullptr ? " needs a value." : " takes no value."));
  }
  if (name == "--json") asked.as_json = true;
  if (name == "--follow") asked.follows = true;
  if (name == "--cluster") asked.cluster = *value;
  if (name == "--secret-file") asked.secret_file = *value;
  if (name == "--from") asked.from = *value;
  if (name.starts_with("--tls-")) into.tls[name.substr(2)] = *value;
  return {};
}

result<read_words> take_apart(const command& of, std::span<const std::string> words) {
  auto options = of.options;
  options.insert(options.end(),
                 {"--cluster", "--secret-file", "--tls-cert", "--tls-key", "--tls-ca"});
  read_words read;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--help" || word == "-h") {
      read.asks_for_help = true;
      return read;
    }
    if (word.empty() || word.front() != '-') {
      read.operands.push_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    if (std::find(options.begin(), options.end(), name) == options.end()) {
      const auto meant = did_you_mean(name, options);
      return usage_error(of, "unknown option " + name + (meant.empty() ? "." : meant));
    }
    const bool takes_next =
        equals == std::string::npos && i + 1 < words.size() && takes_value(name);
    const auto value = takes_next                    ? words[++i]
                       : equals == std::string::npos ? std::string{}
                                                     : word.substr(equals + 1);
    const bool has_value = takes_next || equals != std::string::npos;
    auto done = read_option(of, name, has_value ? &value : nullptr, read);
    if (!done) return done.failure();
  }
  return read;
}

result<std::uint32_t> read_parallelism(const command& of, const std::string& text) {
  constexpr std::uint32_t most = 32768;
  auto number = parse_whole_number(text, most);
  if (!number) return usage_error(of, number.failure().message + ".");
  return number;
}

}  // namespace

bool is_cluster_command(std::string_view word) { return find_command(word) != nullptr; }

result<cluster_request> parse_cluster_arguments(std::span<const std::string> words,
                                                const std::string& cluster) {
  const auto& of = *find_command(words.front());
  auto read = take_apart(of, words.subspan(1));
  if (!read) return read.failure();
  if (read->asks_for_help) return cluster_request{};
  auto& asked = read->asked;
  asked.what = of.what;
  if (read->operands.size() != of.operand_count) {
    return usage_error(of, "expected " + std::string{of.operands} + ", got " +
                               std::to_string(read->operands.size()) + " words.");
  }
  auto tls = tls_paths_of(read->tls);
  if (!tls) return usage_error(of, tls.failure().message);
  asked.tls = *std::move(tls);
  if (!read->operands.empty()) asked.subject = read->operands.front();
  if (of.what == kind::rescale) {
    const auto parallelism = read_parallelism(of, read->operands[1]);
    if (!parallelism) return parallelism.failure();
    asked.parallelism = *parallelism;
  }
  if (asked.cluster.empty()) asked.cluster = cluster.empty() ? "127.0.0.1:6123" : cluster;
  const auto place = parse_endpoint(asked.cluster);
  if (!place) return usage_error(of, "--cluster: " + place.failure().message + ".");
  asked.cluster = to_string(*place);
  return asked;
}

std::string_view cluster_help() {
  return R"(Usage: weir COMMAND [--cluster HOST:PORT] [--secret-file FILE]
                    [--tls-cert FILE --tls-key FILE --tls-ca FILE]

Commands:
  jobs [--json]             the jobs of the cluster
  job ID [--json]           one of them: why it failed, where it runs, its checkpoints
  nodes [--json]            the nodes, and how many of their slots are free
  cancel ID                 ends a job, and waits for its end
  savepoint ID              takes a savepoint, and says where it is
  stop ID [--savepoint]     ends a job with a savepoint, which it always takes, and says where it is
  restart ID [--from PATH]  starts a job that has ended: from its latest checkpoint, or that one
  rescale ID N              stops a job with a savepoint and goes on from it with parallelism N
  drain NODE                no process is started on that node any more; jobs there move away
  logs ID [--follow]        what the processes of a job have written, and go on to write

--cluster names any node; without it, WEIR_CLUSTER does, or it is 127.0.0.1:6123. The secret of the
cluster is in the file, or in WEIR_CLUSTER_SECRET. A cluster whose nodes have TLS is asked with a
certificate, its key and the authority of the cluster. ID may be the beginning of a job's id.
More in docs/operating.md.
)";
}

}  // namespace weir
