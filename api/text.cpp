// SPDX-License-Identifier: Apache-2.0
// Writing numbers, CSV fields and JSON strings.
#include "api/text.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace weir {

namespace {

template <class Number>
void append_shortest(std::string& out, Number number) {
  // The longest is a long double's digits, sign, point and exponent.
  std::array<char, 64> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// The length of the UTF-8 sequence that `text` begins with, or 0 (Unicode, table 3-7: no
// surrogates, no overlong forms, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned char {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto within = [&](std::size_t i, unsigned char low, unsigned char high) {
    return low <= byte(i) && byte(i) <= high;
  };
  const auto trails = [&](std::size_t i) { return within(i, 0x80, 0xBF); };

  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return trails(1) ? 2 : 0;
  if (first < 0xF0) {
    const bool is_second = within(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return is_second && trails(2) ? 3 : 0;
  }
  if (first < 0xF5) {
    const bool is_second = within(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return is_second && trails(2) && trails(3) ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
  }
}

}  // namespace

void append_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

namespace text {

void append_number(std::string& out, std::int64_t number) { append_shortest(out, number); }
void append_number(std::string& out, std::uint64_t number) { append_shortest(out, number); }
void append_number(std::string& out, float number) { append_shortest(out, number); }
void append_number(std::string& out, double number) { append_shortest(out, number); }
void append_number(std::string& out, long double number) { append_shortest(out, number); }

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char first = text.front();
    if (length == 0) {
      out += replacement;
    } else if (length == 1 && (first == '"' || first == '\\' || ('\0' <= first && first < ' '))) {
      append_escaped(out, first);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

}  // namespace text

}  // namespace weir
