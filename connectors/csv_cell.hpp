// SPDX-License-Identifier: Apache-2.0
// One cell of CSV as the value of a field.
//
// Blanks around a value that is not a string are passed over. A cell without a value is nullopt for
// a std::optional field, the empty text for a string, and an error for every other field.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "api/time.hpp"
#include "connectors/field_value.hpp"

namespace weir {

// Without blanks at both ends, and without a plus sign before a digit or a point.
std::string_view number_text(std::string_view cell);

// The other half of parse_csv_cell: each answers false, with the reason in `cause`, if `cell` is
// not what the field needs.
bool parse_csv_boolean(std::string_view cell, bool& into, std::string& cause);
bool parse_csv_time(std::string_view cell, event_time& into, std::string& cause);
bool refuse_empty_cell(std::string& cause);

template <integer_field T>
bool parse_csv_cell(std::string_view cell, T& into, std::string& cause) {
  const auto text = number_text(cell);
  const auto* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, into);
  if (failure == std::errc{} && stop == end) return true;
  if (text.empty()) return refuse_empty_cell(cause);
  // Out of range is only what would be an integer otherwise; "-1" is one, too.
  const bool is_negative = std::is_unsigned_v<T> && text.size() > 1 && text[0] == '-' &&
                           text.find_first_not_of("0123456789", 1) == text.npos;
  const bool is_large = failure == std::errc::result_out_of_range && stop == end;
  cause = is_negative || is_large ? out_of_range_of<T>(cell) : not_an_integer(cell);
  return false;
}

template <std::floating_point T>
bool parse_csv_cell(std::string_view cell, T& into, std::string& cause) {
  const auto text = number_text(cell);
  const auto* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, into);
  if (failure == std::errc{} && stop == end) return true;
  if (text.empty()) return refuse_empty_cell(cause);
  const bool is_extreme = failure == std::errc::result_out_of_range && stop == end;
  const std::string_view bound = sizeof(T) == sizeof(float) ? "3.4e38" : "1.8e308";
  cause = is_extreme ? out_of_range(cell, "-" + std::string{bound}, bound) : not_a_number(cell);
  return false;
}

inline bool parse_csv_cell(std::string_view cell, bool& into, std::string& cause) {
  return parse_csv_boolean(cell, into, cause);
}

inline bool parse_csv_cell(std::string_view cell, event_time& into, std::string& cause) {
  return parse_csv_time(cell, into, cause);
}

inline bool parse_csv_cell(std::string_view cell, std::string& into, std::string&) {
  into.assign(cell);
  return true;
}

template <class T>
bool parse_csv_cell(std::string_view cell, std::optional<T>& into, std::string& cause) {
  if (cell.empty()) return true;
  return parse_csv_cell(cell, into.emplace(), cause);
}

}  // namespace weir
