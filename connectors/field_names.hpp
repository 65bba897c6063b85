// SPDX-License-Identifier: Apache-2.0
// Which of a file's columns a record's fields come from.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"

namespace weir {

// The one of `candidates` that `name` was most likely meant to be: the fewest edits away, and no
// more than a third of its letters. Empty if none is near.
std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates);

// For each field, the position of the column of that name; `header` may have others besides, in any
// order. Errors: a field without a column, with the nearest name there is; a column twice.
result<std::vector<std::uint32_t>> match_columns(std::span<const std::string_view> fields,
                                                 std::span<const std::string> header);

}  // namespace weir
