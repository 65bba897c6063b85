// SPDX-License-Identifier: Apache-2.0
// A table of commands; see coordination/cluster/cluster_arguments.hpp.
#include "coordination/cluster/cluster_arguments.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "coordination/cluster/node_list.hpp"
#include "coordination/cluster/savepoint_order.hpp"
#include "coordination/cluster/whole_number.hpp"
#include "coordination/command_words.hpp"

namespace weir {

namespace {

using kind = cluster_request::kind;

struct command {
  std::string_view name;
  kind what;
  std::string_view operands;  // As the help writes them.
  std::size_t operand_count;
  std::vector<command_option> options;  // Beside those that all have.
  std::size_t optional_operands = 0;
};

const std::vector<command>& commands() {
  static const std::vector<command> all{
      {"jobs", kind::jobs, "nothing", 0, {{"--json", false}}},
      {"job", kind::job, "ID", 1, {{"--json", false}}},
      {"nodes", kind::nodes, "nothing", 0, {{"--json", false}}},
      {"cancel", kind::cancel, "ID", 1, {}},
      {"savepoint", kind::savepoint, "ID [DIRECTORY]", 1, {}, 1},
      {"stop", kind::stop, "ID", 1, {{"--savepoint"}}},
      {"restart", kind::restart, "ID", 1, {{"--from"}}},
      {"rescale", kind::rescale, "ID N", 2, {}},
      {"drain", kind::drain, "NODE", 1, {}},
      {"undrain", kind::undrain, "NODE", 1, {}},
      {"logs", kind::logs, "ID", 1, {{"--follow", false}}},
  };
  return all;
}

const command* find_command(std::string_view word) {
  const auto found = std::find_if(commands().begin(), commands().end(),
                                  [&](const command& each) { return each.name == word; });
  return found == commands().end() ? nullptr : &*found;
}

command_table table_of(const command& of) {
  const auto name = "weir " + std::string{of.name};
  command_table table{.command = name,
                      .help = name + " --help",
                      .operands = of.operands,
                      .operand_count = of.operand_count,
                      .optional_operands = of.optional_operands,
                      .options = of.options};
  for (const auto* each : {"--cluster", "--secret-file", "--tls-cert", "--tls-key", "--tls-ca"}) {
    table.options.push_back({each});
  }
  return table;
}

std::string without_last_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

bool is_cluster_command(std::string_view word) { return find_command(word) != nullptr; }

result<cluster_request> parse_cluster_arguments(std::span<const std::string> words,
                                                const std::string& cluster) {
  constexpr std::uint32_t most_parallelism = 32768;
  const auto& of = *find_command(words.front());
  const auto table = table_of(of);
  const auto given = read_words(table, words.subspan(1));
  if (!given) return given.failure();
  if (given->ask_for_help) return cluster_request{};
  auto tls = tls_paths_of(given->options);
  if (!tls) return usage_error(table, tls.failure().message);
  cluster_request asked{.what = of.what,
                        .cluster = given->value_of("cluster", cluster),
                        .secret_file = given->value_of("secret-file", ""),
                        .tls = *std::move(tls),
                        .as_json = given->has("json"),
                        .follows = given->has("follow")};
  if (!given->operands.empty()) asked.subject = given->operands.front();
  if (const auto from = given->value_of("from")) asked.from = *from;
  auto directory = given->value_of("savepoint");
  if (of.what == kind::savepoint && given->operands.size() > 1) directory = given->operands[1];
  if (directory) {
    auto checked = check_savepoint_directory(*directory);
    if (!checked) return usage_error(table, checked.failure().message);
    asked.directory = without_last_slashes(*std::move(directory));
  }
  if (of.what == kind::rescale) {
    const auto parallelism = parse_whole_number(given->operands[1], most_parallelism);
    if (!parallelism) return usage_error(table, parallelism.failure().message);
    asked.parallelism = *parallelism;
  }
  if (asked.cluster.empty()) asked.cluster = "127.0.0.1:6123";
  auto nodes = parse_node_list(asked.cluster);
  if (!nodes) return usage_error(table, "--cluster: " + nodes.failure().message);
  asked.cluster = *std::move(nodes);
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
  savepoint ID [DIRECTORY]  takes a savepoint, in that directory of the job's hosts, and says where
  stop ID [--savepoint DIRECTORY]
                            ends a job with a savepoint, which it always takes, and says where it is
  restart ID [--from PATH]  starts a job that has ended: from its latest checkpoint, or that one
  rescale ID N              stops a job with a savepoint and goes on from it with parallelism N
  drain NODE                no process is started on that node any more; jobs there move away
  undrain NODE              the node takes processes again
  logs ID [--follow]        what the processes of a job have written, and go on to write

--cluster names any node, or several with commas between them: the next is asked when one is lost.
Without it, WEIR_CLUSTER does, or it is 127.0.0.1:6123. The secret of the cluster is in the file, or
in WEIR_CLUSTER_SECRET. A cluster whose nodes have TLS is asked with a certificate, its key and the
authority of the cluster. ID may be the beginning of a job's id.
More in docs/operating.md.
)";
}

}  // namespace weir
