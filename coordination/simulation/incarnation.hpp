// SPDX-License-Identifier: Apache-2.0
// One life of a simulated process. A process that was restarted is somebody else: what is sent to
// or from an earlier life never reaches a later one.
#pragma once

#include <compare>
#include <cstdint>

#include "network/fabric.hpp"

namespace weir {

struct incarnation {
  process_id process;
  std::uint32_t epoch = 0;  // One more with every restart.
  friend auto operator<=>(incarnation, incarnation) = default;
};

}  // namespace weir
