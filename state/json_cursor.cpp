// SPDX-License-Identifier: Apache-2.0
// See state/json_cursor.hpp.
#include "state/json_cursor.hpp"

#include <charconv>

namespace weir {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_of_number(char c) {
  return ('0' <= c && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

void append_utf8(std::string& out, unsigned code) {
  const auto append = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    append(code);
  } else if (code < 0x800) {
    append(0xc0 | code >> 6);
    append(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    append(0xe0 | code >> 12);
    append(0x80 | (code >> 6 & 0x3f));
    append(0x80 | (code & 0x3f));
  } else {
    append(0xf0 | code >> 18);
    append(0x80 | (code >> 12 & 0x3f));
    append(0x80 | (code >> 6 & 0x3f));
    append(0x80 | (code & 0x3f));
  }
}

}  // namespace

char json_cursor::ahead() {
  while (next_ < text_.size() && is_blank(text_[next_])) ++next_;
  return next_ < text_.size() ? text_[next_] : '\0';
}

bool json_cursor::take(char c) {
  if (ahead() != c || next_ >= text_.size()) return false;
  ++next_;
  return true;
}

bool json_cursor::take_word(std::string_view word) {
  ahead();
  const auto rest = text_.substr(next_);
  if (!rest.starts_with(word)) return false;
  const auto after = rest.substr(word.size());
  const bool goes_on = !after.empty() && ((after.front() >= 'a' && after.front() <= 'z') ||
                                          is_of_number(after.front()));
  if (!goes_on) next_ += word.size();
  return !goes_on;
}

result<std::string> json_cursor::take_string() {
  std::string out;
  const auto wrong = [&](const std::string& what) {
    return error{error_code::invalid_argument,
                 "character " + std::to_string(place()) + ": " + what};
  };
  if (!take('"')) return wrong("expected a string");
  while (next_ < text_.size()) {
    const char c = text_[next_];
    if (c == '"') {
      ++next_;
      return out;
    }
    if (static_cast<unsigned char>(c) < 0x20) return wrong("a control character in a string");
    ++next_;
    if (c != '\\') {
      out += c;
    } else if (!take_escape(out)) {
      return wrong("an escape that is none");
    }
  }
  return wrong("a string without an end");
}

std::optional<unsigned> json_cursor::take_hex() {
  constexpr std::size_t digits = 4;
  if (text_.size() - next_ < digits) return std::nullopt;
  const char* begin = text_.data() + next_;
  unsigned code = 0;
  const auto [end, problem] = std::from_chars(begin, begin + digits, code, 16);
  if (problem != std::errc{} || end != begin + digits) return std::nullopt;
  next_ += digits;
  return code;
}

bool json_cursor::take_escape(std::string& out) {
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (next_ == text_.size()) return false;
  const char c = text_[next_++];
  if (const auto known = names.find(c); known != names.npos) {
    out += meanings[known];
    return true;
  }
  if (c != 'u') return false;
  auto code = take_hex();
  if (!code || (*code >= 0xdc00 && *code < 0xe000)) return false;
  if (*code >= 0xd800 && *code < 0xdc00) {
    if (!text_.substr(next_).starts_with("\\u")) return false;
    next_ += 2;
    const auto low = take_hex();
    if (!low || *low < 0xdc00 || *low >= 0xe000) return false;
    code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
  }
  append_utf8(out, *code);
  return true;
}

std::string_view json_cursor::take_number() {
  ahead();
  const std::size_t begin = next_;
  while (next_ < text_.size() && is_of_number(text_[next_])) ++next_;
  return text_.substr(begin, next_ - begin);
}

std::string_view json_cursor::take_value() {
  ahead();
  const std::size_t begin = next_;
  std::size_t depth = 0;
  do {
    const char c = ahead();
    if (c == '"') {
      if (!take_string()) return {};
    } else if (c == '{' || c == '[') {
      ++depth;
      ++next_;
    } else if (c == '}' || c == ']') {
      if (depth == 0) break;
      --depth;
      ++next_;
    } else if (c == ',' || c == ':') {
      if (depth == 0) break;
      ++next_;
    } else if (next_ < text_.size()) {
      while (next_ < text_.size() && !is_blank(text_[next_]) &&
             std::string_view{",:{}[]\""}.find(text_[next_]) == std::string_view::npos) {
        ++next_;
      }
    } else {
      return {};
    }
  } while (depth > 0);
  return text_.substr(begin, next_ - begin);
}

}  // namespace weir
