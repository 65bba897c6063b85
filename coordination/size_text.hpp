// SPDX-License-Identifier: Apache-2.0
// Amounts of memory as people write them, in Flink's words: "64mb" is 64 * 2^20 bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// A number and a unit, b, kb, mb, gb or tb, in either case and with or without a blank; without a
// unit it is bytes. None if it is anything else or 2^64 or more.
std::optional<std::uint64_t> parse_size(std::string_view text);

// The same in the largest unit that leaves no fraction: "64mb".
std::string size_text(std::uint64_t bytes);

}  // namespace weir
