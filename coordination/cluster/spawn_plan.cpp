// SPDX-License-Identifier: Apache-2.0
// The lines of coordination/cluster/spawn_plan.hpp.
#include "coordination/cluster/spawn_plan.hpp"

#include <algorithm>

namespace weir {

namespace {

// So that a reader sees at once what needs no quotes.
bool is_plain(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
         (each >= '0' && each <= '9') ||
         std::string_view{"%+,-./:=@_"}.find(each) != std::string_view::npos;
}

// ssh hands its words to a shell on the other side: the line must survive both.
std::string over_ssh(const spawn_settings& settings, const cluster_host& host,
                     const std::string& line) {
  return settings.ssh + " " + shell_word(host.ssh) + " " + shell_word(line);
}

std::string make_directory(const cluster_host& host) {
  return "umask 077 && mkdir -p " + shell_word(host.directory) + " && cd " +
         shell_word(host.directory);
}

std::string start_node(const cluster_host& host, const cluster_host& first,
                       const spawn_settings& settings) {
  auto command = shell_word(settings.program) + " node --listen " +
                 shell_word(to_string(host.listen)) + " --slots " + std::to_string(host.slots) +
                 " --dir . --secret-file secret";
  for (const auto& word : tls_arguments(settings.tls)) command += " " + shell_word(word);
  if (!settings.control_group.empty()) {
    command += " --control-group " + shell_word(settings.control_group);
  }
  if (!settings.high_availability.empty()) {
    command += " --high-availability " + shell_word(settings.high_availability);
  } else if (host.listen != first.listen) {
    command += " --join " + shell_word(to_string(first.listen));
  }
  // Nobody who could hang up is left behind it.
  return make_directory(host) + " && { setsid " + command +
         " >>node.log 2>&1 </dev/null & } && node=$! && sleep 1 && " +
         "{ kill -0 $node 2>/dev/null || { tail -n 5 node.log; exit 1; }; }";
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string{text};
  std::string word = "'";
  for (const char each : text) {
    if (each == '\'') {
      word += "'\\''";
    } else {
      word += each;
    }
  }
  return word + "'";
}

std::vector<spawn_step> plan_spawn(const std::vector<cluster_host>& hosts,
                                   const spawn_settings& settings) {
  std::vector<spawn_step> steps;
  for (const auto& host : hosts) {
    const auto where = to_string(host.listen);
    steps.push_back({"give " + where + " the secret",
                     over_ssh(settings, host, make_directory(host) + " && cat >secret") + " <" +
                         shell_word(settings.secret_file)});
    steps.push_back({"start the node of " + where,
                     over_ssh(settings, host, start_node(host, hosts.front(), settings))});
  }
  return steps;
}

}  // namespace weir
