// SPDX-License-Identifier: Apache-2.0
// See coordination/size_text.hpp.
#include "coordination/size_text.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

#include "coordination/lower_case.hpp"

namespace weir {

namespace {

constexpr std::array<std::string_view, 5> units{"b", "kb", "mb", "gb", "tb"};

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{}) return std::nullopt;
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (rest.empty()) return number;
  if (rest.front() == ' ') rest.remove_prefix(1);
  const std::string unit = lower_case(rest);
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (unit != units[i]) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() >> (10 * i)) return std::nullopt;
    return number << (10 * i);
  }
  return std::nullopt;
}

std::string size_text(std::uint64_t bytes) {
  std::size_t unit = 0;
  while (unit + 1 < units.size() && bytes > 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes).append(units[unit]);
}

}  // namespace weir
