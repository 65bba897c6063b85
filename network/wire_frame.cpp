// SPDX-License-Identifier: Apache-2.0
// The header of network/wire_frame.hpp, byte by byte.
#include "network/wire_frame.hpp"

#include <limits>

#include "api/codecs/scalars.hpp"
#include "api/crc32c.hpp"
#include "network/tls_mismatch.hpp"

namespace weir {

namespace {

constexpr std::string_view magic{"WR"};
constexpr std::size_t checked_size = wire_header_size - sizeof(std::uint32_t);

template <class Number>
Number take(std::string_view& bytes) {
  Number number{};
  WEIR_ASSERT(codecs::try_decode(number, bytes));
  return number;
}

std::string header_of(wire_kind kind, std::string_view payload) {
  WEIR_ASSERT(payload.size() <= std::numeric_limits<std::uint32_t>::max());
  std::string bytes{magic};
  codec<std::uint8_t>::encode(wire_format_version, bytes);
  codec<std::uint8_t>::encode(static_cast<std::uint8_t>(kind), bytes);
  codec<std::uint32_t>::encode(static_cast<std::uint32_t>(payload.size()), bytes);
  codec<std::uint32_t>::encode(crc32c(payload), bytes);
  codec<std::uint32_t>::encode(crc32c(bytes), bytes);
  return bytes;
}

}  // namespace

std::string_view to_string(wire_kind kind) {
  switch (kind) {
    case wire_kind::hello:
      return "hello";
    case wire_kind::proof:
      return "proof";
    case wire_kind::refusal:
      return "refusal";
    case wire_kind::heartbeat:
      return "heartbeat";
    case wire_kind::goodbye:
      return "goodbye";
    case wire_kind::message:
      return "message";
    case wire_kind::bounce:
      return "bounce";
    case wire_kind::exit:
      return "exit";
    case wire_kind::watch:
      return "watch";
    case wire_kind::down:
      return "down";
    case wire_kind::link:
      return "link";
    case wire_kind::unlink:
      return "unlink";
  }
  return "unknown";
}

result<wire_header> decode_wire_header(std::string_view bytes) {
  WEIR_ASSERT(bytes.size() == wire_header_size);
  const auto checked = bytes.substr(0, checked_size);
  constexpr std::string_view first_of_tls{"\x16\x03"};
  if (bytes.starts_with(first_of_tls)) {
    return error{error_code::permission_denied,
                 "read a frame: the other side speaks TLS, and this one does not" +
                     std::string{both_sides_or_neither}};
  }
  if (!bytes.starts_with(magic)) {
    return error{error_code::corrupt_data,
                 "read a frame: these bytes are no frame of Weir's transport: is the other side "
                 "a process of Weir, and the port right?"};
  }
  bytes.remove_prefix(magic.size());
  const auto version = take<std::uint8_t>(bytes);
  const auto kind = take<std::uint8_t>(bytes);
  wire_header header{.kind = static_cast<wire_kind>(kind)};
  header.length = take<std::uint32_t>(bytes);
  header.checksum = take<std::uint32_t>(bytes);
  // Another version may have another header behind the first three bytes.
  if (version != wire_format_version) {
    return error{error_code::invalid_argument,
                 "read a frame: the other side speaks version " + std::to_string(version) +
                     " of the transport, this side version " + std::to_string(wire_format_version) +
                     ": run the same version on both"};
  }
  if (take<std::uint32_t>(bytes) != crc32c(checked)) {
    return error{error_code::corrupt_data,
                 "read a frame: checksum mismatch in its header: the bytes were damaged on the "
                 "way; the connection ends and a new one is made"};
  }
  if (kind == 0 || header.kind > last_wire_kind) {
    return error{error_code::corrupt_data, "read a frame: there is no kind of frame with number " +
                                               std::to_string(kind) +
                                               ": run the same version on both sides"};
  }
  return header;
}

void append_wire_frame(wire_kind kind, std::string_view payload, std::string& out) {
  out += header_of(kind, payload);
  out += payload;
}

std::size_t begin_wire_frame(std::string& out) {
  const auto begin = out.size();
  out.append(wire_header_size, '\0');
  return begin;
}

void end_wire_frame(wire_kind kind, std::size_t begin, std::string& out) {
  const auto payload = std::string_view{out}.substr(begin + wire_header_size);
  out.replace(begin, wire_header_size, header_of(kind, payload));
}

}  // namespace weir
