// SPDX-License-Identifier: Apache-2.0
// Cutting ranges of indexes, and their text form.
#include "connectors/index_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "connectors/wording.hpp"

namespace weir {

namespace {

// Takes a number from the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<index_range> parse_range(const source_split& split) {
  std::string_view id = split.id;
  const auto begin = take(id, '[') ? take_number(id) : std::nullopt;
  if (!begin || !take(id, ',')) return std::nullopt;
  const auto end = id.starts_with(')') ? index_range::unbounded : take_number(id);
  if (!end || !take(id, ')')) return std::nullopt;
  const auto stride = take(id, '/') ? take_number(id) : std::uint64_t{1};
  if (!stride || *stride == 0 || !id.empty()) return std::nullopt;
  std::string_view position = split.position;
  const auto next = position.empty() ? begin : take_number(position);
  if (!next || *next < *begin || !position.empty()) return std::nullopt;
  return index_range{*begin, *end, *stride, *next};
}

}  // namespace

std::vector<index_range> contiguous_ranges(std::uint64_t count, std::uint64_t parts) {
  std::vector<index_range> ranges;
  std::uint64_t begin = 0;
  for (std::uint64_t i = 0; i < std::min(parts, count); ++i) {
    const auto end = begin + count / parts + (i < count % parts ? 1 : 0);
    ranges.push_back({.begin = begin, .end = end});
    begin = end;
  }
  return ranges;
}

std::vector<index_range> strided_ranges(std::uint64_t count, std::uint64_t parts) {
  std::vector<index_range> ranges;
  for (std::uint64_t i = 0; i < std::min(parts, count); ++i) {
    ranges.push_back({.begin = i, .end = count, .stride = parts});
  }
  return ranges;
}

source_split to_source_split(const index_range& range) {
  std::string id = "[" + std::to_string(range.begin) + ",";
  if (range.end != index_range::unbounded) id += std::to_string(range.end);
  id += ")";
  if (range.stride != 1) id += "/" + std::to_string(range.stride);
  return {std::move(id), range.next == range.begin ? "" : std::to_string(range.next)};
}

std::vector<source_split> to_source_splits(const std::vector<index_range>& ranges) {
  std::vector<source_split> splits;
  for (const auto& range : ranges) splits.push_back(to_source_split(range));
  return splits;
}

result<std::vector<index_range>> parse_index_ranges(std::string_view source,
                                                    const std::vector<source_split>& splits) {
  std::vector<index_range> ranges;
  for (const auto& split : splits) {
    const auto range = parse_range(split);
    if (!range) {
      return error{error_code::corrupt_data,
                   std::string{source} + ": read the split " + in_quotes(split.id) + " at " +
                       in_quotes(split.position) + ": not a range of indexes"};
    }
    ranges.push_back(*range);
  }
  return ranges;
}

}  // namespace weir
