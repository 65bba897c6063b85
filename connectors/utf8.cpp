// SPDX-License-Identifier: Apache-2.0
// Eight bytes at a time while they are ASCII, which most records are; else sequence by sequence.
#include "connectors/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace weir {

namespace {

struct byte_range {
  unsigned char low;
  unsigned char high;
};

bool contains(byte_range range, unsigned char byte) {
  return byte >= range.low && byte <= range.high;
}

// How long the sequence that `lead` begins is, 0 if it begins none, and what its second byte may
// be.
struct sequence {
  std::size_t length;
  byte_range second;
};

sequence sequence_of(unsigned char lead) {
  if (lead < 0x80) return {1, {}};
  if (lead < 0xC2) return {0, {}};
  if (lead < 0xE0) return {2, {0x80, 0xBF}};
  if (lead == 0xE0) return {3, {0xA0, 0xBF}};
  if (lead == 0xED) return {3, {0x80, 0x9F}};
  if (lead < 0xF0) return {3, {0x80, 0xBF}};
  if (lead == 0xF0) return {4, {0x90, 0xBF}};
  if (lead < 0xF4) return {4, {0x80, 0xBF}};
  if (lead == 0xF4) return {4, {0x80, 0x8F}};
  return {0, {}};
}

}  // namespace

std::optional<std::size_t> first_invalid_utf8(std::string_view bytes) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t i = 0;
  while (i < bytes.size()) {
    std::uint64_t word = 0;
    if (i + sizeof word <= bytes.size()) {
      std::memcpy(&word, bytes.data() + i, sizeof word);
      if ((word & high_bits) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(bytes[i + k]); };
    const auto found = sequence_of(at(0));
    if (found.length == 0 || i + found.length > bytes.size()) return i;
    if (found.length > 1 && !contains(found.second, at(1))) return i;
    for (std::size_t k = 2; k < found.length; ++k) {
      if (!contains({0x80, 0xBF}, at(k))) return i;
    }
    i += found.length;
  }
  return std::nullopt;
}

}  // namespace weir
