// SPDX-License-Identifier: Apache-2.0
// Rows without a quote, most of them, need one search per cell.
#include "connectors/csv_row.hpp"

namespace weir {

csv_row::outcome csv_row::split(std::string_view row, char delimiter) {
  cells_.clear();
  if (row.find('"') != row.npos) return split_quoted(row, delimiter);
  for (auto end = row.find(delimiter); end != row.npos; end = row.find(delimiter)) {
    cells_.push_back(row.substr(0, end));
    row.remove_prefix(end + 1);
  }
  cells_.push_back(row);
  return outcome::split;
}

csv_row::outcome csv_row::split_quoted(std::string_view row, char delimiter) {
  unescaped_.clear();
  // Never grows beyond the row, so views into it stay valid.
  unescaped_.reserve(row.size());
  while (true) {
    if (row.starts_with('"')) {
      row.remove_prefix(1);
      if (const auto taken = take_quoted(row, delimiter); taken != outcome::split) return taken;
    } else {
      const auto cell = row.substr(0, row.find(delimiter));
      if (cell.find('"') != cell.npos) return outcome::misplaced_quote;
      cells_.push_back(cell);
      row.remove_prefix(cell.size());
    }
    if (row.empty()) return outcome::split;
    row.remove_prefix(1);
  }
}

csv_row::outcome csv_row::take_quoted(std::string_view& rest, char delimiter) {
  const auto begin = unescaped_.size();
  while (true) {
    const auto quote = rest.find('"');
    if (quote == rest.npos) return outcome::unclosed_quote;
    const bool is_doubled = quote + 1 < rest.size() && rest[quote + 1] == '"';
    if (!is_doubled && unescaped_.size() == begin) {
      cells_.push_back(rest.substr(0, quote));
    } else if (is_doubled) {
      unescaped_.append(rest, 0, quote + 1);
    } else {
      unescaped_.append(rest, 0, quote);
      cells_.push_back(std::string_view{unescaped_}.substr(begin));
    }
    rest.remove_prefix(quote + (is_doubled ? 2 : 1));
    if (is_doubled) continue;
    if (rest.empty() || rest.front() == delimiter) return outcome::split;
    cells_.pop_back();
    return outcome::misplaced_quote;
  }
}

}  // namespace weir
