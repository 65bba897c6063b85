// SPDX-License-Identifier: Apache-2.0
// What a file source does with a row it cannot make a record of: fail the job (the default), skip
// the row and count it, or hand it to a function as a dead letter.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace weir {

enum class malformed : std::uint8_t { fail, skip };

// A row that is not what its format says.
struct malformed_row {
  std::string file;
  std::uint64_t line = 0;  // From 1, of the row's first line; 0 if it could not be told.
  std::string text;        // Without the line ending; of a row that is too long, its beginning.
  std::string cause;       // "column price: '1x' is not a number".
  friend bool operator==(const malformed_row&, const malformed_row&) = default;
};

// Runs in the tasks of the source, perhaps in several at once. May throw: the task then fails.
using malformed_handler = std::function<void(const malformed_row&)>;

// Why a row is malformed, and what the user can do about it.
struct row_failure {
  std::string cause;
  std::string remedy = "fix the row or choose .on_malformed(...)";

  // The next row starts afresh.
  void clear() { *this = {}; }
};

}  // namespace weir
