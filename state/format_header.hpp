// SPDX-License-Identifier: Apache-2.0
// The first 16 bytes of every durable file: what it is, and in which version.
//
//   header   := magic:8 version:u32 checksum:u32   // CRC32C of the 12 bytes before it.
//
// The header never changes, whatever the version: so any Weir can tell a file that a newer one
// wrote from a damaged and from a foreign one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

struct file_format {
  std::string_view magic;    // Eight bytes.
  std::string_view name;     // "snapshot", for messages.
  std::uint32_t newest = 1;  // The highest version that can be read, and the one that is written.
};

inline constexpr std::size_t format_header_size = 16;

// What every damaged file's message ends with.
inline constexpr std::string_view damage_advice =
    "the file was damaged after it was written; restore from another checkpoint";

std::string encode_format_header(const file_format& format);

// The version of the file that begins with `bytes`; errors say why it cannot be read, without its
// name: corrupt_data, or invalid_argument if a newer Weir wrote it.
result<std::uint32_t> decode_format_header(const file_format& format, std::string_view bytes);

}  // namespace weir
