// SPDX-License-Identifier: Apache-2.0
// The sliding count behind coordination/restart_intensity.hpp.
#include "coordination/restart_intensity.hpp"

namespace weir {

bool restart_intensity::on_child_ended(processing_time now) {
  while (!restarts_.empty() && now - restarts_.front() >= window_) restarts_.pop_front();
  if (restarts_.size() >= limit_) return false;
  restarts_.push_back(now);
  return true;
}

}  // namespace weir
