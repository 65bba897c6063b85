// SPDX-License-Identifier: Apache-2.0
// What a format of rows has to say to the reader of text files (connectors/text_file_reader.hpp).
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "api/error.hpp"
#include "connectors/malformed.hpp"

namespace weir {

enum class row_outcome : std::uint8_t {
  record,
  nothing,    // A row that stands for no record, such as a blank line.
  malformed,  // The reason has been written to the row_failure.
};

// A small copyable object; each file is read with a copy of its own, so that it may keep what the
// file's header said.
template <class F>
concept text_format = std::copy_constructible<F> &&
    requires(F& format, const F& told, std::string_view row, typename F::value_type& into,
             row_failure& why) {
  // The first row of a file is a header and not a record.
  { told.has_header() } -> std::same_as<bool>;
  // REQUIRES: has_header(). An error is told without its place.
  { format.read_header(row) } -> std::same_as<status>;
  // Makes a record of `row` in `into`, which is fresh. Must not keep views into the row.
  { format.parse(row, into, why) } -> std::same_as<row_outcome>;
};

}  // namespace weir
