// SPDX-License-Identifier: Apache-2.0
// The splits of sources whose records are numbered: every `stride`-th index of a range.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/source.hpp"

namespace weir {

struct index_range {
  // The end of a range that goes on for ever.
  static constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t stride = 1;
  std::uint64_t next = begin;  // Not less than `begin`; from `end` on the range is exhausted.

  bool is_exhausted() const { return next >= end; }
  // How many indexes are left; of an unbounded range, more than anybody will take.
  std::uint64_t left() const { return is_exhausted() ? 0 : (end - next - 1) / stride + 1; }
  friend bool operator==(const index_range&, const index_range&) = default;
};

// [0, count) in `parts` contiguous ranges whose lengths differ by at most one. Empty ones are left
// out.
std::vector<index_range> contiguous_ranges(std::uint64_t count, std::uint64_t parts);
// [0, count) dealt out: index i is in part i % parts. Empty parts are left out.
std::vector<index_range> strided_ranges(std::uint64_t count, std::uint64_t parts);

// "[250,500)", "[1,1000)/4", "[3,)/4"; at position "261", or "" where nothing has been taken yet.
source_split to_source_split(const index_range& range);
std::vector<source_split> to_source_splits(const std::vector<index_range>& ranges);
// Errors name the source, and the split that is none of its.
result<std::vector<index_range>> parse_index_ranges(std::string_view source,
                                                    const std::vector<source_split>& splits);

}  // namespace weir
