// SPDX-License-Identifier: Apache-2.0
// Three bytes are four digits; see api/base64.hpp.
#include "api/base64.hpp"

#include <algorithm>
#include <cstddef>

namespace weir {

namespace {

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
    const auto byte = [&](std::size_t i) -> unsigned {
      return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
    };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += base64_digits[group >> 18];
    out += base64_digits[group >> 12 & 63];
    out += bytes.size() > 1 ? base64_digits[group >> 6 & 63] : '=';
    out += bytes.size() > 2 ? base64_digits[group & 63] : '=';
  }
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool is_last = i + 4 == text.size();
    unsigned group = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const bool is_padding = is_last && j >= 4 - padding;
      const auto digit = is_padding ? 0 : base64_digits.find(text[i + j]);
      if (digit == base64_digits.npos) return std::nullopt;
      group = group << 6 | static_cast<unsigned>(digit);
    }
    const std::size_t count = is_last ? 3 - padding : 3;
    for (std::size_t j = 0; j < count; ++j) bytes += static_cast<char>(group >> (16 - 8 * j));
  }
  return bytes;
}

}  // namespace weir
