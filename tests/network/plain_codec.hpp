// SPDX-License-Identifier: Apache-2.0
// A codec for tests: numbers and texts leave their process, nothing else does.
#pragma once

#include <string>
#include <string_view>

#include <caf/all.hpp>

#include "api/codecs/scalars.hpp"
#include "network/message_codec.hpp"

namespace weir {

class plain_codec final : public message_codec {
public:
  status encode(const caf::message& message, std::string& out) const override {
    if (message.match_elements<int>()) {
      out += 'n';
      codec<int>::encode(message.get_as<int>(0), out);
    } else if (message.match_elements<std::string>()) {
      out += 't';
      out += message.get_as<std::string>(0);
    } else {
      return error{error_code::invalid_argument,
                   "a message of this type may not leave its process"};
    }
    return {};
  }

  result<caf::message> decode(std::string_view bytes) const override {
    const char kind = bytes.empty() ? '\0' : bytes.front();
    bytes.remove_prefix(bytes.empty() ? 0 : 1);
    int number = 0;
    if (kind == 't') return caf::make_message(std::string{bytes});
    if (kind == 'n' && codecs::try_decode(number, bytes)) return caf::make_message(number);
    return error{error_code::corrupt_data, "these bytes are no message"};
  }
};

}  // namespace weir
