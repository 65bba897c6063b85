// SPDX-License-Identifier: Apache-2.0
// Deals with the rows of a reader that are no records, as the job asked for, and counts them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/error.hpp"
#include "connectors/malformed.hpp"
#include "connectors/row_cursor.hpp"

namespace weir {

// "orders.csv: line 7"; only the file if the line is 0, which stands for a number not known.
std::string place_of_line(const std::string& file, std::uint64_t line);

// "orders.csv: line 7: <cause>; <remedy>".
error malformed_row_error(const std::string& file, std::uint64_t line, const row_failure& why);

class malformed_rows {
public:
  malformed_rows(malformed action, malformed_handler handler)
      : action_{action}, handler_{std::move(handler)} {}

  // Hands the row to the handler or skips it; an error if the job is to fail.
  status on_malformed(row_cursor& cursor, const std::string& path, const text_row& row,
                      const row_failure& why);

  // How many rows did not become records.
  std::uint64_t skipped() const { return skipped_; }

private:
  malformed action_;
  malformed_handler handler_;
  std::uint64_t skipped_ = 0;
};

}  // namespace weir
