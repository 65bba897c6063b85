// SPDX-License-Identifier: Apache-2.0
// Rows of CSV as records: columns find their fields by the names of the header, or by position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/fields.hpp"
#include "connectors/csv_cell.hpp"
#include "connectors/csv_row.hpp"
#include "connectors/field_value.hpp"
#include "connectors/malformed.hpp"
#include "connectors/text_format.hpp"

namespace weir {

// Where the cells of a file's rows belong. Independent of the record's type.
class csv_columns {
public:
  // By position: the first cells of a row, in the order of `fields`.
  explicit csv_columns(std::span<const std::string_view> fields);

  char delimiter = ',';
  bool has_header = true;
  bool has_multiline_quotes = false;

  // By name from here on. Errors: a column is missing or there twice; the row is no CSV.
  status read_header(std::string_view row);
  // Splits a row; afterwards cell(i) is that of field i. A blank line is a row only where rows have
  // one column.
  row_outcome split(std::string_view row, row_failure& why);
  std::string_view cell(std::size_t field) const { return row_.cells()[positions_[field]]; }
  // Puts "column price: " before the cause.
  void name_column(std::size_t field, row_failure& why) const;

private:
  bool describe(csv_row::outcome outcome, row_failure& why) const;

  csv_row row_;
  std::vector<std::string> fields_;
  std::vector<std::uint32_t> positions_;  // Of the cell of each field.
  std::vector<std::string> header_;
};

template <text_record T>
class csv_format {
public:
  using value_type = T;

  csv_columns columns{fields_of<T>::names};

  bool has_header() const { return columns.has_header; }
  status read_header(std::string_view row) { return columns.read_header(row); }

  row_outcome parse(std::string_view row, T& into, row_failure& why) {
    const auto outcome = columns.split(row, why);
    if (outcome != row_outcome::record) return outcome;
    constexpr auto count = fields_of<T>::names.size();
    return parse_fields(into, why, std::make_index_sequence<count>{});
  }

private:
  template <std::size_t... I>
  row_outcome parse_fields(T& into, row_failure& why, std::index_sequence<I...>) {
    auto fields = tie_fields(into);
    const bool fits = (parse_field<I>(std::get<I>(fields), why) && ...);
    return fits ? row_outcome::record : row_outcome::malformed;
  }

  template <std::size_t I, class Field>
  bool parse_field(Field& into, row_failure& why) {
    if (parse_csv_cell(columns.cell(I), into, why.cause)) return true;
    columns.name_column(I, why);
    return false;
  }
};

}  // namespace weir
