// SPDX-License-Identifier: Apache-2.0
// Writing and judging the first bytes of durable files.
#include "state/format_header.hpp"

#include "api/codec.hpp"
#include "api/crc32c.hpp"

namespace weir {

namespace {

constexpr std::size_t magic_size = 8;
constexpr std::size_t checked_size = format_header_size - sizeof(std::uint32_t);

error corrupt(std::string message) { return {error_code::corrupt_data, std::move(message)}; }

}  // namespace

std::string encode_format_header(const file_format& format) {
  WEIR_ASSERT(format.magic.size() == magic_size);
  std::string bytes{format.magic};
  codec<std::uint32_t>::encode(format.newest, bytes);
  codec<std::uint32_t>::encode(crc32c(bytes), bytes);
  return bytes;
}

result<std::uint32_t> decode_format_header(const file_format& format, std::string_view bytes) {
  const std::string name{format.name};
  if (bytes.empty()) {
    return corrupt("the file is empty: the " + name +
                   " was never written or its bytes were lost; restore from another checkpoint");
  }
  const auto magic = bytes.substr(0, magic_size);
  if (magic != format.magic.substr(0, magic.size())) {
    return corrupt("this is no Weir " + name + ": such a file begins with " +
                   std::string{format.magic});
  }
  if (bytes.size() < format_header_size) {
    return corrupt("has " + std::to_string(bytes.size()) + " of the " +
                   std::to_string(format_header_size) +
                   " bytes of a header: the file was cut off; restore from another checkpoint");
  }
  auto numbers = bytes.substr(magic_size, format_header_size - magic_size);
  std::uint32_t version = 0;
  std::uint32_t checksum = 0;
  WEIR_ASSERT(codecs::try_decode(version, numbers) && codecs::try_decode(checksum, numbers));
  if (checksum != crc32c(bytes.substr(0, checked_size))) {
    return corrupt("header: checksum mismatch: " + std::string{damage_advice});
  }
  if (version > format.newest) {
    return error{error_code::invalid_argument,
                 "was written by a newer Weir (format " + std::to_string(version) +
                     "; this one reads up to " + std::to_string(format.newest) +
                     "): use that version or a newer one"};
  }
  if (version == 0) return corrupt("header: there is no format 0: " + std::string{damage_advice});
  return version;
}

}  // namespace weir
