// SPDX-License-Identifier: Apache-2.0
// What a user says to `weir spawn`:
//
//   weir spawn --hosts hosts.txt --secret-file secret --slots 4 --dry-run
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "coordination/cluster/host_list.hpp"
#include "coordination/cluster/spawn_plan.hpp"

namespace weir {

struct spawn_request {
  bool help = false;  // Nothing else has been looked at.
  std::string hosts_file{};
  cluster_host otherwise{};  // What the file does not say of a host.
  spawn_settings settings{};
  bool is_dry = false;  // Only shows what would be done.
};

// Understands the words behind "weir spawn". Touches nothing. An error is one line for the user.
result<spawn_request> parse_spawn_arguments(std::span<const std::string> words);

// What `weir spawn --help` shows.
std::string_view spawn_help();

}  // namespace weir
