// SPDX-License-Identifier: Apache-2.0
// The checks that rows of every text format go through before they are parsed, and the header row
// of readers that start in the middle of a file.
#pragma once

#include <string>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "connectors/malformed.hpp"
#include "connectors/row_cursor.hpp"
#include "connectors/text_file_options.hpp"

namespace weir {

// False, with the reason in `why`, if the row is too long or is not UTF-8.
// REQUIRES: `step` is row or too_long.
bool check_row(const text_row& row, row_cursor::step step, const text_file_options& options,
               row_failure& why);

// The first row of a file. Errors: the file is empty; the row does not pass `check_row`.
result<std::string> read_first_row(file_system& files, const std::string& path,
                                   const text_file_options& options);

// What is said of a file that ends before its header.
error missing_header(const std::string& path);

}  // namespace weir
