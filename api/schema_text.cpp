// SPDX-License-Identifier: Apache-2.0
// Leaves out what may differ; see api/schema_text.hpp.
#include "api/schema_text.hpp"

#include <algorithm>

namespace weir {

namespace {

constexpr std::string_view opening = "protobuf{";

bool is_letter(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9');
}
bool is_of_name(char c) { return is_letter(c) || c == '_' || c == '.'; }
bool is_of_base64(char c) { return is_letter(c) || c == '+' || c == '/' || c == '='; }

std::string_view leading(std::string_view text, bool (*is_of)(char)) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_of);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

}  // namespace

message_schema_parts message_parts(std::string_view inside) {
  const auto name = leading(inside, is_of_name);
  auto rest = inside.substr(name.size());
  if (!rest.starts_with(':')) return {inside, {}};
  rest.remove_prefix(1);
  // A name with colons is that of something that only looks like a message.
  if (leading(rest, is_of_base64).size() != rest.size()) return {inside, {}};
  return {name, rest};
}

std::string without_descriptors(std::string_view schema) {
  std::string text;
  std::size_t done = 0;
  for (auto at = schema.find(opening); at != schema.npos; at = schema.find(opening, at)) {
    const bool is_word = at == 0 || !is_of_name(schema[at - 1]);
    at += opening.size();
    if (!is_word) continue;
    const auto inside = schema.substr(at, schema.find_first_of("{}", at) - at);
    const auto parts = message_parts(inside);
    if (parts.name.size() == inside.size() || !schema.substr(at + inside.size()).starts_with('}')) {
      continue;
    }
    text += schema.substr(done, at - done);
    text += parts.name;
    done = at + inside.size();
    at = done;
  }
  text += schema.substr(done);
  return text;
}

bool is_same_schema(std::string_view a, std::string_view b) {
  return a == b || without_descriptors(a) == without_descriptors(b);
}

}  // namespace weir
