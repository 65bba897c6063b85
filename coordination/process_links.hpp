// SPDX-License-Identifier: Apache-2.0
// How a process reaches others of its job that it has not met: by where they listen. What the
// fabric is to actors, this is to processes.
#pragma once

#include <string>

#include "api/error.hpp"
#include "network/fabric.hpp"

namespace weir {

// Thread-safe.
class process_links {
public:
  virtual ~process_links() = default;
  // Where this process listens: "10.0.0.7:6123".
  virtual std::string endpoint() const = 0;
  // From now on the connection to that process is made, and made again when it is lost.
  virtual status dial(process_id peer, const std::string& endpoint) = 0;
  // No more. A connection that is open stays.
  virtual void forget(process_id peer) = 0;
};

}  // namespace weir
