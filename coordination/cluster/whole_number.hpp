// SPDX-License-Identifier: Apache-2.0
// How many, as people write it to commands of a cluster and in their files.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

// The most slots that a node can offer.
inline constexpr std::uint32_t most_slots = 1024;

// From 1 to `most`, in decimal digits and nothing else.
inline result<std::uint32_t> parse_whole_number(std::string_view text, std::uint32_t most) {
  std::uint32_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, wrong] = std::from_chars(text.data(), end, number);
  if (wrong == std::errc{} && rest == end && number > 0 && number <= most) return number;
  return error{
      error_code::invalid_argument,
      "'" + std::string{text} + "' is not an integer between 1 and " + std::to_string(most)};
}

}  // namespace weir
