// SPDX-License-Identifier: Apache-2.0
// A line is numbered only when somebody will read the number: that takes reading the file again.
#include "connectors/malformed_rows.hpp"

namespace weir {

std::string place_of_line(const std::string& file, std::uint64_t line) {
  return line == 0 ? file : file + ": line " + std::to_string(line);
}

error malformed_row_error(const std::string& file, std::uint64_t line, const row_failure& why) {
  return {error_code::malformed_record,
          place_of_line(file, line) + ": " + why.cause + "; " + why.remedy};
}

status malformed_rows::on_malformed(row_cursor& cursor, const std::string& path,
                                    const text_row& row, const row_failure& why) {
  if (!handler_ && action_ == malformed::fail) {
    return malformed_row_error(path, cursor.line_number(row.offset), why);
  }
  if (handler_) {
    handler_({path, cursor.line_number(row.offset), std::string{row.text}, why.cause});
  }
  ++skipped_;
  return {};
}

}  // namespace weir
