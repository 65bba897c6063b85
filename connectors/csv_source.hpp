// SPDX-License-Identifier: Apache-2.0
// Typed records from CSV (RFC 4180), of one file or of all files in a directory:
//
//   struct flight { event_time scheduled; int delay_minutes; std::optional<double> distance; };
//   WEIR_FIELDS(flight, scheduled, delay_minutes, distance)
//   env.from(csv_of<flight>("flights.csv"))
//
// The header line says which column is which field: in any order, and columns that no field names
// are passed over. Every file of a directory has a header of its own.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/source.hpp"
#include "connectors/csv_format.hpp"
#include "connectors/field_value.hpp"
#include "connectors/text_file_source.hpp"

namespace weir {

template <text_record T>
class csv_source : public text_file_source<csv_source<T>, csv_format<T>> {
  using base_type = text_file_source<csv_source<T>, csv_format<T>>;

public:
  static constexpr std::string_view kind = "csv_of";

  explicit csv_source(std::string path) : base_type{std::move(path), {}} {}

  // The first line is a record like the others; its first cells are the fields, in their order.
  csv_source without_header() const {
    return this->with([](csv_source& changed) { changed.format_.columns.has_header = false; });
  }
  // Stands between cells instead of a comma. Neither a quote nor a line break.
  csv_source delimiter(char between_cells) const {
    return this->with(
        [&](csv_source& changed) { changed.format_.columns.delimiter = between_cells; });
  }
  // Cells in quotes may contain line breaks. Where a row begins can then only be told by reading
  // from the start, so that each file is one split, however large. Without this, a quote that is
  // not closed on its line is malformed.
  csv_source multiline_quotes() const {
    return this->with([](csv_source& changed) {
      changed.options_.has_multiline_quotes = true;
      changed.format_.columns.has_multiline_quotes = true;
    });
  }
  // Text need not be UTF-8, and a byte order mark is kept.
  csv_source bytes() const {
    return this->with([](csv_source& changed) { changed.options_.checks_utf8 = false; });
  }

  result<std::vector<source_split>> discover_splits(const source_context& context) const {
    const char between_cells = this->format_.columns.delimiter;
    if (between_cells == '"' || between_cells == '\n' || between_cells == '\r') {
      return error{error_code::invalid_argument,
                   this->name() +
                       ": a quote or a line break cannot stand between cells; choose "
                       "another .delimiter(...)"};
    }
    return base_type::discover_splits(context);
  }
};

// A malformed row has another number of cells than the header, a cell that does not fit its field,
// or a quote in the wrong place. T has a WEIR_FIELDS line; its fields are integers, floating-point
// numbers, bool, std::string, event_time, or std::optional of those.
template <text_record T>
csv_source<T> csv_of(std::string path) {
  return csv_source<T>{std::move(path)};
}

}  // namespace weir
