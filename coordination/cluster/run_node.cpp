// SPDX-License-Identifier: Apache-2.0
// The main thread of a node sleeps in sigwait: it is woken when a child has ended or has reported,
// and when the node is to end. See coordination/cluster/run_node.hpp.
#include "coordination/cluster/run_node.hpp"

#include <optional>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <vector>

#include "coordination/cluster/cluster_node.hpp"
#include "coordination/cluster/node_arguments.hpp"
#include "coordination/control_groups.hpp"
#include "coordination/run.hpp"
#include "coordination/tls_options.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

// Jobs have directories of their own: from there a relative path would lead elsewhere.
std::string absolute(const std::string& path) {
  if (path.front() == '/') return path;
  std::vector<char> here(4096);
  if (::getcwd(here.data(), here.size()) == nullptr) return path;
  return std::string{here.data()} + "/" + path;
}

tls_paths absolute(const tls_paths& paths) {
  if (!paths.are_given()) return {};
  return {absolute(paths.certificate), absolute(paths.key), absolute(paths.authority)};
}

result<std::optional<control_groups>> groups_for(const std::string& name) {
  if (name.empty()) return std::optional<control_groups>{};
  auto opened = open_control_groups(name);
  if (!opened) return within("--control-group " + name, opened.failure());
  return std::optional{*std::move(opened)};
}

}  // namespace

int run_node(std::span<const std::string> words, const secret_reader& read,
             const text_writer& print, const text_writer& complain) {
  const auto refuse = [&](const error& cause) {
    complain("weir node: " + cause.message + "\n");
    return exit_usage;
  };
  const auto asked = parse_node_arguments(words, read);
  if (!asked) {
    complain("weir: " + asked.failure().message + "\n");  // Which names the command.
    return exit_usage;
  }
  if (asked->help) {
    print(node_help());
    return exit_finished;
  }
  auto secret = secret_of(asked->secret_file, read);
  if (!secret) return refuse(secret.failure());
  auto tls = read_tls_credentials(asked->tls, read);
  if (!tls) return refuse(tls.failure());

  auto groups = groups_for(asked->control_group);
  if (!groups) return refuse(groups.failure());
  if (*groups) {
    for (const auto& each : (*groups)->left()) complain("weir node: " + each.message + "\n");
  }

  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM, SIGCHLD, SIGIO}) sigaddset(&signals, each);
  // Before any thread starts, so that all inherit it.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Whoever has started this program may ignore it: then it would not come.
  signal(SIGCHLD, SIG_DFL);
  const auto log = [&complain](const std::string& what) { complain("weir node: " + what + "\n"); };
  const auto& store = asked->high_availability;
  const bool is_path = !store.empty() && store.find("://") == std::string::npos;
  const auto started = cluster_node::start({.listen = *parse_endpoint(asked->listen),
                                            .slots = asked->slots,
                                            .directory = absolute(asked->directory),
                                            .secret = *std::move(secret),
                                            .tls = *std::move(tls),
                                            .tls_files = absolute(asked->tls),
                                            .join = asked->join,
                                            .high_availability = is_path ? absolute(store) : store,
                                            .groups = *std::move(groups),
                                            .report = log});
  if (!started) return refuse(started.failure());
  complain("weir node: listens at " + asked->listen + " with " + std::to_string(asked->slots) +
           " slots\n");
  for (int received = 0; received != SIGINT && received != SIGTERM;) {
    sigwait(&signals, &received);
    (*started)->on_child_signal();
  }
  return exit_finished;
}

}  // namespace weir
