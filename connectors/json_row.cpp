// SPDX-License-Identifier: Apache-2.0
// simdjson's document, flattened to the members that somebody asked for.
#include "connectors/json_row.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <simdjson.h>

#include "api/error.hpp"

namespace weir {

namespace {

namespace dom = simdjson::dom;

json_value value_of(const dom::element& element) {
  json_value value;
  switch (element.type()) {
    case dom::element_type::NULL_VALUE:
      value.what = json_value::kind::null;
      break;
    case dom::element_type::BOOL:
      value.what = json_value::kind::boolean;
      value.boolean = element.get_bool().value_unsafe();
      break;
    case dom::element_type::INT64:
      value.negative = element.get_int64().value_unsafe();
      value.what = value.negative < 0 ? json_value::kind::negative : json_value::kind::whole;
      if (value.negative >= 0) value.whole = static_cast<std::uint64_t>(value.negative);
      break;
    case dom::element_type::UINT64:
      value.what = json_value::kind::whole;
      value.whole = element.get_uint64().value_unsafe();
      break;
    case dom::element_type::DOUBLE:
      value.what = json_value::kind::real;
      value.real = element.get_double().value_unsafe();
      break;
    case dom::element_type::STRING:
      value.what = json_value::kind::text;
      value.text = element.get_string().value_unsafe();
      break;
    case dom::element_type::ARRAY:
    case dom::element_type::OBJECT:
      value.what = json_value::kind::nested;
      break;
  }
  return value;
}

// The place of `name` in `names`, or names.size(). Rows tend to keep the order of the fields, so
// the search begins at `expected`.
std::size_t find_name(std::span<const std::string_view> names, std::string_view name,
                      std::size_t expected) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto at = (expected + i) % names.size();
    if (names[at] == name) return at;
  }
  return names.size();
}

}  // namespace

// simdjson reads up to SIMDJSON_PADDING bytes behind a document.
struct json_row::parser {
  dom::parser document;
  std::vector<char> padded;
};

json_row::json_row() = default;
json_row::json_row(const json_row&) : json_row{} {}
json_row& json_row::operator=(const json_row&) { return *this; }
json_row::~json_row() = default;

bool json_row::read(std::string_view line, std::span<const std::string_view> names,
                    std::span<json_value> values, std::string& cause) {
  WEIR_ASSERT(values.size() == names.size());
  if (!parser_) parser_ = std::make_unique<parser>();
  auto& padded = parser_->padded;
  padded.assign(line.begin(), line.end());
  padded.resize(line.size() + simdjson::SIMDJSON_PADDING);
  dom::element root;
  if (const auto failure = parser_->document.parse(padded.data(), line.size(), false).get(root);
      failure != simdjson::SUCCESS) {
    cause = std::string{"the line is not valid JSON ("} + simdjson::error_message(failure) + ")";
    return false;
  }
  dom::object members;
  if (root.get(members) != simdjson::SUCCESS) {
    cause = "the line is JSON, but not an object in braces";
    return false;
  }
  std::fill(values.begin(), values.end(), json_value{});
  std::size_t expected = 0;
  for (const auto [name, element] : members) {
    const auto at = find_name(names, name, expected);
    if (at == names.size()) continue;
    if (values[at].what != json_value::kind::missing) {
      cause = "field " + std::string{name} + ": is there twice";
      return false;
    }
    values[at] = value_of(element);
    expected = at + 1;
  }
  return true;
}

std::string to_string(const json_value& value) {
  switch (value.what) {
    case json_value::kind::missing:
      return "nothing";
    case json_value::kind::null:
      return "null";
    case json_value::kind::boolean:
      return value.boolean ? "true" : "false";
    case json_value::kind::negative:
      return std::to_string(value.negative);
    case json_value::kind::whole:
      return std::to_string(value.whole);
    case json_value::kind::text:
      return std::string{value.text};
    case json_value::kind::nested:
      return "{...}";
    case json_value::kind::real:
      break;
  }
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value.real).ptr;
  return {digits, end};
}

}  // namespace weir
