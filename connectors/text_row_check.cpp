// SPDX-License-Identifier: Apache-2.0
// Length, encoding, and the header of a file.
#include "connectors/text_row_check.hpp"

#include "connectors/malformed_rows.hpp"
#include "connectors/utf8.hpp"
#include "connectors/wording.hpp"

namespace weir {

bool check_row(const text_row& row, row_cursor::step step, const text_file_options& options,
               row_failure& why) {
  if (step == row_cursor::step::too_long) {
    why = {"longer than " + byte_size(options.max_line), "raise max_line"};
    return false;
  }
  if (!options.checks_utf8) return true;
  const auto invalid = first_invalid_utf8(row.text);
  if (!invalid) return true;
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(row.text[*invalid]);
  why = {"byte " + std::to_string(*invalid) + " of the line (0x" + digits[byte >> 4U] +
             digits[byte & 0xFU] + ") is not UTF-8",
         "convert the file to UTF-8, or choose .bytes() where the format has it"};
  return false;
}

result<std::string> read_first_row(file_system& files, const std::string& path,
                                   const text_file_options& options) {
  auto cursor = row_cursor::open(files, {path, 0, 1, {}}, options);
  if (!cursor) return cursor.failure();
  text_row row;
  auto step = cursor->next(row);
  while (step == row_cursor::step::needs_bytes) {
    const auto count = cursor->fill();
    if (!count) return count.failure();
    if (*count == 0 && options.follow) return missing_header(path);
    step = cursor->next(row);
  }
  if (step == row_cursor::step::ended) return missing_header(path);
  row_failure why;
  if (!check_row(row, step, options, why)) return malformed_row_error(path, 1, why);
  return std::string{row.text};
}

error missing_header(const std::string& path) {
  return {error_code::malformed_record,
          path +
              ": the file is empty, not even a header line; write one, or choose "
              ".without_header()"};
}

}  // namespace weir
