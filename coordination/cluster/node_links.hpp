// SPDX-License-Identifier: Apache-2.0
// How a node reaches other nodes: by their names, which are where they listen.
#pragma once

#include <string>

#include "api/error.hpp"
#include "network/fabric.hpp"

namespace weir {

// Thread-safe.
class node_links {
public:
  virtual ~node_links() = default;
  // The process that the node of that name is to the fabric.
  virtual process_id process_of(const std::string& node) const = 0;
  // A handle to that node's root, of the connection that there is now.
  virtual caf::actor root_of(const std::string& node) = 0;
  // From now on the connection to that node is made, and made again when it is lost.
  virtual status dial(const std::string& node) = 0;
  // No more. A connection that is open stays.
  virtual void forget(const std::string& node) = 0;
};

}  // namespace weir
