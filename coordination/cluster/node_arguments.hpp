// SPDX-License-Identifier: Apache-2.0
// What a user says to `weir node`: options, or the same as lines of a file. An option wins.
//
//   weir node --listen 10.0.0.1:6123 --slots 4 --secret-file secret --dir /var/lib/weir
//   weir node --config node.yaml
//
// Without --join and --high-availability, the node leads alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "coordination/command_line.hpp"
#include "coordination/tls_options.hpp"

namespace weir {

struct node_request {
  bool help = false;  // Nothing else has been looked at.
  std::string listen{};
  std::uint32_t slots = 0;
  std::string join{};
  std::string high_availability{};  // As coordination/store_location.hpp has it; may be empty.
  std::string directory{};
  std::string secret_file{};    // Empty: the secret is in the environment.
  tls_paths tls{};              // May be relative, too.
  std::string control_group{};  // As coordination/control_groups.hpp has it; empty: none.
};

// Understands the words behind "weir node". Touches no file but through `read_file`, and only if
// there is a --config. An error is one line for the user. The directory may be relative.
result<node_request> parse_node_arguments(std::span<const std::string> words,
                                          const file_reader& read_file);

// What `weir node --help` shows.
std::string_view node_help();

}  // namespace weir
