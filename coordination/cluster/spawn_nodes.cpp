// SPDX-License-Identifier: Apache-2.0
// Runs the plan; see coordination/cluster/spawn_nodes.hpp.
#include "coordination/cluster/spawn_nodes.hpp"

#include <utility>

#include "coordination/child_process.hpp"
#include "network/cluster_secret.hpp"

namespace weir {

namespace {

// For ssh to connect, and for the node to show that it stays.
constexpr duration longest_step = std::chrono::seconds{60};

status run(const spawn_step& step) {
  auto shell = child_process::start("/bin/sh", {"sh", "-c", step.line}, {});
  if (!shell) return within(step.what, shell.failure());
  const auto end = shell->end_within(longest_step);
  if (!end) {
    return error{error_code::io_failure,
                 step.what + ": it took longer than " + to_string(longest_step) + ": " + step.line};
  }
  if (end->is_success) return {};
  return error{error_code::io_failure, step.what + ": it " + end->how + ": " + step.line};
}

status check_secret(const std::string& file, const file_reader& read_file) {
  auto text = read_file(file);
  if (!text) return within("--secret-file", text.failure());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  const auto secret = cluster_secret::make(*std::move(text));
  return secret ? status{} : within("--secret-file", secret.failure());
}

}  // namespace

status spawn_nodes(const spawn_request& asked, const file_reader& read_file,
                   const std::function<void(std::string_view)>& write) {
  const auto text = read_file(asked.hosts_file);
  if (!text) return within("--hosts", text.failure());
  const auto hosts = parse_host_list(*text, asked.otherwise);
  if (!hosts) return within(asked.hosts_file, hosts.failure());
  if (auto checked = check_secret(asked.settings.secret_file, read_file); !checked) return checked;
  for (const auto& step : plan_spawn(*hosts, asked.settings)) {
    if (asked.is_dry) {
      write("# " + step.what + "\n" + step.line + "\n");
      continue;
    }
    write(step.what + "\n");
    if (auto done = run(step); !done) return done;
  }
  return {};
}

}  // namespace weir
