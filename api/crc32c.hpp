// SPDX-License-Identifier: Apache-2.0
// CRC32C (Castagnoli), the checksum of everything durable: RFC 3720, appendix B.4.
//
// Processors with SSE 4.2 have an instruction for it; elsewhere a table does the same, slower. It
// finds every change of up to 32 neighbouring bits and is no protection against an adversary.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

// The checksum of `bytes` behind what has the checksum `so_far`: crc32c(b, crc32c(a)) is that of
// a and b one after the other. The checksum of nothing is 0.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t so_far = 0);

// The same without the processor's instruction.
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t so_far = 0);

}  // namespace weir
