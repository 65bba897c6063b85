// SPDX-License-Identifier: Apache-2.0
// The cold side of decoding: saying what is wrong with the bytes.
#include "api/codec.hpp"

#include <limits>

#include "api/schema_text.hpp"

namespace weir::codecs {

namespace {

error not_decoded(std::string_view schema, const std::string& problem) {
  return {error_code::corrupt_data, "decode " + without_descriptors(schema) + ": " + problem +
                                        "; the bytes are damaged, or were written as another type"};
}

}  // namespace

error bytes_missing(std::string_view schema, std::size_t needed, std::size_t left) {
  return not_decoded(schema,
                     "needs " + std::to_string(needed) + " bytes, has " + std::to_string(left));
}

error unknown_mark(std::string_view schema, std::uint64_t mark) {
  return not_decoded(schema, std::to_string(mark) + " is none of its values");
}

error out_of_order(std::string_view schema) {
  return not_decoded(schema, "its elements are out of order");
}

error not_a_message(std::string_view schema, std::size_t length) {
  return not_decoded(schema, std::to_string(length) + " bytes are no such message");
}

error not_decoded_within(std::string_view schema, const error& cause) {
  return within("decode " + without_descriptors(schema), cause);
}

void encode_length(std::size_t length, std::string& out) {
  WEIR_ASSERT(length <= std::numeric_limits<std::uint32_t>::max());
  const auto prefix = static_cast<std::uint32_t>(length);
  out.append(reinterpret_cast<const char*>(&prefix), sizeof prefix);
}

}  // namespace weir::codecs
