// SPDX-License-Identifier: Apache-2.0
// 64-bit ids, fingerprints and tokens as people read them: sixteen hexadecimal digits.
#pragma once

#include <cstdint>
#include <string>

namespace weir {

inline std::string hexadecimal(std::uint64_t value) {
  std::string digits(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4U) digits[i] = "0123456789abcdef"[value & 15U];
  return digits;
}

}  // namespace weir
