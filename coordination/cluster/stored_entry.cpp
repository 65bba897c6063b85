// SPDX-License-Identifier: Apache-2.0
// A checksum between a line and fields; see coordination/cluster/stored_entry.hpp.
#include "coordination/cluster/stored_entry.hpp"

#include <cstdint>

#include "api/codec.hpp"
#include "api/crc32c.hpp"

namespace weir {

std::string to_stored_entry(std::string_view first_line, std::string_view fields) {
  std::string text{first_line};
  codec<std::uint32_t>::encode(crc32c(fields), text);
  return text.append(fields);
}

result<std::string_view> stored_fields(std::string_view text, std::size_t first_line) {
  WEIR_ASSERT(first_line <= text.size());
  text.remove_prefix(first_line);
  const auto sum = codec<std::uint32_t>::decode(text);
  if (!sum || *sum != crc32c(text)) return error{error_code::corrupt_data, "checksum mismatch"};
  return text;
}

}  // namespace weir
