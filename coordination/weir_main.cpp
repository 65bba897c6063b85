// SPDX-License-Identifier: Apache-2.0
// The program `weir`: a node of a cluster, and what can be done about jobs without their programs.
// Only takes the arguments apart; kept out of the library, where its main would be found before
// that of a user.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "coordination/cluster/cluster_arguments.hpp"
#include "coordination/cluster/cluster_client.hpp"
#include "coordination/cluster/cluster_command.hpp"
#include "coordination/cluster/run_node.hpp"
#include "coordination/cluster/spawn_arguments.hpp"
#include "coordination/cluster/spawn_nodes.hpp"
#include "coordination/given_secret.hpp"
#include "coordination/program_identity.hpp"
#include "coordination/run.hpp"
#include "coordination/suggestion.hpp"
#include "coordination/tls_options.hpp"
#include "coordination/version.hpp"
#include "state/posix_file_system.hpp"
#include "state/whole_file.hpp"

namespace {

constexpr std::string_view usage =
    "Usage: weir COMMAND\n\n"
    "Commands:\n"
    "  state        look into a checkpoint, or change it in a copy; see weir state --help\n"
    "  node         be a node of a cluster; see weir node --help\n"
    "  spawn        start the nodes of a cluster over ssh; see weir spawn --help\n"
    "  jobs, job, nodes, cancel, savepoint, stop, restart, rescale, drain,\n"
    "  undrain, logs\n"
    "               ask a cluster, or tell it; see weir jobs --help\n"
    "  --version    show the version and stop\n"
    "  --help       show this text and stop\n";

constexpr std::array<std::string_view, 16> commands{
    "spawn", "state",   "node",    "jobs",  "job",     "nodes", "cancel",    "savepoint",
    "stop",  "restart", "rescale", "drain", "undrain", "logs",  "--version", "--help"};

void write_to(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

int complain(int exit_status, const std::string& message) {
  write_to(stderr, "weir: " + message + "\n");
  return exit_status;
}

// A program of its own beside this one: it needs RocksDB and Protocol Buffers, of which a node
// would pay for eight megabytes of pages.
int run_state(std::vector<std::string> words) {
  std::array<char, 4096> own{};
  const auto length = ::readlink(weir::own_program, own.data(), own.size());
  const int why = length < 0 ? errno : ENAMETOOLONG;
  // Cut off or empty it would lead elsewhere.
  if (length <= 0 || static_cast<std::size_t>(length) == own.size()) {
    return complain(weir::exit_failed, std::string{"find weir-state beside this program: read "} +
                                           weir::own_program + ": " + std::strerror(why) +
                                           ": mount /proc, or install Weir under a shorter path");
  }
  std::string program{own.data(), static_cast<std::size_t>(length)};
  program.resize(program.rfind('/') + 1);
  program += "weir-state";
  std::vector<char*> arguments;
  words[0] = program;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  return complain(weir::exit_failed, "start " + program + ": " + std::strerror(errno) +
                                         ": it is installed beside this program; install it again");
}

weir::result<std::string> read_small_file(const std::string& path) {
  constexpr std::uint64_t most_bytes = std::uint64_t{1} << 20;
  weir::posix_file_system files;
  return weir::read_whole_file(files, path, most_bytes);
}

int run_cluster(const std::vector<std::string>& words) {
  const auto* const usual = std::getenv(weir::cluster_variable);
  const auto request = weir::parse_cluster_arguments(words, usual == nullptr ? "" : usual);
  if (!request) {
    write_to(stderr, request.failure().message + "\n");
    return weir::exit_usage;
  }
  if (request->what == weir::cluster_request::kind::help) {
    write_to(stdout, weir::cluster_help());
    return weir::exit_finished;
  }
  auto secret = weir::secret_of(request->secret_file, read_small_file);
  if (!secret) return complain(weir::exit_usage, secret.failure().message);
  auto tls = weir::read_tls_credentials(request->tls, read_small_file);
  if (!tls) return complain(weir::exit_usage, tls.failure().message);
  const auto client = weir::cluster_client::connect(
      {.node = request->cluster, .secret = *std::move(secret), .tls = *std::move(tls)});
  if (!client) return complain(weir::exit_failed, client.failure().message);
  const auto print = [](std::string_view text) {
    write_to(stdout, text);
    std::fflush(stdout);
  };
  const auto done = weir::ask_cluster(*request, **client, print);
  return done ? weir::exit_finished : complain(weir::exit_failed, done.failure().message);
}

int run_spawn(std::span<const std::string> words) {
  const auto asked = weir::parse_spawn_arguments(words);
  if (!asked) return complain(weir::exit_usage, asked.failure().message);
  if (asked->help) {
    write_to(stdout, weir::spawn_help());
    return weir::exit_finished;
  }
  const auto done = weir::spawn_nodes(*asked, read_small_file, [](std::string_view text) {
    write_to(stdout, text);
    std::fflush(stdout);
  });
  return done ? weir::exit_finished : complain(weir::exit_failed, done.failure().message);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + std::min(argc, 1), argv + argc};
  if (words.empty()) {
    write_to(stderr, usage);
    return weir::exit_usage;
  }
  if (words[0] == "state") return run_state(words);
  if (words[0] == "node") {
    return weir::run_node(
        std::span<const std::string>{words}.subspan(1), read_small_file,
        [](std::string_view text) { write_to(stdout, text); },
        [](std::string_view text) { write_to(stderr, text); });
  }
  if (words[0] == "spawn") return run_spawn(std::span<const std::string>{words}.subspan(1));
  if (weir::is_cluster_command(words[0])) return run_cluster(words);
  if (words[0] == "--help" || words[0] == "-h") {
    write_to(stdout, usage);
    return weir::exit_finished;
  }
  if (words[0] == "--version") {
    write_to(stdout, "weir " + std::string{weir::version} + "\n");
    return weir::exit_finished;
  }
  const std::string meant = weir::did_you_mean(words[0], commands);
  return complain(weir::exit_usage, "unknown command " + words[0] + (meant.empty() ? "." : meant) +
                                        " See weir --help");
}
