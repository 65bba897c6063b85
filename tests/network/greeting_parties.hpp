// SPDX-License-Identifier: Apache-2.0
// Processes of one cluster, for tests of what they say to each other when they connect.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "network/connection.hpp"
#include "network/handshake.hpp"

namespace weir {

inline cluster_secret secret_of(const std::string& text = "the secret of a test") {
  return *cluster_secret::make(text);
}

inline cluster_membership member(std::uint32_t process, std::uint64_t incarnation = 1) {
  return {.cluster = "orders", .program = "f00d", .process = {process}, .incarnation = incarnation};
}

// However long the machine lets one of them wait, the others do not give it up.
inline connection_settings patient_connections() {
  return {.greeting_timeout = std::chrono::minutes{1},
          .heartbeat_timeout = std::chrono::minutes{1}};
}

inline std::string challenge_of(char fill) { return std::string(challenge_size, fill); }

// The frames in `bytes`, which are whole; the payloads live as long as `bytes`.
inline std::vector<wire_frame> frames_in(std::string_view bytes) {
  std::vector<wire_frame> found;
  while (!bytes.empty()) {
    const auto header = decode_wire_header(bytes.substr(0, wire_header_size));
    WEIR_ASSERT(header);
    found.push_back({header->kind, bytes.substr(wire_header_size, header->length)});
    bytes.remove_prefix(wire_header_size + header->length);
  }
  return found;
}

}  // namespace weir
