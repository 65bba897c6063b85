// SPDX-License-Identifier: Apache-2.0
// The one door to xxHash.
#include "api/key_group.hpp"

#include <xxhash.h>

namespace weir {

std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace weir
