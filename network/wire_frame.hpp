// SPDX-License-Identifier: Apache-2.0
// The unit of the transport: a header of sixteen bytes and a payload (docs/formats/transport.md).
//
// The header has a checksum of its own. So a damaged length is recognised before anything is
// allocated or awaited for it, and the payload's checksum, which is in the header, can be trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

// The numbers are part of the format.
enum class wire_kind : std::uint8_t {
  // Before the connection is open.
  hello = 1,
  proof = 2,
  refusal = 3,
  // While it is open.
  heartbeat = 4,
  goodbye = 5,
  message = 6,  // To an actor.
  bounce = 7,   // A request failed.
  exit = 8,     // An actor is told to end.
  watch = 9,    // Tell me when this actor ends.
  down = 10,    // It has.
  link = 11,    // Two actors are linked,
  unlink = 12,  // or not any more.
};
inline constexpr auto last_wire_kind = wire_kind::unlink;

std::string_view to_string(wire_kind kind);

inline constexpr std::uint8_t wire_format_version = 1;
inline constexpr std::size_t wire_header_size = 16;

struct wire_header {
  wire_kind kind{};
  std::uint32_t length = 0;    // Of the payload, in bytes.
  std::uint32_t checksum = 0;  // CRC32C of the payload.
};

// A frame as it came in. The payload lives as long as whoever read the frame says.
struct wire_frame {
  wire_kind kind{};
  std::string_view payload;
};

// Fails with corrupt_data for what no peer of ours has sent, and with invalid_argument for another
// version of the format. REQUIRES: bytes.size() == wire_header_size.
result<wire_header> decode_wire_header(std::string_view bytes);

// Appends a whole frame. REQUIRES: payload.size() < 2^32.
void append_wire_frame(wire_kind kind, std::string_view payload, std::string& out);

// The same for a payload that is made in place: begin, append the payload to `out`, end.
// `begin_wire_frame` returns what `end_wire_frame` needs: where the frame begins.
[[nodiscard]] std::size_t begin_wire_frame(std::string& out);
void end_wire_frame(wire_kind kind, std::size_t begin, std::string& out);

}  // namespace weir
