// SPDX-License-Identifier: Apache-2.0
// Bytes as text: base64 of RFC 4648, padded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir {

void append_base64(std::string& out, std::string_view bytes);
// The other way; none if it is not that.
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace weir
