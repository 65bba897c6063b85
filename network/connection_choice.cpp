// SPDX-License-Identifier: Apache-2.0
// The rules of network/connection_choice.hpp.
#include "network/connection_choice.hpp"

#include <string>

namespace weir {

namespace {

error not_wanted(const peer_identity& candidate, const std::string& why,
                 error_code code = error_code::in_use) {
  return {code, "connect with process " + std::to_string(candidate.process.value) + ": " + why};
}

}  // namespace

status connection_choice::decide(const peer_identity& candidate, bool is_dialed_here,
                                 const known_peer& known) const {
  if (candidate.incarnation < known.incarnation) {
    return not_wanted(candidate,
                      "a later life of it was here (incarnation " +
                          std::to_string(known.incarnation) + ", not " +
                          std::to_string(candidate.incarnation) + "): end the earlier one",
                      error_code::permission_denied);
  }
  if (candidate.incarnation > known.incarnation) return {};
  if (is_dialed_here || candidate.process < self_) return {};
  if (known.has_proved) {
    return not_wanted(candidate, "a connection that process " + std::to_string(self_.value) +
                                     " has dialed is about to open");
  }
  if (known.is_open && known.is_dialed_here) {
    return not_wanted(candidate, "there is one already; it is given up when it is silent");
  }
  return {};
}

}  // namespace weir
