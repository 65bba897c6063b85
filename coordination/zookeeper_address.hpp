// SPDX-License-Identifier: Apache-2.0
// Where a ZooKeeper is and what of it is ours: zookeeper://host:2181,host2:2181/weir.
#pragma once

#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

struct zookeeper_address {
  std::string servers{};  // "host:2181,host2:2181": as ZooKeeper's own clients take them.
  std::string path{};     // "/weir": the znode below which everything of ours is.
  friend bool operator==(const zookeeper_address&, const zookeeper_address&) = default;
};

inline constexpr std::string_view zookeeper_scheme = "zookeeper://";

// Servers are separated by commas; one without a port has 2181; an IPv6 address stands in brackets.
// The path has at least one name, each of the characters a-z, A-Z, 0-9, '-', '_' and '.', and no
// name is "." or "..". Fails with error_code::invalid_argument.
result<zookeeper_address> parse_zookeeper_address(std::string_view text);

}  // namespace weir
