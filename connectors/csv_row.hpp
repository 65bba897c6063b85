// SPDX-License-Identifier: Apache-2.0
// Splits one row of CSV into its cells, by RFC 4180: a cell that contains the delimiter, a quote or
// a line break stands in double quotes, and a quote inside of quotes is written twice.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class csv_row {
public:
  enum class outcome : unsigned char {
    split,
    unclosed_quote,   // The last cell begins with a quote that nothing closes.
    misplaced_quote,  // A quote inside a cell without quotes, or text behind a closing one.
  };

  // Reuses its storage: splitting rows of a similar shape does not allocate.
  outcome split(std::string_view row, char delimiter);

  // Views into the row or, where doubled quotes were undone, into this object. Valid until the row
  // is gone or `split` is called again. After a failure, those before the cell at fault.
  std::span<const std::string_view> cells() const { return cells_; }

private:
  outcome split_quoted(std::string_view row, char delimiter);
  // Takes a quoted cell from the front of `rest`, which begins behind its opening quote.
  outcome take_quoted(std::string_view& rest, char delimiter);

  std::vector<std::string_view> cells_;
  std::string unescaped_;
};

}  // namespace weir
