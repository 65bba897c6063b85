// SPDX-License-Identifier: Apache-2.0
// Typed records from JSON lines (https://jsonlines.org), one object a line, of one file or of all
// files in a directory:
//
//   env.from(json_lines_of<trade>("trades.jsonl"))
//
// Members find their fields by name, in any order; members that no field names are passed over.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "api/error.hpp"
#include "api/fields.hpp"
#include "connectors/field_value.hpp"
#include "connectors/json_member.hpp"
#include "connectors/json_row.hpp"
#include "connectors/malformed.hpp"
#include "connectors/text_file_source.hpp"
#include "connectors/text_format.hpp"

namespace weir {

template <text_record T>
class json_format {
public:
  using value_type = T;

  bool has_header() const { return false; }
  status read_header(std::string_view) { return {}; }

  // A blank line stands for nothing.
  row_outcome parse(std::string_view row, T& into, row_failure& why) {
    if (row.find_first_not_of(" \t") == row.npos) return row_outcome::nothing;
    if (!row_.read(row, names, members_, why.cause)) return row_outcome::malformed;
    return read_fields(into, why, std::make_index_sequence<names.size()>{});
  }

private:
  static constexpr auto names = fields_of<T>::names;

  template <std::size_t... I>
  row_outcome read_fields(T& into, row_failure& why, std::index_sequence<I...>) {
    auto fields = tie_fields(into);
    const bool fits = (read_field<I>(std::get<I>(fields), why) && ...);
    return fits ? row_outcome::record : row_outcome::malformed;
  }

  template <std::size_t I, class Field>
  bool read_field(Field& into, row_failure& why) {
    if (read_json_member(members_[I], into, why.cause)) return true;
    why.cause = "field " + std::string{names[I]} + ": " + why.cause;
    return false;
  }

  json_row row_;
  std::array<json_value, names.size()> members_;
};

template <text_record T>
class json_lines_source : public text_file_source<json_lines_source<T>, json_format<T>> {
public:
  static constexpr std::string_view kind = "json_lines_of";

  explicit json_lines_source(std::string path)
      : text_file_source<json_lines_source<T>, json_format<T>>{std::move(path), {}} {}
};

// A malformed line is not one JSON object, lacks a field, or has a value that does not fit its
// field. T has a WEIR_FIELDS line; its fields are integers, floating-point numbers, bool,
// std::string, event_time, or std::optional of those.
template <text_record T>
json_lines_source<T> json_lines_of(std::string path) {
  return json_lines_source<T>{std::move(path)};
}

}  // namespace weir
