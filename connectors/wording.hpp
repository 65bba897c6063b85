// SPDX-License-Identifier: Apache-2.0
// How values appear in the messages of this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// 'text', cut to 40 bytes, between characters, when it is longer: 'the beginning of a long...'.
std::string in_quotes(std::string_view text);

// "1 MiB", "64 KiB", "1000 bytes": the largest unit that is exact.
std::string byte_size(std::uint64_t bytes);

}  // namespace weir
