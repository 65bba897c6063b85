// SPDX-License-Identifier: Apache-2.0
// What a user asks a cluster, or tells it:
//
//   weir jobs [--json]                   weir job ID [--json]           weir nodes [--json]
//   weir savepoint ID [DIRECTORY]        weir stop ID [--savepoint DIRECTORY]
//   weir cancel ID                       weir restart ID [--from PATH]  weir rescale ID N
//   weir drain NODE                      weir undrain NODE              weir logs ID [--follow]
//
// each with --cluster HOST:PORT, --secret-file FILE and the three options of TLS.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "coordination/tls_options.hpp"

namespace weir {

struct cluster_request {
  enum class kind : std::uint8_t {
    help,
    jobs,
    job,
    nodes,
    cancel,
    savepoint,
    stop,
    restart,
    rescale,
    drain,
    undrain,
    logs,
  };
  kind what = kind::help;
  std::string cluster{};      // Any node of it.
  std::string secret_file{};  // Empty: the secret is in the environment.
  tls_paths tls{};
  bool as_json = false;
  bool follows = false;
  std::string subject{};  // A job's id or its beginning, or a node.
  std::string from = "latest";
  std::string directory{};  // For a savepoint; empty: the usual.
  std::uint32_t parallelism = 0;
};

// The variable that says which cluster is asked where --cluster does not.
inline constexpr const char* cluster_variable = "WEIR_CLUSTER";

// Whether `weir WORD` is about a cluster.
bool is_cluster_command(std::string_view word);

// Understands the words behind "weir", the first of which is such a command. `cluster`: who is
// asked where they do not say so; empty: the node that listens at 127.0.0.1:6123. An error is one
// line for the user.
result<cluster_request> parse_cluster_arguments(std::span<const std::string> words,
                                                const std::string& cluster);

// What `weir COMMAND --help` shows for all of them.
std::string_view cluster_help();

}  // namespace weir
