// SPDX-License-Identifier: Apache-2.0
// How messages between actors of different processes become bytes, and bytes messages.
#pragma once

#include <string>
#include <string_view>

#include <caf/message.hpp>

#include "api/error.hpp"

namespace weir {

// Thread-safe.
class message_codec {
public:
  virtual ~message_codec() = default;
  // Appends. Fails for a message that may not leave its process.
  [[nodiscard]] virtual status encode(const caf::message& message, std::string& out) const = 0;
  // Of all the bytes; fails on anything that `encode` has not made, and allocates no more than a
  // small multiple of them.
  [[nodiscard]] virtual result<caf::message> decode(std::string_view bytes) const = 0;
};

}  // namespace weir
