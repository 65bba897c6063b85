// SPDX-License-Identifier: Apache-2.0
// How the nodes of a cluster are started from one host, over ssh: as lines for a shell, which can
// be shown, copied and run by hand just as well.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coordination/cluster/host_list.hpp"
#include "coordination/tls_options.hpp"

namespace weir {

struct spawn_settings {
  std::string ssh = "ssh";          // A command of a shell: "ssh -p 2222 -i key".
  std::string program = "weir";     // The tool, on those hosts.
  std::string secret_file{};        // On this host. Its text goes to the others through ssh.
  tls_paths tls{};                  // On those hosts; a relative path begins in a node's directory.
  std::string high_availability{};  // All nodes elect their leader there. Empty: the first leads.
  std::string control_group{};      // Of each node, as coordination/control_groups.hpp has it.
};

struct spawn_step {
  std::string what;  // "start the node of 10.0.0.1:6123"
  std::string line;  // For sh.
};

// Two steps for each host, in their order: the secret, then the node, which goes on when ssh has
// ended. The first node leads and the others join it, unless they elect their leader. A node that
// ends within a second has failed: its step shows what it said, and fails. REQUIRES: there are
// hosts.
std::vector<spawn_step> plan_spawn(const std::vector<cluster_host>& hosts,
                                   const spawn_settings& settings);

// One word of a shell's line, whatever is in it.
std::string shell_word(std::string_view text);

}  // namespace weir
