// SPDX-License-Identifier: Apache-2.0
// Ranges of text files, the splits of every file source.
//
// The range [begin, end) stands for the rows whose first byte lies in it: a reader starts at the
// first line that begins at or after `begin` and reads on to the end of the last one that begins
// before `end`. So ranges that cover a file cover each of its lines once, wherever the cuts fall.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/source.hpp"
#include "connectors/text_file_options.hpp"

namespace weir {

struct text_split {
  // The end of a range that goes as far as the file grows.
  static constexpr std::uint64_t open_end = std::numeric_limits<std::uint64_t>::max();

  std::string path;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  // Where the next row begins; none: not started, the first row has to be looked for.
  std::optional<std::uint64_t> next;

  friend bool operator==(const text_split&, const text_split&) = default;
};

// "orders.csv[0,1048576)" at position "4096"; "log.txt[0,)" while it grows.
source_split to_source_split(const text_split& split);
result<text_split> parse_text_split(const source_split& split);

// The splits of `options.path`. A directory stands for the regular files in it, in the order of
// their names, without those that begin with '.' or '_' or end in ".in-progress". A file is cut
// into at least `parallelism` ranges as long as they are no smaller than 64 KiB, and into ranges
// of at most 64 MiB; not at all if it grows or its rows may span lines.
// Errors: nothing there, neither file nor directory, a directory without a file.
result<std::vector<source_split>> discover_text_splits(const source_context& context,
                                                       const text_file_options& options);

}  // namespace weir
