// SPDX-License-Identifier: Apache-2.0
// A znode as anybody may have written it: it is refused, or means what Weir would have written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "coordination/leadership_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  if (const auto read = weir::decode_leadership(text)) {
    WEIR_ASSERT(weir::encode_leadership(*read) == text);
  }
  return 0;
}
