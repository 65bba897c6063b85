// SPDX-License-Identifier: Apache-2.0
// The lines of a text file, or of all files in a directory, each without its line ending:
//
//   env.from(lines_of("book.txt")).flat_map(words_of)
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "api/error.hpp"
#include "connectors/malformed.hpp"
#include "connectors/text_file_source.hpp"
#include "connectors/text_format.hpp"

namespace weir {

// Every line is a record, a blank one too.
struct lines_format {
  using value_type = std::string;
  bool has_header() const { return false; }
  status read_header(std::string_view) { return {}; }
  row_outcome parse(std::string_view row, std::string& into, row_failure&) {
    into.assign(row);
    return row_outcome::record;
  }
};

class lines_source : public text_file_source<lines_source, lines_format> {
public:
  static constexpr std::string_view kind = "lines_of";

  explicit lines_source(std::string path) : text_file_source{std::move(path), {}} {}

  // The lines need not be UTF-8, and a byte order mark is kept.
  lines_source bytes() const {
    return with([](lines_source& changed) { changed.options_.checks_utf8 = false; });
  }
};

// A malformed line is one that is too long or is not UTF-8.
inline lines_source lines_of(std::string path) { return lines_source{std::move(path)}; }

}  // namespace weir
