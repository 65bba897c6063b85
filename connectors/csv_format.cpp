// SPDX-License-Identifier: Apache-2.0
// Headers, shapes of rows, and what is said about them.
#include "connectors/csv_format.hpp"

#include <algorithm>
#include <numeric>

#include "connectors/field_names.hpp"

namespace weir {

csv_columns::csv_columns(std::span<const std::string_view> fields)
    : fields_(fields.begin(), fields.end()), positions_(fields.size()) {
  std::iota(positions_.begin(), positions_.end(), 0U);
}

status csv_columns::read_header(std::string_view row) {
  row_failure why;
  if (!describe(row_.split(row, delimiter), why)) {
    return error{error_code::malformed_record, why.cause};
  }
  header_.assign(row_.cells().begin(), row_.cells().end());
  const std::vector<std::string_view> fields(fields_.begin(), fields_.end());
  auto positions = match_columns(fields, header_);
  if (!positions) return positions.failure();
  positions_ = std::move(*positions);
  return {};
}

row_outcome csv_columns::split(std::string_view row, row_failure& why) {
  const auto column_count = has_header ? header_.size() : fields_.size();
  if (row.empty() && column_count > 1) return row_outcome::nothing;
  if (!describe(row_.split(row, delimiter), why)) return row_outcome::malformed;
  const auto count = row_.cells().size();
  if (has_header ? count == column_count : count >= column_count) return row_outcome::record;
  why.cause = std::to_string(count) + (count == 1 ? " column" : " columns") + " where " +
              (has_header ? "the header has " : "the record needs ") + std::to_string(column_count);
  return row_outcome::malformed;
}

bool csv_columns::describe(csv_row::outcome outcome, row_failure& why) const {
  if (outcome == csv_row::outcome::split) return true;
  const auto at = row_.cells().size();
  why.cause = "column " + (at < header_.size() ? header_[at] : std::to_string(at + 1)) + ": ";
  if (outcome == csv_row::outcome::misplaced_quote) {
    why.cause +=
        "a quote in the middle of the cell; put the whole cell in quotes and write each "
        "quote inside it twice";
  } else if (has_multiline_quotes) {
    why.cause += "a quote is never closed";
  } else {
    why.cause += "a quote is not closed on its line";
    why.remedy = "close it, or choose .multiline_quotes() if cells contain line breaks";
  }
  return false;
}

void csv_columns::name_column(std::size_t field, row_failure& why) const {
  why.cause = "column " + fields_[field] + ": " + why.cause;
}

}  // namespace weir
