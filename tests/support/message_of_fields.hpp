// SPDX-License-Identifier: Apache-2.0
// Schemas of messages with descriptors that are written by hand, so that one type can be there as
// several programs had it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/base64.hpp"

namespace weir {

// One field of Protocol Buffers' own format.
// REQUIRES: number < 16; content.size() < 2^14.
inline std::string wire_bytes(unsigned number, const std::string& content) {
  std::string bytes{static_cast<char>(number << 3 | 2)};
  bytes += static_cast<char>((content.size() & 127) | 128);
  bytes += static_cast<char>(content.size() >> 7);
  return bytes + content;
}
// REQUIRES: number < 16; value < 128.
inline std::string wire_number(unsigned number, std::size_t value) {
  return {static_cast<char>(number << 3), static_cast<char>(value)};
}

// "protobuf{shop.order:...}" for ("shop", "order", {"id", "size"}): a message of proto3 whose
// fields are int32 with the numbers 1 and 2.
inline std::string message_of_fields(const std::string& package, const std::string& name,
                                     const std::vector<std::string>& fields) {
  constexpr std::size_t optional = 1;
  constexpr std::size_t int32 = 5;
  std::string message = wire_bytes(1, name);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    message += wire_bytes(2, wire_bytes(1, fields[i]) + wire_number(3, i + 1) +
                                 wire_number(4, optional) + wire_number(5, int32));
  }
  const std::string file = wire_bytes(1, package + ".proto") + wire_bytes(2, package) +
                           wire_bytes(4, message) + wire_bytes(12, "proto3");
  std::string schema = "protobuf{" + package + "." + name + ":";
  append_base64(schema, wire_bytes(1, file));
  return schema + "}";
}

}  // namespace weir
