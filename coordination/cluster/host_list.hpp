// SPDX-License-Identifier: Apache-2.0
// The hosts of a cluster as a file lists them, one to a line; the first one leads:
//
//   # address      and what is not as for the others
//   10.0.0.1
//   10.0.0.2       slots=8 ssh=weir@rack7.example
//   [fd00::3]      port=7000 dir=/mnt/weir
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "network/tcp_socket.hpp"

namespace weir {

struct cluster_host {
  endpoint listen{};  // Where its node listens.
  std::uint32_t slots = 0;
  std::string ssh{};        // What ssh is told: the address, unless the line says otherwise.
  std::string directory{};  // Of its node, on that host.
  friend bool operator==(const cluster_host&, const cluster_host&) = default;
};

// `otherwise`: what a line does not say; its host is not looked at. Fails, with the number of the
// line, for what is no host, and if there is none or one place is named twice.
result<std::vector<cluster_host>> parse_host_list(std::string_view text,
                                                  const cluster_host& otherwise);

}  // namespace weir
