// SPDX-License-Identifier: Apache-2.0
// Digits of fixed width; see api/attempt_token.hpp.
#include "api/attempt_token.hpp"

#include <charconv>
#include <tuple>

namespace weir {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

void append_digits(std::uint64_t value, std::size_t width, std::string& to) {
  for (auto i = width; i-- > 0;) to += digits[(value >> (4U * i)) & 15U];
}

template <class Number>
Number take_digits(std::string_view& text) {
  constexpr auto width = 2 * sizeof(Number);
  Number value = 0;
  std::from_chars(text.data(), text.data() + width, value, 16);
  text.remove_prefix(width);
  return value;
}

}  // namespace

std::string to_string(const attempt_token& token) {
  std::string text;
  append_digits(token.directory, 16, text);
  append_digits(token.life, 8, text);
  append_digits(token.attempt.value, 8, text);
  append_digits(token.claim, 8, text);
  return text;
}

std::optional<attempt_token> parse_attempt_token(std::string_view text) {
  if (text.size() != 40 || text.find_first_not_of(digits) != text.npos) return std::nullopt;
  attempt_token token;
  token.directory = take_digits<std::uint64_t>(text);
  token.life = take_digits<std::uint32_t>(text);
  token.attempt.value = take_digits<std::uint32_t>(text);
  token.claim = take_digits<std::uint32_t>(text);
  return token;
}

bool is_later(const attempt_token& token, const attempt_token& than) {
  return token.directory == than.directory &&
         std::tie(token.life, token.attempt) > std::tie(than.life, than.attempt);
}

}  // namespace weir
