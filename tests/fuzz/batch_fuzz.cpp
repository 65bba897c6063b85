// SPDX-License-Identifier: Apache-2.0
// Any bytes as batches of records from another process: refused, or no more records than bytes.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/batch_codec.hpp"
#include "api/error.hpp"

namespace {

struct trade {
  std::string symbol;
  double price = 0;
  std::optional<std::vector<std::int32_t>> lots;
};

void decode_as(const weir::element_type& type, std::string_view bytes) {
  const auto batch = type.make_batch();
  const auto size = bytes.size();
  while (!bytes.empty()) {
    if (!type.decode(bytes, *batch)) return;
  }
  WEIR_ASSERT(batch->size() <= size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  decode_as(weir::element_type_of<trade>(), input);
  decode_as(weir::element_type_of<std::uint64_t>(), input);
  decode_as(weir::element_type_of<bool>(), input);
  return 0;
}
