// SPDX-License-Identifier: Apache-2.0
// Matching names, and guessing at typing errors (Levenshtein distance, one row at a time).
#include "connectors/field_names.hpp"

#include <algorithm>
#include <numeric>

namespace weir {

namespace {

std::size_t edits_between(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const auto replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates) {
  std::string_view nearest;
  auto fewest = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto edits = edits_between(name, candidate);
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

result<std::vector<std::uint32_t>> match_columns(std::span<const std::string_view> fields,
                                                 std::span<const std::string> header) {
  std::vector<std::uint32_t> columns;
  for (const auto field : fields) {
    const auto found = std::find(header.begin(), header.end(), field);
    const std::string name{field};
    if (found == header.end()) {
      const auto nearest = nearest_name(field, header);
      const auto remedy =
          nearest.empty() ? "; name" : "; did you mean " + std::string{nearest} + "? Name";
      return error{error_code::malformed_record,
                   "the header has no column " + name + remedy +
                       " the column after the field of the record, or the other way round"};
    }
    if (std::find(found + 1, header.end(), field) != header.end()) {
      return error{error_code::malformed_record,
                   "the header has the column " + name + " twice; rename one of them"};
    }
    columns.push_back(static_cast<std::uint32_t>(found - header.begin()));
  }
  return columns;
}

}  // namespace weir
