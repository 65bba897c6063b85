// SPDX-License-Identifier: Apache-2.0
// Is it text? Records from files are checked once, where they enter, so that everything behind may
// trust its strings.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace weir {

// The offset of the first byte that is not well-formed UTF-8 (Unicode 15, table 3-7: no overlong
// forms, no surrogates, nothing above U+10FFFF); none if all of it is.
std::optional<std::size_t> first_invalid_utf8(std::string_view bytes);

}  // namespace weir
