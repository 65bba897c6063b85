// SPDX-License-Identifier: Apache-2.0
// How the processes of a submitted job connect with each other, as `--job-tls` says it:
//
//   node          as the node that starts them connects: with its files, if it has TLS; the default
//   none          without TLS, whatever the nodes do
//   CERT,KEY,CA   with these files, which every node finds under these paths
//
// Whoever submits a job says it, and the node that starts a process makes options of it: only that
// knows where its own files are.
#pragma once

#include <cstdint>
#include <string>

#include "api/error.hpp"
#include "coordination/tls_options.hpp"

namespace weir {

struct job_tls {
  enum class kind : std::uint8_t { as_node, none, own_files };
  kind what = kind::as_node;
  tls_paths files{};  // Of own_files.

  // With what a process connects that is started by a node with these files.
  const tls_paths& on(const tls_paths& node) const { return what == kind::as_node ? node : files; }
};

// Fails if it is none of the three, or if a path is not absolute.
result<job_tls> parse_job_tls(const std::string& text);

}  // namespace weir
