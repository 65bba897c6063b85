// SPDX-License-Identifier: Apache-2.0
// Both ways to a CRC32C: the instruction, eight bytes at a time, and "slicing by eight" (M. E.
// Kounavis and F. L. Berry, 2005): eight tables take eight bytes per step, too.
#include "api/crc32c.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace weir {

namespace {

static_assert(std::endian::native == std::endian::little, "The tables are for little-endian words");

constexpr std::uint32_t polynomial = 0x82F63B78;  // Bits reversed.
constexpr std::size_t step = 8;

using slices = std::array<std::array<std::uint32_t, 256>, step>;

constexpr slices make_tables() {
  slices tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < step; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr slices tables = make_tables();

std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

#if defined(__x86_64__)

[[gnu::target("sse4.2")]] std::uint32_t crc32c_by_instruction(std::string_view bytes,
                                                              std::uint32_t so_far) {
  std::uint64_t crc = ~so_far;
  while (bytes.size() >= step) {
    crc = _mm_crc32_u64(crc, word_at(bytes.data()));
    bytes.remove_prefix(step);
  }
  auto rest = static_cast<std::uint32_t>(crc);
  for (const char byte : bytes) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(byte));
  return ~rest;
}

bool has_instruction() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") != 0;
}

#endif

}  // namespace

std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t so_far) {
  std::uint32_t crc = ~so_far;
  while (bytes.size() >= step) {
    const std::uint64_t word = word_at(bytes.data()) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < step; ++i) crc ^= tables[step - 1 - i][(word >> (8 * i)) & 0xFF];
    bytes.remove_prefix(step);
  }
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  }
  return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t so_far) {
#if defined(__x86_64__)
  static const bool by_instruction = has_instruction();
  if (by_instruction) return crc32c_by_instruction(bytes, so_far);
#endif
  return crc32c_by_table(bytes, so_far);
}

}  // namespace weir
