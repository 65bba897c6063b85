// SPDX-License-Identifier: Apache-2.0
// The form of what a leader stores, whatever it is about: a line that says what it is and of which
// version, the CRC32C of the fields, and the fields.
#pragma once

#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

// `first_line` with its end.
std::string to_stored_entry(std::string_view first_line, std::string_view fields);

// The fields of an entry, in `text`. Fails with error_code::corrupt_data if they are not those that
// were stored. REQUIRES: `text` begins with a first line of that many bytes, which is known.
result<std::string_view> stored_fields(std::string_view text, std::size_t first_line);

}  // namespace weir
